"""Template contexts of an import's pages: the check's results, the records written, and the preview of an undo."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlencode

from django.apps import apps
from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.urls import reverse

from ..database.actors import whole_case_files
from ..history.changes import is_derived
from ..pages.pages import wants_fragment
from ..recognition.headings import IGNORED, NUMBERED, heading_key
from ..recognition.mapping import Mapping
from ..sheets.cells import text_key
from ..sheets.columns import Column, RecordNameColumn
from ..typing import TrackedModel, User, UserRequest
from .check import BESIDE, CHANGED, DOUBTFUL, NEW, PENDING, REFUSED, SAME, TAG_KEYS, TAG_LABELS, TO_KEEP
from .kinds import import_kinds, sheet_kinds
from .layout_questions import noticed_in_words
from .mapping_forms import NO_TABLES
from .models import LEDGER, ImportBatch
from .outcomes import (
    ProblemGroup,
    ShownRow,
    homophone,
    known_names,
    likely_name,
    places,
    problem_groups,
    record_names,
    rows_at,
)
from .questions import ADOPTED, answers_in_words, left_open
from .reversals import HELD, REVERSED, VERDICT_LABELS, Reversal, restorable, reversals, states_of
from .row_doubts import add_doubts, doubt_label
from .spelling_forms import SpellingsForm
from .written_records import keys_of, kind_label, names_and_addresses, record_title, written_records

ROWS_PER_PAGE = 25
GROUPS_SHOWN = 30
TEXTS_ASKED = 200  # unknown texts that one page can ask about
EARLY_ROWS = 10
ALL_ROWS = "all"
LISTED_WHOLE = 20_000  # records of an import above which the undo page lists only those that stay
# The tags in the order of the tabs; the first with rows is shown initially.
TABS = ["w", "q", "e", "d", "c", "n", "s", "a"]

# (model, key, verdict, reason).
RecordRow: TypeAlias = tuple[TrackedModel, int, str, str]


def items_of(batch: ImportBatch, number: int) -> dict[str, Column]:
    """{heading: column} of the kind of a sheet."""
    return {item.column_name: item for item in sheet_kinds(batch)[number].resource.columns}


def outcome_shares(batch: ImportBatch) -> list[dict[str, Any]]:
    """Tag, label and count of each outcome, with offset and width of its section in a bar 1000 wide."""
    counts = [(tag, batch.counts.get(tag, 0)) for tag in TABS]
    total, begin, found = sum(count for _, count in counts), 0, []
    labels = TAG_LABELS | {DOUBTFUL: doubt_label(batch)}
    for tag, count in counts:
        width = 1000 * count / max(total, 1)
        found.append(
            {
                "tag": TAG_KEYS[tag],
                "label": labels[tag],
                "count": count,
                "x": f"{begin:.1f}",
                "width": f"{width:.1f}",
            }
        )
        begin += width
    return found


def early_rows(batch: ImportBatch) -> list[ShownRow]:
    """The first checked rows while the check is in progress, otherwise []."""
    part = batch.parts.order_by("number").exclude(tags="").first()
    if part is None or batch.state != batch.State.CHECKING:
        return []
    shown = [(part.number, place) for place, tag in enumerate(part.tags) if tag in TABS]
    return rows_at(batch, shown[:EARLY_ROWS])


class KnownNames:
    """The names valid in columns of an import, queried once for each column."""

    def __init__(self, batch: ImportBatch) -> None:
        self.committee = batch.organisation
        self.known: dict[tuple[str, str], dict[str, str]] = {}
        self.own: dict[type[Model], set[str]] = {}

    def of(self, kind: str, column: str) -> dict[str, str]:
        """{normalised text: name} of a column of the kind with this key."""
        if (kind, column) not in self.known:
            self.known[kind, column] = known_names(column_of(kind, column), self.committee)
        return self.known[kind, column]

    def likely(self, group: ProblemGroup) -> str:
        """The name that the unknown text of a group most likely stands for, "" where none is."""
        are_records = model_named(group.kind, group.column) is not None
        names = self.of(group.kind, group.column)
        likely = likely_name(group.found, names, are_records=are_records)
        item = column_of(group.kind, group.column)
        if likely or not isinstance(item, RecordNameColumn) or not item.others:
            return likely
        own = {text_key(name): name for name in self.own_names(item)}
        return homophone(group.found, names.values()) or likely_name(group.found, own, are_records=True)

    def is_of_another(self, group: ProblemGroup) -> bool:
        """Whether the likely name of a group is that of a record of another model than the column's own."""
        item = column_of(group.kind, group.column)
        if not group.likely or not isinstance(item, RecordNameColumn) or not item.others:
            return False
        return group.likely not in self.own_names(item)

    def own_names(self, item: RecordNameColumn) -> set[str]:
        """The names of the records of a column's own model."""
        if item.model not in self.own:
            self.own[item.model] = set(record_names(item.model, self.committee))
        return self.own[item.model]


def column_of(kind: str, column: str) -> Column | None:
    """The column of this name of the kind with this key."""
    columns = import_kinds()[kind].resource.columns
    return next((item for item in columns if item.column_name == column), None)


def model_named(kind: str, column: str) -> TrackedModel | None:
    """The model whose records a column names; None for another column."""
    item = column_of(kind, column)
    return item.model if isinstance(item, RecordNameColumn) else None


def found_groups(batch: ImportBatch, names: KnownNames) -> list[ProblemGroup]:
    """The ProblemGroups of an import."""
    kinds = {number: kind.key for number, kind in sheet_kinds(batch).items()}
    return problem_groups(batch, kinds, names.of)


def texts_asked(groups: Iterable[ProblemGroup], names: KnownNames) -> list[ProblemGroup]:
    """Those with an unknown text, the first TEXTS_ASKED, each with its `likely` name."""
    texts = [one for one in groups if one.found][:TEXTS_ASKED]
    for one in texts:
        one.likely = names.likely(one)
    return texts


def registering(
    user: User, batch: ImportBatch, texts: Iterable[ProblemGroup], names: KnownNames
) -> list[tuple[str, str, int]]:
    """(address, words, number of texts without a likely name) of the pages that register what texts name."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in texts:
        model = None if names.is_of_another(one) else model_named(one.kind, one.column)
        if model and (page := import_kinds().registering.get(model)) and user.may_open(page[0]):
            counts[page] += not one.likely
    return [(reverse(name, args=[batch.pk]), words, count) for (name, words), count in counts.items()]


def group_page(user: User, batch: ImportBatch) -> tuple[str, str, str] | None:
    """(address, words, column) of the page that registers the groups which the list's titles name; None for none."""
    resource = None if batch.kind == LEDGER else import_kinds()[batch.kind].resource
    if resource is None or not resource.group_page[0] or not user.may_open(resource.group_page[0]):
        return None
    name, words = resource.group_page
    return reverse(name, args=[batch.pk]), words, resource.group


def unknown_texts(batch: ImportBatch, names: KnownNames) -> set[tuple[str, str, str]]:
    """{(kind, column, text)} that the check found in place of a known name."""
    return {(group.kind, group.column, group.found) for group in found_groups(batch, names) if group.found}


def untaken_headings(batch: ImportBatch) -> list[str]:
    """Headings of columns not taken, except those that are always ignored, such as row numbers."""
    mapping = Mapping.from_json(batch.mapping)
    titles = [
        heading
        for sheet in mapping.sheets
        if sheet.is_taken
        for place, heading in enumerate(sheet.headings)
        if heading and place not in sheet.columns and heading_key(heading).casefold() not in IGNORED | NUMBERED
    ]
    return list(dict.fromkeys(titles))


def untaken_sheets(batch: ImportBatch) -> list[tuple[str, str]]:
    """(name, reason) of sheets that cannot be taken, except empty ones and those that the user deselected."""
    sheets = Mapping.from_json(batch.mapping).sheets
    return [
        (sheet.name, NO_TABLES[sheet.what]) for sheet in sheets if sheet.what in NO_TABLES and sheet.what != "empty"
    ]


def found_context(request: UserRequest, batch: ImportBatch, spellings: SpellingsForm | None = None) -> dict[str, Any]:
    """Context of the check's results: counts, problem groups, and a page of rows.

    `spellings` is the form about unknown texts where what it says is wrong.
    """
    names = KnownNames(batch)
    refused = sum(batch.counts.get(tag, 0) for tag in REFUSED)
    right, to_keep = batch.counts.get(NEW, 0) + batch.counts.get(CHANGED, 0), batch.counts.get(TO_KEEP, 0)
    is_asked = "problem" in request.GET or not wants_fragment(request)
    groups = found_groups(batch, names) if (refused or batch.counts.get(PENDING)) and is_asked else []
    texts = texts_asked(groups, names)
    # One alone is asked about in its line.
    spellings = spellings or (SpellingsForm(groups=texts, names_of=names.of) if len(texts) > 1 else None)
    listed = [one for one in groups if not (spellings and one.found)]
    tabs = outcome_shares(batch)
    show, group = chosen_tab(request, tabs, groups)
    wanted = group.rows if group else places(batch, tags_of(show))
    page = Paginator(wanted, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = rows_at(batch, page.object_list)
    add_links(request.user, batch, rows)
    add_doubts(request.user, rows)
    return {
        "tabs": tabs,
        "show": show,
        "group": group,
        "page": page,
        "rows": rows,
        "groups": listed[:GROUPS_SHOWN],
        "more_groups": len(listed) - GROUPS_SHOWN,
        "spellings": spellings,
        "registering": registering(request.user, batch, texts, names),
        "group_page": group_page(request.user, batch),
        "names": [(*column, found.values()) for column, found in names.known.items() if found],
        "sheets": sheet_counts(batch),
        "refused": refused,
        "right": right,
        "writes": right or to_keep,
        "to_keep": to_keep,
        "kept_already": batch.counts.get(PENDING, 0) - to_keep,
        "new": batch.counts.get(NEW, 0),
        "changed": batch.counts.get(CHANGED, 0),
        "same": batch.counts.get(SAME, 0),
        "doubtful": batch.counts.get(DOUBTFUL, 0),
        "beside": batch.counts.get(BESIDE, 0),
        "pending": batch.counts.get(PENDING, 0),
        "query": rows_query(show, group, page.number),
        "pager": rows_query(show, group),
        "left_open": left_open(batch),
        "seen": results_version(batch),
        "adopted": batch.answers.get(ADOPTED, ""),
        "noticed": noticed_in_words(batch),
        "untaken": untaken_headings(batch),
        "untaken_sheets": untaken_sheets(batch),
        "address": batch.get_absolute_url(),
    }


def results_version(batch: ImportBatch) -> str:
    """A version of the check's results, by which the commit ensures that the user has seen the latest."""
    assert batch.alive_at  # set by the check
    return batch.alive_at.isoformat()


def chosen_tab(
    request: UserRequest, tabs: Iterable[dict[str, Any]], groups: Iterable[ProblemGroup]
) -> tuple[str, ProblemGroup | None]:
    """(tab, ProblemGroup or None) requested in the URL; by default the first tab with rows."""
    group = next((one for one in groups if one.key == request.GET.get("problem")), None)
    known = {tab["tag"]: tab["count"] for tab in tabs}
    show = request.GET.get("show", "")
    if show == ALL_ROWS or known.get(show):
        return show, group
    return next((name for name, count in known.items() if count), ALL_ROWS), group


def tags_of(show: str) -> str:
    """The tags of a tab's rows."""
    return "".join(TABS) if show == ALL_ROWS else next(tag for tag, name in TAG_KEYS.items() if name == show)


def rows_query(show: str, group: ProblemGroup | None, page: int | None = None) -> str:
    """The query string for the rows shown."""
    words = {"show": show, "problem": group and group.key, "page": page}
    return urlencode({name: value for name, value in words.items() if value})


def add_links(user: User, batch: ImportBatch, rows: Iterable[ShownRow]) -> None:
    """Adds each kind's links to its rows."""
    kinds = sheet_kinds(batch)
    for kind in dict.fromkeys(kinds.values()):
        kind.add_links(user, [row for row in rows if kinds.get(row.sheet_number) is kind], batch.organisation)


def committed_context(request: UserRequest, batch: ImportBatch) -> dict[str, Any]:
    """Context of a committed import: counts of rows written and left out, and a page of one model's records."""
    new, changed, same = tally(batch)
    labels = [label for label, _ in batch.written]
    own = "" if batch.kind == LEDGER else import_kinds()[batch.kind].resource._meta.model._meta.label
    label = next((one for one in (request.GET.get("kind"), own, *labels) if one in labels), "")
    context: dict[str, Any] = {"new": new, "changed": changed, "same": same, "sheets": sheet_counts(batch)}
    context["pending"] = batch.counts.get(PENDING, 0)
    context |= left_out(request.user, batch) | {"answers": answers_in_words(batch)}
    if not label or not may_name_records(request.user, batch):
        return context
    model = apps.get_model(label)
    keys: Any = written_records(batch, label)
    page: Page[int] = Paginator(keys, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    records = keys_of(model, page.object_list)
    names = names_and_addresses(request.user, model, records)
    kinds = [{"label": one, "words": kind_label(one), "count": len(written_records(batch, one))} for one in labels]
    return context | {
        "kinds": kinds,
        "label": label,
        "page": page,
        "records": [record_title(model, key, names) for key in records],
        "query": f"kind={label}",
    }


def may_name_records(user: User, batch: ImportBatch) -> bool:
    """Whether the user may see the names of an import's records; with case files they reveal who is assisted."""
    return not batch.with_cases or import_kinds().may_take_in_cases(user)


def left_out(user: User, batch: ImportBatch) -> dict[str, Any]:
    """The number of wrong rows left out, and whether the user can still download them."""
    rows = sum(batch.counts.get(tag, 0) for tag in REFUSED) if batch.only_right else 0
    return {"left_out": rows, "may_fetch": batch.parts.exists() and batch.user == user}


def tally(batch: ImportBatch) -> tuple[int, ...]:
    """The counts of (new, changed, same) rows of an import."""
    return tuple(batch.counts.get(tag, 0) for tag in (NEW, CHANGED, SAME))


def sheet_counts(batch: ImportBatch) -> list[tuple[Any, ...]]:
    """(name, new, changed, same, refused) of each checked sheet of a ledger; [] for lists."""
    counted = [sheet for sheet in batch.sheets if sheet.get("counts")] if batch.kind == LEDGER else []
    return [
        (sheet["name"], *(sum(sheet["counts"].get(tag, 0) for tag in tags) for tags in (NEW, CHANGED, SAME, REFUSED)))
        for sheet in counted
    ]


def undone_context(request: UserRequest, batch: ImportBatch) -> dict[str, Any]:
    """Context of an undone import: what was undone, and which records stay and why."""
    counts = batch.undone.get("counts", {})
    context = dict(zip(("new", "changed", "same"), tally(batch), strict=True))
    context["reversed"] = counts.get(REVERSED, 0)
    context["staying"] = sum(counts.values()) - context["reversed"]
    if not may_name_records(request.user, batch):
        return context
    staying = batch.undone.get("staying", [])
    page = Paginator(staying, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    shown = [(apps.get_model(label), key, verdict, reason) for label, key, verdict, reason in page.object_list]
    return context | {"page": page, "records": named_rows(request.user, shown), "query": ""}


@whole_case_files()
def undo_context(request: UserRequest, batch: ImportBatch) -> dict[str, Any]:
    """Context of the undo preview: counts by verdict, and a page of records."""
    verdict = request.GET.get("show") if request.GET.get("show") in VERDICT_LABELS else ""
    counts: Counter[str] = Counter()
    kinds: Counter[TrackedModel] = Counter()
    wanted = []
    is_large = sum(len(written_records(batch, label)) for label, _ in batch.written) > LISTED_WHOLE
    for one in reversals(batch, request.user):
        counts[one.verdict] += 1
        kinds[one.model] += one.verdict == REVERSED
        if (one.verdict == verdict if verdict else True) and not (is_large and one.verdict == REVERSED):
            wanted.append(one)
    page = Paginator(wanted, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    staying = counts.total() - counts[REVERSED]
    listed = {key: label for key, label in VERDICT_LABELS.items() if not (is_large and key == REVERSED)}
    return {
        "is_large": is_large,
        "tabs": [{"verdict": key, "label": label, "count": counts[key]} for key, label in listed.items()],
        "show": verdict,
        "total": staying if is_large else counts.total(),
        "reversed": counts[REVERSED],
        "awaited": batch.awaited.count(),
        "reversed_kinds": [(model._meta.verbose_name, count) for model, count in kinds.items() if count],
        "staying": staying,
        "page": page,
        "records": named_rows(request.user, reasons(list(page.object_list))),
        "query": f"show={verdict}",
    }


def reasons(found: Sequence[Reversal]) -> list[RecordRow]:
    """Reversals as (model, key, verdict, reason); for restored records the reason names their fields."""
    restored: dict[TrackedModel, list[Reversal]] = {}
    for one in found:
        if one.verdict == REVERSED and not one.is_new:
            restored.setdefault(one.model, []).append(one)
    changes = {}
    for model, those in restored.items():
        states = states_of(those)
        for one in those:
            changes[model, one.key] = changes_back(restorable(model, states[one.before], states[one.after]))
    return [(one.model, one.key, one.verdict, one.reason or changes.get((one.model, one.key), "删除")) for one in found]


def changes_back(fields: Sequence[Any]) -> str:
    """Labels of the restored fields, in words."""
    labels = [str(field.verbose_name) for field in fields[:6] if not is_derived(field)]
    return f"恢复{'、'.join(labels)}" if labels else "没有要恢复的内容"


def named_rows(user: User, rows: Sequence[RecordRow]) -> list[dict[str, Any]]:
    """Rows (model, key, verdict, reason) as dicts with the names of their records."""
    keys: dict[TrackedModel, list[int]] = {}
    for model, key, *_ in rows:
        keys.setdefault(model, []).append(key)
    names = {model: names_and_addresses(user, model, wanted) for model, wanted in keys.items()}
    found, with_cases = [], import_kinds().may_take_in_cases(user)
    for model, key, verdict, reason in rows:
        name, url = record_title(model, key, names[model])
        found.append(
            {
                "kind": model._meta.verbose_name,
                "name": name,
                "url": url,
                "verdict": VERDICT_LABELS[verdict],
                "stays": verdict != REVERSED,
                # The models that refer to a person would reveal who is assisted.
                "reason": reason if with_cases or verdict != HELD else "有其他记录引用它",
            }
        )
    return found
