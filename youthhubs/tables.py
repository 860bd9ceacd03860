"""Tables of youth hubs and volunteers."""

import django_tables2 as tables

from members.models import Volunteer
from yl_district.pages.tables import MaskedColumn, PageTable, RecordColumn

from .models import Hub


class HubTable(PageTable):
    """Youth hubs."""

    related = ("organisation",)
    prefetched = ("years",)

    name = RecordColumn()
    tier = tables.Column("最近年度类型", accessor="latest_year", orderable=False)

    class Meta(PageTable.Meta):
        model = Hub
        fields = ["name", "organisation", "tier", "opened_on", "closed_on"]

    def render_tier(self, value):
        """Returns the tier with its year, since it may change every year."""
        return f"{value.get_tier_display()}（{value.year}）"


class VolunteerTable(PageTable):
    """Volunteers."""

    related = ("person", "team__hub")

    person = RecordColumn(accessor="person__shown_name", order_by="person__search_text")
    hub = tables.Column("志愿者队伍", accessor="team__hub__name")
    mobile = MaskedColumn(accessor="person__mobile")

    class Meta(PageTable.Meta):
        model = Volunteer
        fields = ["person", "hub", "mobile", "employer", "volunteer_no", "joined_on", "bound_on"]
