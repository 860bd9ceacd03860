"""Tables of activities, their types, campaigns and partners, and sign-ins."""

import django_tables2 as tables
from django.utils.html import format_html, format_html_join

from members.tables import MemberTable, PersonTable
from yl_district.pages.tables import MaskedColumn, PageTable, RecordColumn, table_address

from .models import Activity, ActivityType, Campaign, CampaignProof, Partner, SignIn


class ActivityTable(PageTable):
    """Activities."""

    related = ("type", "host", "hub", "campaign")
    phone_columns = ("held_on", "type")

    name = RecordColumn(order_by="name_sort")
    hub = tables.Column(order_by="hub__name_sort")
    campaign = tables.Column(order_by="campaign__name_sort", attrs={"td": {"class": "secondary"}})

    class Meta(PageTable.Meta):
        model = Activity
        fields = ["name", "held_on", "state", "type", "host", "hub", "campaign", "session_count", "attendance", "basis"]

    def render_state(self, record, value):
        """Returns the state, as a badge for what was not held."""
        if record.is_held:
            return value
        return format_html(
            '<span class="badge bg-{}-lt">{}</span>', "blue" if record.is_planned else "secondary", value
        )


class ActivityTypeTable(PageTable):
    """Types of activities; a type has no page other than its form."""

    name = tables.Column(
        linkify=lambda record, table: table_address(table, "activity_type_update", record.pk),
        order_by="name_sort",
        attrs={"td": {"class": "record"}},
    )

    class Meta(PageTable.Meta):
        model = ActivityType
        fields = ["name", "is_education", "position"]


class CampaignTable(PageTable):
    """Campaigns of the district."""

    phone_columns = ("started_on", "ended_on")

    name = RecordColumn(order_by="name_sort")

    class Meta(PageTable.Meta):
        model = Campaign
        fields = ["name", "started_on", "ended_on", "audience", "forms"]


class PartnerTable(PageTable):
    """Partners, of partners `with_activity_count` of this year."""

    phone_columns = ("is_united", "activity_count")

    name = RecordColumn(order_by="name_sort")
    activity_count = tables.Column("本年活动", attrs={"th": {"class": "number"}, "td": {"class": "number"}})

    class Meta(PageTable.Meta):
        model = Partner
        fields = ["name", "is_united", "activity_count", "remark"]

    def render_is_united(self, value):
        """Returns a badge for those that are."""
        return format_html('<span class="badge bg-blue-lt">{}</span>', "一统五联") if value else "—"


class ReachedColumn(tables.Column):
    """Whether a campaign has reached somebody, in words, also in a file."""

    def render(self, value):
        return "已覆盖" if value else "未覆盖"


class CoveredMemberTable(MemberTable):
    """Members with whether a campaign has reached them."""

    is_reached = ReachedColumn(verbose_name="是否覆盖")

    class Meta(MemberTable.Meta):
        fields = ["person", "branch", "mobile", "is_reached"]
        exclude = ["person__gender", "person__birth_date", "education", "joined_league_on", "roll_begin", "status"]


class CoveredCadreTable(PersonTable):
    """Cadres with whether a campaign has reached them."""

    is_reached = ReachedColumn(verbose_name="是否覆盖")

    class Meta(PersonTable.Meta):
        fields = ["name", "mobile", "is_reached"]
        exclude = ["gender", "birth_date", "identity_number"]


class CampaignProofTable(PageTable):
    """Proofs that a campaign has reached people."""

    related = ("person",)
    phone_columns = ("kind", "proved_on")

    person = RecordColumn(accessor="person__shown_name", order_by="person__name_sort")

    class Meta(PageTable.Meta):
        model = CampaignProof
        fields = ["person", "proved_on", "kind", "note"]


class SignInTable(PageTable):
    """Attendees of one activity."""

    related = ("person",)

    person = tables.Column(
        accessor="person__shown_name",
        order_by="person__name_sort",
        linkify=lambda record, table: table_address(table, record.person),
        attrs={"td": {"class": "record"}},
    )
    # Sorting by it would reveal who is an assisted youth.
    capacity = tables.Column(orderable=False)
    mobile = MaskedColumn(accessor="person__mobile")
    handling = tables.Column("办理", accessor="pk", orderable=False, attrs={"td": {"class": "row-act"}})

    class Meta(PageTable.Meta):
        model = SignIn
        fields = ["person", "capacity", "mobile", "presence", "arrived", "departed", "handling"]

    def before_render(self, request):
        """Hides the mobile number from all but the committee's staff.

        Of people known only by sign-ins, others see just the name.
        """
        if not request.user.is_committee_staff:
            self.columns.hide("mobile")

    def render_capacity(self, record, value):
        """Returns the capacity; assisted youths appear as 其他, since only case files may reveal them."""
        return SignIn.Capacity.OTHER.label if record.capacity == SignIn.Capacity.ASSISTED_YOUTH else value

    def render_handling(self, record):
        """Returns the links to what can be done with a row."""
        acts = [("sign_in_presence", "修改"), ("sign_in_delete", "移除")]
        links = [(table_address(self, name, record.pk), words) for name, words in acts]
        return format_html_join(" ", '<a class="btn btn-sm" href="{}">{}</a>', (each for each in links if each[0]))
