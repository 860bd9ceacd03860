"""The table of entries in outside platforms."""

import django_tables2 as tables

from yl_district.pages.tables import DayColumn, PageTable, table_address

from ..models import PlatformEntry


class PlatformEntryTable(PageTable):
    """Lists entries in outside platforms."""

    related = ("person", "activity", "organisation")
    prefetched = ("youth",)

    record = tables.Column(
        "名称",
        linkify=lambda record, table: table_address(table, "platform_entry_update", record.pk),
        orderable=False,
        attrs={"td": {"class": "record"}},
    )

    binding = DayColumn(verbose_name="绑定日期")

    class Meta(PageTable.Meta):
        model = PlatformEntry
        fields = ["record", "subject", "platform", "entered_on", "binding"]
