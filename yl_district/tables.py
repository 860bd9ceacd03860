"""Lists as every page shows them."""

import logging

import django_tables2 as tables
from django_tables2.rows import BoundRow, BoundRows

from .encryption import DecryptionError, EncryptedMixin
from .templatetags.yl import masked

logger = logging.getLogger(__name__)


class PageRow(BoundRow):
    """A row in which a cell that cannot be decrypted says so; the library alone would show it as empty."""

    def get_cell(self, name):
        bound = self.table.columns[name]
        try:
            if name in self.table.sealed:
                bound.accessor.resolve(self.record)
        except DecryptionError as error:
            logger.error("%s 编号 %s：%s", self.record._meta.label, self.record.pk, error)
            return "校验失败"
        return super().get_cell(name)


class PageRows(BoundRows):
    """The rows of a list, or a page of them."""

    def __iter__(self):
        return (PageRow(record, table=self.table) for record in self.data)

    def __getitem__(self, key):
        kind = PageRows if isinstance(key, slice) else PageRow
        return kind(self.data[key], table=self.table)


class PageTable(tables.Table):
    """A table whose first column leads to the record; `related` and `prefetched` name what its columns read along.

    Columns read nothing but fields, so that any QuerySet of the model can be shown.
    """

    related = ()
    prefetched = ()
    rows_per_page = 25

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.sealed = set()
        for bound in self.columns.iterall():
            if isinstance(bound.column, tables.DateColumn):
                bound.column.attrs.setdefault("td", {}).setdefault("class", "day")
            if isinstance(bound.accessor.get_field(self._meta.model), EncryptedMixin):
                bound.column.orderable = False  # the order of ciphertext means nothing
                self.sealed.add(bound.name)
        self.rows = PageRows(self.data, self)

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
