"""Tables of youth hubs and volunteers."""

import django_tables2 as tables
from django.db.models import OuterRef, Subquery

from members.models import Volunteer
from yl_district.pages.tables import MaskedColumn, PageTable, RecordColumn

from .models import Hub, TeamMember


class HubTable(PageTable):
    """Youth hubs."""

    related = ("organisation",)
    prefetched = ("years",)

    name = RecordColumn(order_by="name_sort")
    tier = tables.Column("最近年度类型", accessor="latest_year", orderable=False)

    class Meta(PageTable.Meta):
        model = Hub
        fields = ["name", "organisation", "tier", "opened_on", "closed_on"]

    def render_tier(self, value):
        """Returns the tier with its year, since it may change every year."""
        return f"{value.get_tier_display()}（{value.year}）"


class VolunteerTable(PageTable):
    """Volunteers."""

    related = ("person",)
    prefetched = ("places__hub",)
    phone_columns = ("hub", "mobile")

    person = RecordColumn(accessor="person__shown_name", order_by="person__name_sort")
    hub = tables.Column("志愿者队伍", accessor="team")
    mobile = MaskedColumn(accessor="person__mobile")

    class Meta(PageTable.Meta):
        model = Volunteer
        fields = ["person", "hub", "mobile", "employer", "volunteer_no", "joined_on", "left_on", "bound_on"]

    def order_hub(self, rows, is_descending):
        """Returns the rows in the order of the name of the latest team."""
        latest = TeamMember.objects.filter(volunteer=OuterRef("pk")).values("hub__name_sort")[:1]
        return rows.annotate(team_name=Subquery(latest)).order_by(f"{'-' if is_descending else ''}team_name"), True

    def render_hub(self, value):
        """Returns the latest team, with the day on which the volunteer left it, if any."""
        return f"{value.hub}（{value.ended_on} 离队）" if value.ended_on else str(value.hub)
