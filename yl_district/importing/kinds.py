"""The kinds of records that a file can bring, in one table that the setting `IMPORT_KINDS` names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from ..recognition import mapping as sheet_mapping
from ..sheets.columns import Book
from .models import LEDGER, ImportAlias


def no_links(user, rows):
    """Adds nothing to the rows that a page shows."""


@dataclass(frozen=True)
class ImportKind:
    """One kind of records: the resource that takes it in, and the list on which what was imported is found.

    Of a kind that `is_case` it is a secret who is in it. What is not `on_page` comes by the ledger or the command line
    alone. `add_links(user, rows)` adds to the pages' rows that cannot be taken what somebody can do about them.
    """

    key: str
    resource: type
    list_name: str
    is_case: bool = False
    on_page: bool = True
    add_links: Callable = no_links

    @property
    def label(self):
        """The kind in the office's words."""
        return self.resource.sheet


@dataclass(frozen=True)
class LedgerKind:
    """The ledger, whose sheets bring a kind each."""

    key: str = LEDGER
    label: str = "年度台账"
    list_name: str = ""
    is_case: bool = False


@dataclass(frozen=True)
class ImportKinds(Mapping):
    """The table of kinds by their keys, in the order in which the ledger lists them.

    `first` are the keys of those that must be taken in before all others, in this order, because others refer to them.
    `may_take_in_cases(user)` tells whether a user may import kinds about cases, None standing for the command line;
    `closed_records(user)` gives the pairs of model and key whose facts the user's imports leave as they are.
    """

    kinds: tuple
    first: tuple
    may_take_in_cases: Callable
    closed_records: Callable
    ledger = LedgerKind()

    @cached_property
    def by_key(self):
        return {kind.key: kind for kind in self.kinds}

    def __getitem__(self, key):
        return self.by_key[key]

    def __iter__(self):
        return iter(self.by_key)

    def __len__(self):
        return len(self.kinds)

    @cached_property
    def taking_order(self):
        """The kinds in the order in which they can refer to each other."""
        return [self[key] for key in self.first] + [kind for kind in self.kinds if kind.key not in self.first]

    @property
    def resources(self):
        """Every resource that imports write with."""
        return [kind.resource for kind in self.kinds]

    def named(self, key):
        """The kind of this key, the ledger included."""
        return self.ledger if key == LEDGER else self[key]

    def open_to(self, user):
        """The kinds of which the user may see imports, None standing for the command line."""
        with_cases = self.may_take_in_cases(user)
        return [kind for kind in self.kinds if with_cases or not kind.is_case]

    def on_pages(self, user):
        """The kinds that the user may choose for a file on the page, the ledger last."""
        return [*(kind for kind in self.open_to(user) if kind.on_page), self.ledger]


@cache
def import_kinds():
    """The ImportKinds of this site."""
    return import_string(settings.IMPORT_KINDS)


def kind_words(key):
    """The kind of an import in the office's words."""
    return import_kinds().named(key).label


def may_undo(user, batch):
    """Whether the user may take an import back; one that tells who is assisted only who may import that."""
    return bool(batch.written) and (not batch.with_cases or import_kinds().may_take_in_cases(user))


def sheet_kinds(batch):
    """{number of a sheet that is taken: its kind}."""
    mapping = sheet_mapping.Mapping.from_json(batch.mapping)
    return {sheet.number: import_kinds()[sheet.kind] for sheet in mapping.sheets if sheet.is_taken}


def turns(batch):
    """The kinds that the file brings, in the order in which they are taken, each with the numbers of its sheets."""
    sheets = sheet_kinds(batch)
    found = [(kind, [number for number, own in sheets.items() if own is kind]) for kind in import_kinds().taking_order]
    return [(kind, numbers) for kind, numbers in found if numbers]


def parts_in_order(batch):
    """Yields the parts of the sheets that are taken, in the order in which they were checked."""
    for _, numbers in turns(batch):
        yield from batch.in_parts(numbers)


def noted_book(book):
    """The book, once it knows everybody whom a name can mean; where case files are closed, nothing of those."""
    for kind in import_kinds().taking_order if book.tells_apart else ():
        if book.with_cases or not kind.is_case:
            kind.resource.note(book)
    return book


def resources_for(batch, today=None):
    """{kind: a resource} for the kinds that the file brings, in their order.

    They know all that its rows can mean, and of what its user may not see, nothing.
    """
    kinds = import_kinds()
    with_cases = kinds.may_take_in_cases(batch.user)
    closed = frozenset() if with_cases else kinds.closed_records(batch.user)
    brought = kinds.kinds if batch.kind == LEDGER else [kinds[batch.kind]]
    sheets = [kind.label for kind in brought]
    book = noted_book(Book(today or timezone.localdate(), with_cases=with_cases, closed=closed, sheets=sheets))
    found = {kind: kind.resource(book) for kind, _ in turns(batch)}
    for kind, resource in found.items():
        resource.aliases = aliases(kind.key)
    return found


def aliases(key):
    """{column: {text as texts are compared: what it means}} as somebody once explained it for a kind."""
    found = {}
    for one in ImportAlias.objects.filter(kind=key):
        found.setdefault(one.column, {})[one.found] = one.meant
    return found
