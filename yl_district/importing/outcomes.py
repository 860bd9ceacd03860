"""Results of an import's check for its pages: rows by page, and problems grouped by their remedy."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.db.models import Model, Q, QuerySet

from ..pinyin import NAME_ORDER, spoken
from ..recognition.headings import EXPORT_MARK
from ..sheets.cells import full_text, is_blank, quoted_cell, text_key
from ..sheets.choice_widgets import ChoiceWidget
from ..sheets.columns import Column, RecordNameColumn, rows_kept
from .check import DUPLICATE, ELSEWHERE, MENDABLE, PENDING, REFUSED, TAG_KEYS, TAG_LABELS, WRONG
from .models import ImportBatch, ImportPart
from .reading import PartReader, ReadRow

BLANK_CELL = quoted_cell(None)
BRACKETED = re.compile(r"[(（\[【].*?[)）\]】]")
CUT_AT = 80  # characters quoted from a cell; a longer text is no alias, as only part of it was quoted
TOGETHER = {ELSEWHERE: "人员在其他支部在册", DUPLICATE: "同一文件内重复"}

# Returns {text key: name} of what cells of a (kind, column) can name.
NamesOf: TypeAlias = Callable[[str, str], Mapping[str, str]]


@dataclass
class ShownRow:
    """A row of the file with the check's findings; `cells` are (column, text, whether it is wrong)."""

    part: int
    place: int
    number: int
    sheet: str
    tag: str
    cells: list[tuple[str, str, bool]]
    told: dict[str, Any]
    values: dict[Any, Any]
    sheet_number: int
    columns: Mapping[int, str]
    doubt: Any = None

    @property
    def label(self) -> str:
        """The outcome in words."""
        return TAG_LABELS[self.tag]

    @property
    def tag_name(self) -> str:
        """The outcome's key in URLs and CSS classes."""
        return TAG_KEYS[self.tag]

    @property
    def is_refused(self) -> bool:
        """Whether the row cannot be written without a correction."""
        return self.tag in REFUSED

    @property
    def may_be_mended(self) -> bool:
        """Whether the cells of the row can be corrected."""
        return self.tag in MENDABLE or "pending" in self.told


def places(batch: ImportBatch, tags: Container[str]) -> list[tuple[int, int]]:
    """(part's number, place) of every row with one of the tags, in file order."""
    found = batch.parts.order_by("number").values_list("number", "tags")
    return [(number, place) for number, kept in found for place, tag in enumerate(kept) if tag in tags]


def rows_at(batch: ImportBatch, wanted: Iterable[tuple[int, int]]) -> list[ShownRow]:
    """The ShownRows at the given (part's number, place), in file order."""
    by_part: dict[int, set[int]] = defaultdict(set)
    found = []
    for number, place in wanted:
        by_part[number].add(place)
    reader = PartReader(batch)
    for part in parts_read(batch, reader, by_part).iterator(chunk_size=1):
        at = by_part.get(part.number, ())
        told = part.told if at else {}
        texts: list[list[Any]] = []
        for row in reader.read(part):
            if row.place not in at:
                continue
            cells: dict[Any, Any] | None = row.cells
            if cells is None:
                texts = texts or part.rows
                cells = dict(enumerate(texts[row.place]))
            found.append(shown_row(part, row, cells, told.get(row.place, {})))
    # `PartReader.read` yields the rows above the headings after those below.
    return sorted(found, key=lambda row: (row.part, row.place))


def parts_read(batch: ImportBatch, reader: PartReader, wanted: Iterable[int]) -> QuerySet[ImportPart]:
    """The parts to read for those wanted: all parts up to them where values carry over from earlier rows."""
    mapping = reader.mapping
    is_carried = mapping.fill_down or mapping.group_from == "section" or any(map(carries, batch.sheets))
    parts = batch.parts.order_by("number")
    return parts.filter(number__lte=max(wanted, default=-1)) if is_carried else parts.filter(number__in=wanted)


def carries(sheet: Mapping[str, Any]) -> bool:
    """Whether rows of a sheet depend on earlier ones: on merged cells, or on what the check has remarked there."""
    return bool(sheet["merged"] or sheet.get("is_remarkable"))


def shown_row(part: ImportPart, row: ReadRow, cells: dict[Any, Any], told: dict[str, Any]) -> ShownRow:
    """The ShownRow of a row; one without data is shown by its texts."""
    wrong = wrong_columns(told)
    shown_cells = [
        (column if isinstance(column, str) else "", quoted_cell(cell), column in wrong)
        for column, cell in cells.items()
        if column != EXPORT_MARK and not is_blank(cell)
    ]
    values = cells if row.cells is not None else {}
    return ShownRow(
        part.number,
        row.place,
        row.number,
        row.sheet,
        part.tags[row.place],
        shown_cells,
        told,
        values,
        part.sheet,
        row.columns,
    )


def wrong_columns(told: Mapping[str, Any]) -> set[str | None]:
    """The columns with problems in a row's findings."""
    return {problem["column"] for which in ("problems", "pending") for problem in told.get(which, ())}


@dataclass
class ProblemGroup:
    """Problems with one remedy; `found` is a text whose meaning can be taught once for all rows, else "".

    `kind` is the key of the kind of the sheet with these rows.
    """

    title: str
    kind: str = ""
    column: str = ""
    expected: str = ""
    remedy: str = ""
    found: str = ""
    rows: list[tuple[int, int]] = field(default_factory=list)
    # The suggested name.
    likely: str = ""

    @property
    def key(self) -> str:
        """The group's identifier in URLs."""
        said = repr((self.title, self.kind, self.column, self.expected, self.remedy, self.found))
        return hashlib.sha256(said.encode()).hexdigest()[:12]


def problem_groups(batch: ImportBatch, kinds: Mapping[int, str], names_of: NamesOf) -> list[ProblemGroup]:
    """The ProblemGroups of an import: those with a text to be taught first, then by size.

    `kinds` is {sheet's number: kind's key}; `names_of(kind, column)` returns the names known for a column.
    """
    groups: dict[str, ProblemGroup] = {}
    parts = batch.parts.all() if batch.counts.get(PENDING) else refused_parts(batch)
    for part in parts.order_by("number").iterator(chunk_size=1):
        for place, told in part.told.items():
            for problem in (*told.get("problems", ()), *told.get("pending", ())):
                group = group_of(part.tags[place], kinds[part.sheet], problem, names_of)
                rows = groups.setdefault(group.key, group).rows
                if rows[-1:] != [(part.number, place)]:
                    rows.append((part.number, place))
    return sorted(groups.values(), key=lambda group: (not group.found, -len(group.rows)))


def refused_parts(batch: ImportBatch) -> QuerySet[ImportPart]:
    """The parts with refused rows."""
    condition = Q()
    for tag in REFUSED:
        condition |= Q(tags__contains=tag)
    return batch.parts.filter(condition)


def group_of(tag: str, kind: str, problem: Mapping[str, Any], names_of: NamesOf) -> ProblemGroup:
    """A new ProblemGroup for a problem, without rows."""
    column, found, remedy = problem["column"], problem["found"], problem["remedy"]
    if tag in TOGETHER:
        return ProblemGroup(TOGETHER[tag])
    if is_unknown_name(found, names_of(kind, column)):
        return ProblemGroup(f"{column}“{found}”", kind, column, problem["expected"], remedy, found)
    title = (column or "") if tag == WRONG else f"{column}（待补）"
    return ProblemGroup(title, kind, column or "", problem["expected"], remedy)


def is_unknown_name(found: str, names: Container[str]) -> bool:
    """Whether a fully quoted text is none of the names expected in its column."""
    if not names or found == BLANK_CELL or len(found) >= CUT_AT:
        return False
    return text_key(found) not in names


def known_names(item: Column | None, committee: Model | None) -> dict[str, str]:
    """{normalised text: name} of the names valid in a column of an import of a committee; {} where it has no names.

    The committee is one below the root, or None.
    """
    names: Iterable[str]
    if isinstance(item, RecordNameColumn):
        names = [name for model in (*item.others, item.model) for name in record_names(model, committee)]
    elif item and isinstance(item.widget, ChoiceWidget):
        names = item.widget.labels.values()
    else:
        return {}
    return {text_key(name): name for name in names}


def record_names(model: type[Model], committee: Model | None) -> list[str]:
    """The names of the records of a model that a committee below the root keeps, all for None, in their order."""
    return list(rows_kept(model, committee).order_by(*NAME_ORDER).values_list("name", flat=True))


def likely_name(found: str, names: Mapping[str, str], *, are_records: bool = False) -> str:
    """The name that a text most likely stands for, "" where none or several are as likely.

    Tried in turn: the names that begin with the text, and those that contain its characters in order. Names of records
    are told before by the text without what it has in brackets, and by its end, which follows the name of a parent.
    """
    bare = text_key(BRACKETED.sub("", full_text(found)) if are_records else found)
    degrees: list[Callable[[str], bool]] = [lambda key: key.startswith(bare), lambda key: is_subsequence(key, bare)]
    if are_records:
        degrees = [lambda key: key == bare, bare.endswith, *degrees]
    for is_likely in degrees if bare else ():
        if likely := [name for key, name in names.items() if is_likely(key)]:
            return likely[0] if len(likely) == 1 else ""
    return ""


def homophone(found: str, names: Iterable[str]) -> str:
    """The only one of the names that is spoken like a text, "" for none or several."""
    said = spoken(found)
    alike = [name for name in names if len(name) == len(found) and spoken(name) == said]
    return alike[0] if len(alike) == 1 else ""


def is_subsequence(name: str, text: str) -> bool:
    """Whether the text's characters are a subsequence of the name."""
    rest = iter(name)
    return all(character in rest for character in text)
