"""Lists of activities, their types, and who came."""

import django_tables2 as tables

from yl_district.pages.tables import MaskedColumn, PageTable, RecordColumn

from .models import Activity, ActivityType, SignIn


class ActivityTable(PageTable):
    """Activities."""

    related = ("type", "host", "hub")

    name = RecordColumn()

    class Meta(PageTable.Meta):
        model = Activity
        fields = ["name", "held_on", "type", "host", "hub", "session_count", "attendance", "basis"]


class ActivityTypeTable(PageTable):
    """Types of activities; a type has no page beside its form."""

    name = tables.Column(linkify=("activity_type_update", [tables.A("pk")]), attrs={"td": {"class": "record"}})

    class Meta(PageTable.Meta):
        model = ActivityType
        fields = ["name", "key", "is_education", "position"]


class SignInTable(PageTable):
    """Who came to one activity."""

    related = ("person",)

    person = tables.Column(
        accessor="person__shown_name",
        order_by="person__search_text",
        linkify=lambda record: record.person.get_absolute_url(),
        attrs={"td": {"class": "record"}},
    )
    # Sorted by it, the list would give away whom the committee assists.
    capacity = tables.Column(orderable=False)
    mobile = MaskedColumn(accessor="person__mobile")
    removal = tables.Column("", accessor="pk", linkify=("sign_in_delete", [tables.A("pk")]), orderable=False)

    class Meta(PageTable.Meta):
        model = SignIn
        fields = ["person", "capacity", "mobile", "removal"]

    def before_render(self, request):
        """Of somebody known by sign-ins alone, a branch knows no more than the name."""
        if not request.user.is_committee_staff:
            self.columns.hide("mobile")

    def render_capacity(self, record, value):
        """Whom the committee assists stands in the case files alone."""
        return SignIn.Capacity.OTHER.label if record.capacity == SignIn.Capacity.ASSISTED_YOUTH else value

    def render_removal(self):
        """A word to press; what follows asks again."""
        return "移除"
