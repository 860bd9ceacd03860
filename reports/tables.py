"""Lists of reports, of imports, of targets and of entries in outside platforms; the last two have only forms."""

import django_tables2 as tables

from yl_district.importing.kinds import kind_words
from yl_district.models import ImportBatch
from yl_district.pages.tables import PageTable, RecordColumn

from .import_outlook import tally
from .models import Report


class ImportBatchTable(PageTable):
    """Imports."""

    file_name = RecordColumn(attrs={"td": {"class": "record text-break"}})
    created_at = tables.DateTimeColumn(format="Y-m-d H:i", attrs={"td": {"class": "day"}})
    user = tables.Column(default="命令行", orderable=False)
    counts = tables.Column("新增／变更／相同", empty_values=(), orderable=False, attrs={"td": {"class": "text-nowrap"}})

    class Meta(PageTable.Meta):
        model = ImportBatch
        fields = ["file_name", "kind", "created_at", "user", "state", "counts"]

    def render_kind(self, value):
        return kind_words(value)

    def render_counts(self, record):
        """How many records were new, changed and the same; nothing as long as the file was not checked."""
        return " / ".join(map(str, tally(record))) if record.counts else self.default


class ReportTable(PageTable):
    """Reports."""

    name = RecordColumn(verbose_name="报告", empty_values=(), orderable=False)
    ends_on = tables.DateColumn(verbose_name="截止日期")
    edition_count = tables.Column("状态", empty_values=(), orderable=False)

    class Meta(PageTable.Meta):
        model = Report
        fields = ["name", "form", "ends_on", "edition_count"]

    def render_name(self, record):
        return str(record)

    def render_edition_count(self, value):
        """起草, 定稿, or how many amendments there are."""
        if value > 1:
            return f"定稿，更正 {value - 1} 次"
        return "定稿" if value else "起草"
