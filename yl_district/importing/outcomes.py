"""What the check of an import found, as pages show it: some rows at a time, and problems by what mends them."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from ..recognition.headings import EXPORT_MARK
from ..sheets.cells import ChoiceWidget, is_blank, shown, text_key
from ..sheets.columns import Named
from .check import DUPLICATE, ELSEWHERE, LABELS, NAMES, REFUSED, WRONG
from .reading import Reader

BLANK_CELL = shown(None)
CUT_AT = 80  # characters of a cell that are quoted; a longer text cannot be explained by what is quoted of it
TOGETHER = {ELSEWHERE: "人员在其他支部在册", DUPLICATE: "同一文件内重复"}


@dataclass
class ShownRow:
    """A row of the file with what the check found in it; `cells` are (column, text, whether it is wrong)."""

    part: int
    place: int
    number: int
    sheet: str
    tag: str
    cells: list
    told: dict
    values: dict
    sheet_number: int

    @property
    def label(self):
        """What the row is."""
        return LABELS[self.tag]

    @property
    def tag_name(self):
        """The same, as addresses and styles name it."""
        return NAMES[self.tag]

    @property
    def is_refused(self):
        """Whether it cannot be written as it is."""
        return self.tag in REFUSED


def places(batch, tags):
    """(part's number, place) of every row with one of the tags, in the file's order."""
    found = batch.parts.order_by("number").values_list("number", "tags")
    return [(number, place) for number, kept in found for place, tag in enumerate(kept) if tag in tags]


def rows_at(batch, wanted):
    """The ShownRows at places (part's number, place), in the file's order."""
    by_part, found = defaultdict(set), []
    for number, place in wanted:
        by_part[number].add(place)
    reader = Reader(batch)
    for part in parts_read(batch, reader, by_part).iterator(chunk_size=1):
        at = by_part.get(part.number, ())
        told, texts = part.told if at else {}, None
        for row in reader.read(part):
            if row.place not in at:
                continue
            if row.cells is None:
                texts = texts or part.rows
            cells = row.cells if row.cells is not None else dict(enumerate(texts[row.place]))
            found.append(shown_row(part, row, cells, told.get(row.place, {})))
    # The rows above the headings are read after those below.
    return sorted(found, key=lambda row: (row.part, row.place))


def parts_read(batch, reader, wanted):
    """The parts that must be read for those wanted: what rows above state for those below is read from the first on."""
    mapping = reader.mapping
    is_carried = mapping.fill_down or mapping.group_from == "section" or any(one["merged"] for one in batch.sheets)
    parts = batch.parts.order_by("number")
    return parts.filter(number__lte=max(wanted, default=-1)) if is_carried else parts.filter(number__in=wanted)


def shown_row(part, row, cells, told):
    """A row as it is shown; of one that is no data, the texts that stand in it."""
    wrong = wrong_columns(told)
    shown_cells = [
        (column if isinstance(column, str) else "", shown(cell), column in wrong)
        for column, cell in cells.items()
        if column != EXPORT_MARK and not is_blank(cell)
    ]
    values = cells if row.cells is not None else {}
    return ShownRow(
        part.number, row.place, row.number, row.sheet, part.tags[row.place], shown_cells, told, values, part.sheet
    )


def wrong_columns(told):
    """The columns in which something is wrong with a row."""
    return {problem["column"] for problem in told.get("problems", ())}


@dataclass
class ProblemGroup:
    """Problems that one act mends: `found` is a text that could be explained once for all rows, else empty.

    `kind` is the key of what the sheet with these rows brings.
    """

    title: str
    kind: str = ""
    column: str = ""
    expected: str = ""
    remedy: str = ""
    found: str = ""
    rows: list = field(default_factory=list)

    @property
    def key(self):
        """What names the group in an address."""
        said = repr((self.title, self.kind, self.column, self.expected, self.remedy, self.found))
        return hashlib.sha256(said.encode()).hexdigest()[:12]


def problem_groups(batch, kinds, names_of):
    """The ProblemGroups of an import, the largest first.

    `kinds` are the keys of what its sheets bring, by their numbers; `names_of(kind, column)` are the names that cells
    of a column can hold.
    """
    groups = {}
    for part in refused_parts(batch).order_by("number").iterator(chunk_size=1):
        for place, told in part.told.items():
            for problem in told.get("problems", ()):
                group = group_of(part.tags[place], kinds[part.sheet], problem, names_of)
                rows = groups.setdefault(group.key, group).rows
                if rows[-1:] != [(part.number, place)]:
                    rows.append((part.number, place))
    return sorted(groups.values(), key=lambda group: (not group.found, -len(group.rows)))


def refused_parts(batch):
    """The parts with rows that cannot be written as they are."""
    condition = Q()
    for tag in REFUSED:
        condition |= Q(tags__contains=tag)
    return batch.parts.filter(condition)


def group_of(tag, kind, problem, names_of):
    """A new group for a problem."""
    column, found, remedy = problem["column"], problem["found"], problem["remedy"]
    if tag != WRONG:
        return ProblemGroup(TOGETHER[tag])
    if is_unknown_name(found, names_of(kind, column)):
        return ProblemGroup(f"{column}“{found}”", kind, column, problem["expected"], remedy, found)
    return ProblemGroup(column or "", kind, column or "", problem["expected"], remedy)


def is_unknown_name(found, names):
    """Whether a text stands where a name is expected, and is none of those known."""
    if not names or found == BLANK_CELL or len(found) >= CUT_AT:
        return False
    return text_key(found) not in names


def known_names(item):
    """{text as texts are compared: name} of what a column's cells can name; nothing where they hold no names."""
    if isinstance(item, Named):
        names = item.model._base_manager.order_by("name").values_list("name", flat=True)
    elif isinstance(item and item.widget, ChoiceWidget):
        names = item.widget.labels.values()
    else:
        return {}
    return {text_key(name): name for name in names}


def likely_name(found, names):
    """The one name that holds all characters of a text in their order; nothing where several do."""
    likely = [name for key, name in names.items() if holds(key, text_key(found))]
    return likely[0] if len(likely) == 1 else ""


def holds(name, text):
    """Whether the characters of a text stand in a name in their order."""
    rest = iter(name)
    return all(character in rest for character in text)
