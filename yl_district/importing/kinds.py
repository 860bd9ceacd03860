"""The table of record kinds that can be imported, named by the setting `IMPORT_KINDS`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, partial
from typing import Any, TypeAlias

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from ..recognition import mapping as sheet_mapping
from ..recognition.headings import known_headings
from ..recognition.kind_headings import KindHeadings
from ..recognition.noted_words import noted_words
from ..recognition.state_words import StateWords, state_words
from ..sheets.asked_values import AskedRecords, Records
from ..sheets.choice_widgets import ChoiceWidget
from ..sheets.columns import Book
from ..sheets.resource import SheetResource
from ..typing import User
from .models import LEDGER, ImportAlias, ImportBatch, ImportHeading, ImportPart


def no_links(user: User | None, rows: Iterable[Any], committee: Model | None) -> None:
    """The default of `add_links`: adds nothing."""


# Returns {(label of the model, key): (words, address)} of those records that the user may see.
Describe: TypeAlias = Callable[[User, Collection[tuple[str, int]]], Mapping[tuple[str, int], tuple[str, str]]]


@dataclass(frozen=True)
class ImportKind:
    """One kind of records: the resource that imports it, and the URL name of its list page.

    With `create_name`, that of the page that registers one, staff of committees below the root who may open it import
    many. The records of a kind that `is_case` are confidential. A kind that is not `on_page` is imported by the ledger
    or the command line alone. `add_links(user, rows, committee)` adds links to refused ShownRows of an import of a
    committee that help the user to resolve them.
    """

    key: str
    resource: type[SheetResource]
    list_name: str
    create_name: str = ""
    is_case: bool = False
    on_page: bool = True
    add_links: Callable[[User, Iterable[Any], Model | None], None] = no_links

    @property
    def label(self) -> str:
        """The kind's Chinese name."""
        return self.resource.sheet


@dataclass(frozen=True)
class LedgerKind:
    """The ledger, each of whose sheets is of one kind."""

    key: str = LEDGER
    label: str = "年度台账"
    list_name: str = ""
    is_case: bool = False


@dataclass(frozen=True)
class ImportKinds(Mapping):
    """The ImportKinds by key, in the ledger's order.

    `first` are the keys of kinds to import before all others, in this order, because others refer to them.
    `may_take_in_cases(user)` is whether a user, None for the command line, may import kinds about cases;
    `closed_records(user, committee)` returns the rows that imports of the user, for a committee below the root or None,
    must not change. `describe` says in
    words what distinguishes registered records that rows may mean. `registering` is {model: (URL name, words)} of pages
    that register the records of the model which a file names and nobody knows.
    """

    kinds: tuple[ImportKind, ...]
    first: tuple[str, ...]
    may_take_in_cases: Callable[[User | None], bool]
    closed_records: Callable[[User | None, Any], QuerySet]
    describe: Describe
    registering: Mapping[type[Model], tuple[str, str]] = field(default_factory=dict)
    ledger = LedgerKind()

    @cached_property
    def by_key(self) -> dict[str, ImportKind]:
        return {kind.key: kind for kind in self.kinds}

    def __getitem__(self, key: str) -> ImportKind:
        return self.by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_key)

    def __len__(self) -> int:
        return len(self.kinds)

    @cached_property
    def taking_order(self) -> list[ImportKind]:
        """The kinds in import order: each after those it refers to."""
        return [self[key] for key in self.first] + [kind for kind in self.kinds if kind.key not in self.first]

    @property
    def resources(self) -> list[type[SheetResource]]:
        """The resources of all kinds."""
        return [kind.resource for kind in self.kinds]

    def named(self, key: str) -> ImportKind | LedgerKind:
        """The kind with this key, including the ledger."""
        return self.ledger if key == LEDGER else self[key]

    def open_to(self, user: User | None) -> list[ImportKind]:
        """The kinds whose imports the user, None for the command line, may see."""
        with_cases = self.may_take_in_cases(user)
        open_kinds = [kind for kind in self.kinds if with_cases or not kind.is_case]
        if user is None or keeps_ledger(user):
            return open_kinds
        return [kind for kind in open_kinds if kind.create_name and user.may_open(kind.create_name)]

    def on_pages(self, user: User) -> list[ImportKind | LedgerKind]:
        """The kinds that the user may choose on the upload page, the ledger last."""
        ledger = [self.ledger] if keeps_ledger(user) else []
        return [*(kind for kind in self.open_to(user) if kind.on_page), *ledger]


def keeps_ledger(user: User) -> bool:
    """Whether the user may import a ledger, which has records of all kinds and of the whole district."""
    return user.may_open(LEDGER)


@cache
def import_kinds() -> ImportKinds:
    """The ImportKinds of the setting."""
    return import_string(settings.IMPORT_KINDS)


def kind_words(key: str) -> str:
    """The Chinese name of a kind, including the ledger."""
    return import_kinds().named(key).label


def may_undo(user: User, batch: ImportBatch) -> bool:
    """Whether the user may undo an import; one with cases only users who may import cases."""
    is_open = not batch.with_cases or import_kinds().may_take_in_cases(user)
    return is_open and (bool(batch.written) or batch.awaited.exists())


def sheet_kinds(batch: ImportBatch) -> dict[int, ImportKind]:
    """{number of a taken sheet: its ImportKind}."""
    mapping = sheet_mapping.Mapping.from_json(batch.mapping)
    return {sheet.number: import_kinds()[sheet.kind] for sheet in mapping.sheets if sheet.is_taken}


def kinds_with_sheets(batch: ImportBatch) -> list[tuple[ImportKind, list[int]]]:
    """(kind, sheet numbers) of the kinds in the file, in import order."""
    sheets = sheet_kinds(batch)
    found = [(kind, [number for number, own in sheets.items() if own is kind]) for kind in import_kinds().taking_order]
    return [(kind, numbers) for kind, numbers in found if numbers]


def parts_in_order(batch: ImportBatch) -> Iterator[ImportPart]:
    """Yields the parts of the taken sheets in the order of the check."""
    for _, numbers in kinds_with_sheets(batch):
        yield from batch.in_parts(numbers)


def noted_book(book: Book) -> Book:
    """The book with everybody noted whom a name can refer to, without people in case files where those are closed."""
    for resource in noting(book) if book.tells_apart else ():
        resource.note(book)
    return book


def noting(book: Book) -> list[type[SheetResource]]:
    """The resources whose stored records say more of people than their own."""
    return [kind.resource for kind in import_kinds().taking_order if book.with_cases or not kind.is_case]


def resources_for(batch: ImportBatch, today: date | None = None) -> dict[ImportKind, SheetResource]:
    """{kind: resource} for the kinds in the file, in import order.

    The resources share a Book of all that rows can refer to, without what the import's user may not see.
    """
    kinds = import_kinds()
    # Nobody learns from a list of members who is known by a case file; the command line stands beside the database.
    present = kinds_with_sheets(batch)
    has_cases = batch.user is None or any(kind.is_case for kind, _ in present)
    with_cases = has_cases and kinds.may_take_in_cases(batch.user)
    committee = batch.organisation
    asking = [kind.resource for kind, _ in present if kind.resource.asks]
    asks = len(asking) == len(present) == 1
    closed: Records = frozenset()
    if not with_cases:
        rows = kinds.closed_records(batch.user, committee)
        closed = (
            AskedRecords(rows) if asks else frozenset((rows.model, key) for key in rows.values_list("pk", flat=True))
        )
    brought = kinds.kinds if batch.kind == LEDGER else [kinds[batch.kind]]
    sheets = [kind.label for kind in brought]
    day = today or timezone.localdate()
    book = Book(
        day,
        with_cases=with_cases,
        closed=closed,
        sheets=sheets,
        answers=batch.answers,
        committee=committee,
        asks=asks,
    )
    if asks:
        asking[0].ask_as_needed(book, noting(book))
    else:
        noted_book(book)
    found, columns = {}, columns_by_sheet(batch)
    for kind, numbers in present:
        found[kind] = kind.resource(book)
        found[kind].aliases = aliases(kind.key, committee)
        found[kind].stated = frozenset().union(*(columns[number] for number in numbers))
    return found


def columns_by_sheet(batch: ImportBatch) -> dict[int, Collection[str]]:
    """{number of a taken sheet: the columns that it has, or that are stated once for all its rows}."""
    mapping = sheet_mapping.Mapping.from_json(batch.mapping)
    return {sheet.number: sheet.stated for sheet in mapping.sheets if sheet.is_taken}


def aliases(key: str, committee: Model | None = None) -> dict[str, dict[str, str]]:
    """{column: {normalised text: meaning}} remembered for a kind, for a committee below the root or the district's."""
    found: dict[str, dict[str, str]] = {}
    for one in ImportAlias.objects.taught_to(committee).filter(kind=key):
        found.setdefault(one.column, {})[one.found] = one.meant
    return found


def required_columns(resource: type[SheetResource]) -> dict[str, str]:
    """{required column: the column that can replace it, "" where none can}."""
    return {item.column_name: item.unless for item in resource.columns if item.required}


def remembered(kind: str, committee: Model | None = None) -> dict[str, str | None]:
    """{heading key: column, None if ignored} remembered for the kind, beside headings that it passes over.

    What a committee below the root has explained goes before what the district committee has.
    """
    passed_over = dict.fromkeys(import_kinds()[kind].resource.passed_over.split())
    explained = ImportHeading.objects.taught_to(committee).filter(kind=kind)
    return passed_over | {one.heading: one.column or None for one in explained}


@cache
def vocabulary_of(kind: str, committee: Model | None = None) -> KindHeadings:
    """The KindHeadings of a kind of records, with what is remembered for a committee below the root, or the district.

    That is read anew each time.
    """
    resource = import_kinds()[kind].resource
    columns = tuple(item.column_name for item in resource.columns)
    required = frozenset(required_columns(resource))
    noted = noted_words(resource.noted_column, resource.noted_under, resource.noted_words)
    return KindHeadings(
        columns, resource.synonyms, required, partial(remembered, kind, committee), title_words(resource), noted
    )


def title_words(resource: type[SheetResource]) -> StateWords:
    """The StateWords of a resource: the choices of its `state_column` and their synonyms."""
    item = next((item for item in resource.columns if item.column_name == resource.state_column), None)
    choices = item.widget.labels.values() if item and isinstance(item.widget, ChoiceWidget) else ()
    labels = dict.fromkeys([*resource.state_synonyms, *choices])
    return state_words(resource.state_column, list(labels), resource.state_synonyms, resource.state_days)


@cache
def headings_of(kind: str, columns: frozenset[str]) -> frozenset[str]:
    """The headings, as keys, that mean one of these columns."""
    vocabulary = vocabulary_of(kind)
    known = known_headings(vocabulary.columns, vocabulary.synonyms)
    return frozenset(key for key, meant in known.items() if columns.intersection(meant))
