"""The table of platforms' forms."""

import django_tables2 as tables
from django.utils import timezone

from yl_district.pages.tables import PageTable

from ..models import PlatformLayout
from .states import missing_counts


class PlatformLayoutTable(PageTable):
    """Lists the forms of platforms with how many records each still lacks."""

    platform = tables.Column("平台", linkify=True, attrs={"td": {"class": "record"}})
    missing = tables.Column(
        "未录入", accessor="pk", orderable=False, attrs={"th": {"class": "number"}, "td": {"class": "number"}}
    )

    class Meta(PageTable.Meta):
        model = PlatformLayout
        fields = ["platform", "subject", "missing"]

    def before_render(self, request):
        """Counts what is not entered today."""
        self.missing_counts = missing_counts(self.data, request.user, timezone.localdate())

    def render_missing(self, value):
        """Returns the number; forms of assisted youths show none."""
        return self.missing_counts.get(value, "")
