"""The table of reports."""

import django_tables2 as tables

from yl_district.pages.tables import DayColumn, PageTable, RecordColumn

from ..models import Report


class ReportTable(PageTable):
    """Lists reports with their state."""

    name = RecordColumn(verbose_name="报告", empty_values=(), orderable=False)
    ends_on = DayColumn(verbose_name="截止日期")
    edition_count = tables.Column("状态", empty_values=(), orderable=False)

    class Meta(PageTable.Meta):
        model = Report
        fields = ["name", "form", "ends_on", "edition_count"]

    def render_name(self, record):
        return str(record)

    def render_edition_count(self, value):
        """The state: 起草, 定稿, or the number of amendments."""
        if value > 1:
            return f"定稿，更正 {value - 1} 次"
        return "定稿" if value else "起草"
