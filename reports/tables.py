"""Lists of reports, of imports, of targets and of entries in outside platforms; the last two have only forms."""

from functools import cached_property

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils import timezone

from yl_district.importing.kinds import kind_words
from yl_district.models import ImportBatch
from yl_district.pages.tables import PageTable, RecordColumn

from .figures.lines import figure_choices
from .import_outlook import tally
from .models import Report, Target
from .pace import paces_of


class TargetTable(PageTable):
    """Targets."""

    task = RecordColumn()
    pace = tables.Column("完成情况", empty_values=(), orderable=False)

    class Meta(PageTable.Meta):
        model = Target
        fields = ["task", "pace", "year", "figure", "value", "issued_by", "due_on"]

    @cached_property
    def paces(self):
        """How far the targets on this page of the list have come, counted once for all."""
        return paces_of([row.record for row in self.paginated_rows], timezone.localdate())

    def render_pace(self, record):
        """A bar with words beside it; nothing for a figure that is no longer counted."""
        pace = self.paces.get(record.pk)
        return render_to_string("reports/_pace.html", {"pace": pace}) if pace else self.default

    @cached_property
    def figure_labels(self):
        """The figures' labels by key, read once for the list."""
        return dict(figure_choices())

    def render_figure(self, value):
        """The label; a key without a figure, such as that of a type no longer kept, as it is."""
        return self.figure_labels.get(value, value)


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
