"""Lists as every page shows them."""

import django_tables2 as tables

from .encryption import EncryptedMixin
from .templatetags.yl import masked


class PageTable(tables.Table):
    """A table whose first column leads to the record; `related` and `prefetched` name what its columns read along.

    Columns read nothing but fields, so that any QuerySet of the model can be shown.
    """

    related = ()
    prefetched = ()
    rows_per_page = 25

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for bound in self.columns.iterall():
            if isinstance(bound.column, tables.DateColumn):
                bound.column.attrs.setdefault("td", {}).setdefault("class", "day")
            if isinstance(bound.accessor.get_field(self._meta.model), EncryptedMixin):
                bound.column.orderable = False  # the order of ciphertext means nothing

    class Meta:
        attrs = {"class": "table table-vcenter card-table stacked"}
        empty_text = "没有记录"


class RecordColumn(tables.Column):
    """The column that leads to the record's own page."""

    def __init__(self, **options):
        options.setdefault("attrs", {"td": {"class": "record"}})
        super().__init__(linkify=lambda record: record.get_absolute_url(), **options)


class MonthColumn(tables.DateColumn):
    """A date kept by months."""

    def __init__(self, **options):
        super().__init__(format="Y-m", **options)


class MaskedColumn(tables.Column):
    """A number with its middle hidden."""

    def render(self, value):
        return masked(value)
