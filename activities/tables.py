"""Tables of activities, their types and sign-ins."""

import django_tables2 as tables
from django.utils.html import format_html, format_html_join

from yl_district.pages.tables import MaskedColumn, PageTable, RecordColumn, table_address

from .models import Activity, ActivityType, SignIn


class ActivityTable(PageTable):
    """Activities."""

    related = ("type", "host", "hub")
    phone_columns = ("held_on", "type")

    name = RecordColumn(order_by="name_sort")
    hub = tables.Column(order_by="hub__name_sort")

    class Meta(PageTable.Meta):
        model = Activity
        fields = ["name", "held_on", "state", "type", "host", "hub", "session_count", "attendance", "basis"]

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
