"""Tables of case files, plans, assistances, scholarships and grants."""

import django_tables2 as tables
from django.utils import timezone

from yl_district.pages.tables import MaskedColumn, MomentColumn, PageTable, RecordColumn, named_with_end

from .models import Assistance, AssistedYouth, CaseGrant, Scholarship, ServicePlan


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


class AssistanceTable(PageTable):
    """Assistances."""

    prefetched = ("volunteers__person",)

    held_on = RecordColumn()
    youths = tables.Column("帮扶对象", accessor="youth_names", orderable=False)
    volunteers = tables.Column("志愿者", accessor="volunteer_names", orderable=False)

    class Meta(PageTable.Meta):
        model = Assistance
        fields = ["held_on", "youths", "kind", "form", "content", "volunteers", "partners", "amount"]


class ScholarshipTable(PageTable):
    """Scholarship applications."""

    prefetched = ("student",)

    student = PersonNameColumn(accessor="shown_name", verbose_name="姓名")

    class Meta(PageTable.Meta):
        model = Scholarship
        fields = ["student", "year", "school", "stage", "status", "approved_on", "amount", "is_on_platform"]


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
