"""Tables of case files, plans, pairings, visits, assistances, scholarships and grants."""

import django_tables2 as tables
from django.utils import timezone

from yl_district.pages.tables import DayColumn, MaskedColumn, MomentColumn, PageTable, RecordColumn, named_with_end

from .models import (
    Assistance,
    AssistedYouth,
    CaseGrant,
    CaseGrantRound,
    DistrictProject,
    Pairing,
    ProjectApplication,
    Scholarship,
    ServicePlan,
    SuggestedActivity,
    Visit,
)


class PersonNameColumn(RecordColumn):
    """The masked name of the person whom a case record is about, by which the list can be sorted."""

    def order(self, queryset, is_descending):
        """The rows in the order of the names, which the database does not know."""
        return queryset.in_name_order(is_descending), True


class AssistedYouthTable(PageTable):
    """Assisted youths."""

    related = ("organisation",)
    prefetched = ("person",)
    phone_columns = ("organisation", "school")

    person = PersonNameColumn(accessor="shown_name", verbose_name="姓名")
    gender = tables.Column(accessor="person__gender", orderable=False)
    identity_number = MaskedColumn(accessor="person__identity_number")

    class Meta(PageTable.Meta):
        model = AssistedYouth
        fields = [
            "person",
            "gender",
            "identity_number",
            "organisation",
            "school",
            "grade",
            "hardship",
            "registered_on",
            "bound_on",
        ]

    def render_person(self, record, value):
        """Returns the masked name, with the end announced for the case."""
        return named_with_end(record, value)


class ServicePlanTable(PageTable):
    """Service plans."""

    related = ("youth__organisation",)
    prefetched = ("youth__person",)

    youth = PersonNameColumn(accessor="youth__shown_name")

    class Meta(PageTable.Meta):
        model = ServicePlan
        fields = ["youth", "year", "youth__organisation", "goals", "signed_on"]


class PairingTable(PageTable):
    """Pairings, with the last and the next visit."""

    related = ("youth__organisation", "volunteer__person")
    prefetched = ("youth__person",)
    phone_columns = ("volunteer", "due_on")

    youth = PersonNameColumn(accessor="shown_name", verbose_name="帮扶对象")
    volunteer = tables.Column(order_by="volunteer__person__name_sort")
    last_visit = DayColumn("上次走访", accessor="last_visit")
    due_on = DayColumn("下次走访", accessor="due_on")

    class Meta(PageTable.Meta):
        model = Pairing
        fields = ["youth", "youth__organisation", "volunteer", "started_on", "pledged_on", "last_visit", "due_on"]


class VisitTable(PageTable):
    """Visits, those that wait first."""

    related = ("pairing__youth", "pairing__volunteer__person")
    prefetched = ("pairing__youth__person",)
    phone_columns = ("youth", "done_on")

    state = RecordColumn(accessor="pk", verbose_name="状态", orderable=False)
    youth = tables.Column("帮扶对象", accessor="shown_name", orderable=False)
    volunteer = tables.Column(accessor="pairing__volunteer", order_by="pairing__volunteer__person__name_sort")
    is_reported = tables.Column()

    class Meta(PageTable.Meta):
        model = Visit
        fields = ["state", "youth", "volunteer", "planned_on", "done_on", "way", "observations", "is_reported"]

    def render_state(self, record):
        """Returns the state today, in words."""
        return record.state_on(timezone.localdate()).label

    def render_is_reported(self, value):
        """Returns 是 for what a volunteer reported, and nothing for what the office logged."""
        return "是" if value else "—"


class AssistanceTable(PageTable):
    """Assistances."""

    prefetched = ("volunteers__person", "partners")

    held_on = RecordColumn()
    goods = tables.Column("物资", accessor="goods_in_words", order_by="goods")
    partners = tables.Column("协办单位", accessor="partner_names", orderable=False)
    youths = tables.Column("帮扶对象", accessor="youth_names", orderable=False)
    volunteers = tables.Column("志愿者", accessor="volunteer_names", orderable=False)

    class Meta(PageTable.Meta):
        model = Assistance
        fields = ["held_on", "youths", "kind", "form", "content", "goods", "volunteers", "partners", "amount"]


class DistrictProjectTable(PageTable):
    """Projects of the district, `with_application_count`."""

    phone_columns = ("giver", "apply_by")

    name = RecordColumn(order_by="name_sort")
    application_count = tables.Column("可查阅的申请", attrs={"th": {"class": "number"}, "td": {"class": "number"}})

    class Meta(PageTable.Meta):
        model = DistrictProject
        fields = ["name", "year", "giver", "apply_by", "application_count"]


class ProjectApplicationTable(PageTable):
    """Applications for projects of the district."""

    related = ("project", "youth")
    prefetched = ("youth__person",)
    phone_columns = ("project", "answer")

    youth = PersonNameColumn(accessor="shown_name", verbose_name="帮扶对象")

    class Meta(PageTable.Meta):
        model = ProjectApplication
        fields = ["youth", "project", "asked_on", "answer", "answered_on", "given_on", "amount"]


class SuggestedActivityTable(PageTable):
    """Activities suggested to youths."""

    related = ("youth",)
    prefetched = ("youth__person",)
    phone_columns = ("name", "outcome")

    youth = PersonNameColumn(accessor="youth__shown_name", verbose_name="帮扶对象")
    name = tables.Column(orderable=False)

    class Meta(PageTable.Meta):
        model = SuggestedActivity
        fields = ["youth", "name", "held_on", "suggested_on", "way", "outcome"]


class ScholarshipTable(PageTable):
    """Scholarship applications."""

    prefetched = ("student",)

    phone_columns = ("year", "status", "next_label")

    student = PersonNameColumn(accessor="shown_name", verbose_name="姓名")
    next_label = tables.Column("待办", orderable=False)

    class Meta(PageTable.Meta):
        model = Scholarship
        fields = ["student", "year", "school", "stage", "status", "next_label", "approved_on", "amount", "paid_on"]

    def render_status(self, record):
        """Returns how far the application has come."""
        return record.outcome


class CaseGrantTable(PageTable):
    """Grants and requests."""

    related = ("user", "organisation", "decided_by")

    name = RecordColumn(accessor="shown_name", verbose_name="青少年", orderable=False)
    user = tables.Column(order_by="user__name_sort")
    decided_by = tables.Column(order_by="decided_by__name_sort")
    requested_at = MomentColumn(format="Y-m-d H:i")
    state = tables.Column("状态", accessor="pk", orderable=False)

    class Meta(PageTable.Meta):
        model = CaseGrant
        fields = ["name", "user", "organisation", "state", "requested_at", "decided_by", "expires_on"]

    def render_state(self, record):
        """Returns the state today, in words."""
        return record.state_on(timezone.localdate())


class CaseGrantRoundTable(PageTable):
    """Requests for many grants."""

    related = ("user", "organisation", "decided_by")

    organisation = RecordColumn()
    user = tables.Column(order_by="user__name_sort")
    decided_by = tables.Column(order_by="decided_by__name_sort")
    requested_at = MomentColumn(format="Y-m-d H:i")
    state = tables.Column("状态", accessor="state", orderable=False)

    class Meta(PageTable.Meta):
        model = CaseGrantRound
        fields = ["organisation", "kind", "user", "state", "requested_at", "decided_by"]
