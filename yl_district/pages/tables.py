"""Base classes of all tables."""

from itertools import islice

import django_tables2 as tables
from django.db.models import DateField, DateTimeField
from django.utils import formats, timezone
from django_tables2.rows import BoundRow, BoundRows

from ..days import announcement, coming_end, is_announced
from ..fields import MonthField, PartialDateField, date_format, is_masked
from ..privacy.encryption import DecryptionError, EncryptedMixin
from ..privacy.unreadable import UNREADABLE, note_unreadable
from ..templatetags.yl import masked
from .addresses import open_address
from .cells import body_of, day_in_format


class PageRow(BoundRow):
    """A row that marks cells whose key is missing; the library alone would show them as empty."""

    def get_cell(self, name):
        return super().get_cell(name) if self.is_legible(name) else UNREADABLE

    def get_cell_value(self, name):
        return super().get_cell_value(name) if self.is_legible(name) else UNREADABLE

    def is_legible(self, name):
        """Whether the key of the cell is there, if it is encrypted; notes it otherwise."""
        try:
            if name in self.table.sealed:
                self.table.columns[name].accessor.resolve(self.record)
        except DecryptionError:
            note_unreadable(self.record._meta.verbose_name, self.record.pk, self.table.columns[name].header)
            return False
        return True

    @property
    def texts(self):
        """The cells as text for a file, masked as on the page."""
        values = ((self.get_cell_value(column.name), column.default) for column in self.table.columns)
        return ["" if value in (None, blank) else str(value) for value, blank in values]


class PageRows(BoundRows):
    """The rows of a table, or one page of them."""

    def __iter__(self):
        return (PageRow(record, table=self.table) for record in self.data)

    def __getitem__(self, key):
        kind = PageRows if isinstance(key, slice) else PageRow
        return kind(self.data[key], table=self.table)


# What a phone shows of a row in any case.
TOLD = "told"
NOT_TOLD = frozenset({"record", "secondary", "row-act", "parent"})


def css_of(column):
    """The classes of a column's cells, as far as they are the same in each row."""
    css = (column.column.attrs.get("td") or {}).get("class", "")
    return set(css.split()) if isinstance(css, str) else {"record"}


class PageTable(tables.Table):
    """A table whose first column links to the record; `related` and `prefetched` name the relations its columns use.

    Columns read only fields, so that any QuerySet of the model can be shown.
    """

    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()
    rows_per_page = 25
    # What a phone shows of a row besides its name; by default the first two of the other columns.
    phone_columns: tuple[str, ...] = ()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.sealed = set()
        for bound in self.columns.iterall():
            if isinstance(bound.column, DayColumn | PartialDateColumn):
                bound.column.attrs.setdefault("td", {}).setdefault("class", "day")
            if isinstance(bound.accessor.get_field(self._meta.model), EncryptedMixin):
                bound.column.orderable = False  # sorting ciphertext is meaningless
                self.sealed.add(bound.name)
        for bound in self.columns:
            is_first = bound.name in (self.phone_columns or self._first_columns())
            bound.is_told = is_first or TOLD in css_of(bound)
        self.rows = PageRows(self.data, self)
        # What can be done with rows that are ticked, and what is said above the rows.
        self.acts, self.notices = [], []
        # In which order its rows come where none is chosen; empty for that of their model.
        self.own_order = ()

    def _first_columns(self):
        """The names of the first two columns besides the name of a row; of the first five where rows have none."""
        names = (bound.name for bound in self.columns if css_of(bound).isdisjoint(NOT_TOLD))
        return [*islice(names, 2 if any("record" in css_of(bound) for bound in self.columns) else 5)]

    def rows_of(self, records):
        """The rows of these records."""
        return PageRows(records, self)

    @property
    def body(self):
        """The rows of the page as HTML."""
        return body_of(self)

    @property
    def orders(self):
        """The orders that can be chosen: value in the address, label, whether it is the present one."""
        present = [str(alias) for alias in self.order_by or ()][:1]
        for column in self.columns:
            if column.orderable:
                for value, way in ((column.name, "由小到大"), (f"-{column.name}", "由大到小")):
                    yield value, f"{column.header}（{way}）", [value] == present

    class Meta:
        attrs = {"class": "table table-vcenter card-table stacked dense"}
        empty_text = "没有记录"


def named_with_end(record, name):
    """A record's name in a list, with its end while this is only announced."""
    coming = coming_end(record, timezone.localdate())
    return f"{name}（{coming}）" if coming else name


class RecordColumn(tables.Column):
    """A column that links to the record's page."""

    def __init__(self, **options):
        options.setdefault("attrs", {"td": {"class": "record"}})
        super().__init__(linkify=self.address, **options)

    @staticmethod
    def address(record, table):
        """The address of the page to which the cell leads; None where it is not open."""
        return table_address(table, record)


def table_address(table, target, *args):
    """Returns the address of a page for a cell's link; None, as for a cell without one, where it is not open."""
    request = getattr(table, "request", None)
    return (open_address(request.user, target, *args) or None) if request else None


@tables.columns.library.register
class DayColumn(tables.Column):
    """A day; the default column of a DateField. The library's own compiles a template for every cell."""

    format = "Y-m-d"

    @classmethod
    def from_field(cls, field, **options):
        is_day = isinstance(field, DateField) and not isinstance(field, DateTimeField)
        return cls(**options) if is_day else None

    def render(self, value):
        return day_in_format(value, self.format)


@tables.columns.library.register
class MomentColumn(tables.Column):
    """A moment in local time; the default column of a DateTimeField."""

    def __init__(self, *arguments, format="Y-m-d H:i", **options):
        super().__init__(*arguments, **options)
        self.format = format

    @classmethod
    def from_field(cls, field, **options):
        return cls(**options) if isinstance(field, DateTimeField) else None

    def render(self, value):
        return formats.date_format(timezone.localtime(value), self.format)

    def value(self, value):
        return value.isoformat(sep=" ")


@tables.columns.library.register
class MonthColumn(DayColumn):
    """A month; the default column of a MonthField."""

    format = "Y-m"

    @classmethod
    def from_field(cls, field, **options):
        return cls(**options) if isinstance(field, MonthField) else None


@tables.columns.library.register
class EndColumn(DayColumn):
    """The day of an end, which says so while the end is only announced; the default column of such a field."""

    def __init__(self, field, **options):
        super().__init__(**options)
        self.field, self.format = field, date_format(field)

    @classmethod
    def from_field(cls, field, **options):
        return cls(field, **options) if is_announced(field) else None

    def render(self, value):
        return announcement(self.field, value) if value > timezone.localdate() else super().render(value)

    def value(self, value):
        return super().render(value)


@tables.columns.library.register
class PartialDateColumn(tables.Column):
    """A date as far as it is known; the default column of a PartialDateField."""

    @classmethod
    def from_field(cls, field, **options):
        return cls(**options) if isinstance(field, PartialDateField) else None


@tables.columns.library.register
class MaskedColumn(tables.Column):
    """A masked number; the default column of a masked field."""

    @classmethod
    def from_field(cls, field, **options):
        return cls(**options) if is_masked(field) else None

    def render(self, value):
        return masked(value)
