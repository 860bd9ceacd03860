"""The tables of records behind each figure, with a column for the number that the figure sums or compares, if any."""

from collections.abc import Callable

import django_tables2 as tables
from django.db.models import Model

from activities.tables import ActivityTable, CoveredCadreTable, CoveredMemberTable
from assistance.tables import (
    AssistanceTable,
    AssistedYouthTable,
    ProjectApplicationTable,
    ScholarshipTable,
    ServicePlanTable,
    SuggestedActivityTable,
    VisitTable,
)
from members.tables import MemberTable, PersonTable
from orgs.models import User
from orgs.tables import OrganisationTable, SupplyTable, UnitContactTable, UnitTable
from outreach.tables import ContactTable
from yl_district.pages.tables import PageTable, RecordColumn
from youthhubs.tables import HubTable, VolunteerTable

from ..models import Assessment
from ..platforms.tables import PlatformEntryTable
from .figure import Figure
from .sources import (
    Reached,
    ToReach,
    activities_planned,
    activities_served,
    cadres_keeping_the_norm,
    linked_cadres,
    linked_youths,
    people_signed_in,
    register_with_assistances,
    youths_contacted,
)

NUMBER_CELL = {"th": {"class": "number"}, "td": {"class": "number"}}


class AssessmentTable(PageTable):
    """Lists assessments with their state and result."""

    related = ("organisation",)
    phone_columns = ("year", "state")

    name = RecordColumn(orderable=False)

    class Meta(PageTable.Meta):
        model = Assessment
        fields = ["name", "year", "organisation", "state", "due_on", "grade", "result_points", "result_on"]


class CountedActivityTable(ActivityTable):
    """Activities with their sessions and person-times as numeric columns."""

    session_count = tables.Column(attrs=NUMBER_CELL)
    attendance = tables.Column(attrs=NUMBER_CELL)

    class Meta(ActivityTable.Meta):
        pass


class PlannedActivityTable(ActivityTable):
    """Activities with the day and the sessions that were planned."""

    planned_sessions = tables.Column(attrs=NUMBER_CELL)

    class Meta(ActivityTable.Meta):
        fields = ["name", "planned_on", "planned_sessions", "state", "held_on", "type", "host", "hub"]
        exclude = ["campaign", "session_count", "attendance", "basis"]


class ServedActivityTable(ActivityTable):
    """Activities with the hours that volunteers served."""

    service_hours = tables.Column(attrs=NUMBER_CELL)

    class Meta(ActivityTable.Meta):
        fields = ["name", "held_on", "type", "host", "hub", "service_hours"]
        exclude = ["state", "campaign", "session_count", "attendance", "basis"]


class CountedContactTable(ContactTable):
    """Contacts with the number of youths reached."""

    youths_reached = tables.Column("人次", attrs=NUMBER_CELL)

    class Meta(ContactTable.Meta):
        pass


class CountedAssistanceTable(AssistanceTable):
    """Assistances with the number of youths reached."""

    youths_reached = tables.Column("人次", attrs=NUMBER_CELL)

    class Meta(AssistanceTable.Meta):
        pass


class CountedYouthTable(AssistedYouthTable):
    """Assisted youths with the number of assistances received."""

    assistances_received = tables.Column("期内帮扶次数", attrs=NUMBER_CELL)

    class Meta(AssistedYouthTable.Meta):
        pass


class NamesTable(PersonTable):
    """People with only the columns open to users who do not keep their records."""

    class Meta(PersonTable.Meta):
        fields = ["name", "mobile"]
        exclude = ["gender", "birth_date", "identity_number"]


class LinkedCadreTable(PersonTable):
    """Cadres with the number of their links and their quota."""

    standing_links = tables.Column("联系青年", attrs=NUMBER_CELL)
    bound_links = tables.Column("已绑定", attrs=NUMBER_CELL)
    quota = tables.Column("指标", attrs=NUMBER_CELL)

    class Meta(PersonTable.Meta):
        fields = ["name", "gender", "mobile"]
        exclude = ["birth_date", "identity_number"]


class LinkedYouthTable(PersonTable):
    """Linked youths with the number of cadres who link them."""

    standing_links = tables.Column("联系团干部", attrs=NUMBER_CELL)

    class Meta(PersonTable.Meta):
        fields = ["name", "gender", "mobile"]
        exclude = ["birth_date", "identity_number"]


OF_KIND: dict[type[Model], type[tables.Table]] = {
    table.Meta.model: table
    for table in (
        AssessmentTable,
        AssistedYouthTable,
        CountedActivityTable,
        CountedAssistanceTable,
        CountedContactTable,
        HubTable,
        MemberTable,
        OrganisationTable,
        PersonTable,
        PlatformEntryTable,
        ProjectApplicationTable,
        ScholarshipTable,
        ServicePlanTable,
        SuggestedActivityTable,
        SupplyTable,
        UnitContactTable,
        UnitTable,
        VisitTable,
        VolunteerTable,
    )
}
OF_SOURCE: dict[Callable, type[tables.Table]] = {
    activities_planned: PlannedActivityTable,
    activities_served: ServedActivityTable,
    cadres_keeping_the_norm: LinkedCadreTable,
    linked_cadres: LinkedCadreTable,
    linked_youths: LinkedYouthTable,
    youths_contacted: LinkedYouthTable,
    register_with_assistances: CountedYouthTable,
}


def table_of(figure: Figure, model: type[Model], user: User) -> type[tables.Table]:
    """The table that shows `user` the rows of `figure`, which are of `model`."""
    if figure.source is people_signed_in and not user.is_committee_staff:
        return NamesTable
    if isinstance(figure.source, ToReach) and not isinstance(figure.source, Reached):
        return CoveredMemberTable if figure.source.coverage.is_of_members else CoveredCadreTable
    return OF_SOURCE.get(figure.source) or OF_KIND[model]
