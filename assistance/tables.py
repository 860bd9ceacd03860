"""Lists of case files, plans, assistances and scholarships."""

import django_tables2 as tables

from yl_district.tables import MaskedColumn, PageTable, RecordColumn

from .models import Assistance, AssistedYouth, Scholarship, ServicePlan


class AssistedYouthTable(PageTable):
    """Assisted youths."""

    related = ("person", "organisation")

    person = RecordColumn(accessor="person__name")
    identity_number = MaskedColumn(accessor="person__identity_number")

    class Meta(PageTable.Meta):
        model = AssistedYouth
        fields = [
            "person",
            "person__gender",
            "identity_number",
            "organisation",
            "school",
            "grade",
            "hardship",
            "registered_on",
            "bound_on",
        ]


class ServicePlanTable(PageTable):
    """Service plans."""

    related = ("youth__person", "youth__organisation")

    youth = RecordColumn(accessor="youth__person__name")

    class Meta(PageTable.Meta):
        model = ServicePlan
        fields = ["youth", "year", "youth__organisation", "goals", "signed_on"]


class AssistanceTable(PageTable):
    """Assistances."""

    prefetched = ("youths__person", "volunteers__person")

    held_on = RecordColumn()
    youths = tables.Column("帮扶对象", accessor="youth_names", orderable=False)
    volunteers = tables.Column("志愿者", accessor="volunteer_names", orderable=False)

    class Meta(PageTable.Meta):
        model = Assistance
        fields = ["held_on", "youths", "kind", "form", "content", "volunteers", "partners", "amount"]


class ScholarshipTable(PageTable):
    """Scholarship applications."""

    related = ("student",)

    student = RecordColumn(accessor="student__name")

    class Meta(PageTable.Meta):
        model = Scholarship
        fields = ["student", "year", "school", "stage", "status", "approved_on", "amount", "is_on_platform"]
