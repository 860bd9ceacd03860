"""The table of imports."""

import django_tables2 as tables

from yl_district.importing.page_contexts import tally

from ..pages.tables import MomentColumn, PageTable, RecordColumn
from .kinds import kind_words
from .models import ImportBatch


class ImportBatchTable(PageTable):
    """Imports with their counts of rows."""

    file_name = RecordColumn(attrs={"td": {"class": "record text-break"}})
    created_at = MomentColumn(format="Y-m-d H:i", attrs={"td": {"class": "day"}})
    user = tables.Column(default="命令行", orderable=False)
    counts = tables.Column("新增／变更／相同", empty_values=(), orderable=False, attrs={"td": {"class": "text-nowrap"}})

    class Meta(PageTable.Meta):
        model = ImportBatch
        fields = ["file_name", "kind", "created_at", "user", "state", "counts"]

    def render_kind(self, value: str) -> str:
        return kind_words(value)

    def render_counts(self, record: ImportBatch) -> str:
        """Counts of new, changed and same rows; the default before the check."""
        return " / ".join(map(str, tally(record))) if record.counts else self.default
