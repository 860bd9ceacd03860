"""The records within a scope that figures count, before a figure's own definition narrows them."""

from dataclasses import dataclass
from typing import TypeAlias

from django.db.models import F, OuterRef

from activities.coverage import Coverage
from activities.models import Activity, ActivityQuerySet, SignIn
from assistance.models import (
    Assistance,
    AssistanceQuerySet,
    AssistedYouth,
    AssistedYouthQuerySet,
    ProjectApplication,
    ProjectApplicationQuerySet,
    Scholarship,
    ScholarshipQuerySet,
    ServicePlan,
    ServicePlanQuerySet,
    SuggestedActivity,
    SuggestedActivityQuerySet,
    Visit,
    VisitQuerySet,
)
from members.models import Member, MemberQuerySet, Person, PersonQuerySet, Post, Volunteer, VolunteerQuerySet
from orgs.models import Organisation, OrganisationQuerySet, ReachQuerySet, Supply, SupplyQuerySet, Unit, UnitQuerySet
from outreach.models import (
    CadreQuerySet,
    Contact,
    ContactQuerySet,
    Link,
    LinkedYouthQuerySet,
    LinkQuerySet,
    cadres_with_links,
    youths_of,
)
from youthhubs.models import Hub, HubQuerySet

from ..models import Assessment, AssessmentQuerySet, PlatformEntry, PlatformEntryQuerySet
from .scopes import Scope

# The QuerySets of the sources, all of which have `visible_to`.
Rows: TypeAlias = ReachQuerySet | PersonQuerySet | PlatformEntryQuerySet


def committee_members(scope: Scope) -> PersonQuerySet:
    posts = Post.objects.at(scope.organisation).titled(Post.COMMITTEE_MEMBER).as_of(scope.day)
    return Person.objects.filter(pk__in=posts.values("person"))


def communities(scope: Scope) -> OrganisationQuerySet:
    return Organisation.objects.within(scope.organisation).as_of(scope.day).communities_on(scope.day)


def communities_with_staffing(scope: Scope) -> OrganisationQuerySet:
    return communities(scope).with_staffing(scope.day, scope.passed)


def cadres(scope: Scope) -> PersonQuerySet:
    return Person.objects.serving_on(scope.day, scope.organisation)


def linked_cadres(scope: Scope) -> CadreQuerySet:
    return cadres_with_links(scope.day).serving_on(scope.day, scope.organisation).with_achievements()


def cadres_keeping_the_norm(scope: Scope) -> CadreQuerySet:
    serving = cadres_with_links(scope.day).serving_on(scope.day, scope.organisation)
    return serving.at_norm(scope.day, scope.quarters)


def supplies(scope: Scope) -> SupplyQuerySet:
    return Supply.objects.within(scope.organisation).issued_during(scope.passed)


def members(scope: Scope) -> MemberQuerySet:
    return Member.objects.within(scope.organisation).as_of(scope.day)


def members_verified(scope: Scope) -> MemberQuerySet:
    return members(scope).verified_during(scope.passed)


def members_joined(scope: Scope) -> MemberQuerySet:
    return Member.objects.within(scope.organisation).joined_during(scope.passed)


def units(scope: Scope) -> UnitQuerySet:
    return Unit.objects.within(scope.organisation)


def units_verified(scope: Scope) -> UnitQuerySet:
    return units(scope).verified_during(scope.passed)


def units_toward_task(scope: Scope) -> UnitQuerySet:
    return units(scope).toward_task_of(scope.year).not_retired_on(scope.day).not_founded_after(scope.today)


def activities(scope: Scope) -> ActivityQuerySet:
    held = Activity.objects.held_during(scope.passed)
    return held.filter(hub=scope.hub) if scope.hub else held.within(scope.organisation)


def activities_planned(scope: Scope) -> ActivityQuerySet:
    planned = Activity.objects.planned_during(scope.passed)
    return planned.filter(hub=scope.hub) if scope.hub else planned.within(scope.organisation)


def activities_served(scope: Scope) -> ActivityQuerySet:
    return activities(scope).served()


def education(scope: Scope) -> ActivityQuerySet:
    return activities(scope).of_education()


def members_educated(scope: Scope) -> MemberQuerySet:
    signed = SignIn.objects.within(scope.organisation).held_during(scope.passed).of_education()
    return members(scope).filter(person__in=signed.values("person"))


@dataclass(frozen=True)
class ToReach:
    """Those whom a campaign is to reach within a scope, each with whether it has."""

    coverage: Coverage

    def __call__(self, scope: Scope) -> MemberQuerySet | PersonQuerySet:
        return self.coverage.to_reach(scope.passed, lambda rows: rows.within(scope.organisation))


@dataclass(frozen=True)
class Reached(ToReach):
    """Those of them whom it has reached."""

    def __call__(self, scope: Scope) -> MemberQuerySet | PersonQuerySet:
        return super().__call__(scope).filter(is_reached=True)


def links(scope: Scope) -> LinkQuerySet:
    return Link.objects.of_cadres_at(scope.organisation, scope.day).as_of(scope.day)


def linked_youths(scope: Scope) -> LinkedYouthQuerySet:
    return youths_of(links(scope))


def contacts(scope: Scope) -> ContactQuerySet:
    held = Contact.objects.of_cadres_at(scope.organisation, OuterRef("held_on")).held_during(scope.passed)
    return held.with_youths_reached().with_place()


def youths_contacted(scope: Scope) -> LinkedYouthQuerySet:
    held = Contact.objects.of_cadres_at(scope.organisation, OuterRef("held_on")).held_during(scope.passed)
    # Listed once by their keys, of which the sum with 0 has no index by which SQLite would list them for each link.
    listed = Contact.objects.alias(key=F("pk") + 0).filter(key__in=held.order_by().values("pk"))
    return youths_of(Link.objects.reached_by(listed))


def case_register(scope: Scope) -> AssistedYouthQuerySet:
    return AssistedYouth.objects.within(scope.organisation).as_of(scope.day)


def plans(scope: Scope) -> ServicePlanQuerySet:
    return ServicePlan.objects.filter(youth__in=case_register(scope), year=scope.year).signed_by(scope.today)


def register_with_assistances(scope: Scope) -> AssistedYouthQuerySet:
    return case_register(scope).with_assistances_during(scope.passed)


def assistances(scope: Scope) -> AssistanceQuerySet:
    given = Assistance.objects.within(scope.organisation).held_during(scope.passed)
    return given.with_youths_reached(scope.organisation)


def project_applications(scope: Scope) -> ProjectApplicationQuerySet:
    return ProjectApplication.objects.within(scope.organisation)


def activities_suggested(scope: Scope) -> SuggestedActivityQuerySet:
    return SuggestedActivity.objects.within(scope.organisation)


def visits(scope: Scope) -> VisitQuerySet:
    return Visit.objects.within(scope.organisation).done_during(scope.passed)


def scholarships(scope: Scope) -> ScholarshipQuerySet:
    return Scholarship.objects.of_cases_by(scope.organisation, scope.day)


def hubs(scope: Scope) -> HubQuerySet:
    return Hub.objects.within(scope.organisation).as_of(scope.day)


def volunteers(scope: Scope) -> VolunteerQuerySet:
    return Volunteer.objects.placed_on(scope.day, scope.organisation).as_of(scope.day)


def people_signed_in(scope: Scope) -> PersonQuerySet:
    signed = SignIn.objects.held_during(scope.passed)
    signed = signed.filter(activity__hub=scope.hub) if scope.hub else signed.within(scope.organisation)
    # Not by EXISTS, with which SQLite would test everybody in the district, however few came.
    return Person.objects.filter(pk__in=signed.values("person"))


def platform_entries(scope: Scope) -> PlatformEntryQuerySet:
    return PlatformEntry.objects.placed_within(scope.organisation).of_open_subjects()


def assessments(scope: Scope) -> AssessmentQuerySet:
    return Assessment.objects.at(scope.organisation).of_year(scope.year).concluded_by(scope.today)
