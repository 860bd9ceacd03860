"""The table of platforms' forms."""

import django_tables2 as tables

from yl_district.pages.tables import PageTable

from ..models import PlatformLayout


class PlatformLayoutTable(PageTable):
    """Lists the forms of platforms."""

    platform = tables.Column("平台", linkify=True, attrs={"td": {"class": "record"}})

    class Meta(PageTable.Meta):
        model = PlatformLayout
        fields = ["platform", "subject"]
