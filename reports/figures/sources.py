"""The records within a scope that figures count, before a figure's own definition narrows them."""

from activities.models import Activity, SignIn
from assistance.models import Assistance, AssistedYouth, Scholarship, ServicePlan
from members.models import Member, Person, Post
from orgs.models import Organisation, Supply, Unit
from outreach.models import Contact, Link, cadres_with_links
from youthhubs.models import Hub

from ..models import PlatformEntry


def committee_members(scope):
    posts = Post.objects.at(scope.organisation).titled(Post.COMMITTEE_MEMBER).as_of(scope.day)
    return Person.objects.filter(pk__in=posts.values("person"))


def communities(scope):
    return Organisation.objects.within(scope.organisation).as_of(scope.day).communities()


def cadres(scope):
    return Person.objects.serving_on(scope.day, scope.organisation)


def linked_cadres(scope):
    return cadres_with_links(scope.day).serving_on(scope.day, scope.organisation).with_achievements()


def supplies(scope):
    return Supply.objects.within(scope.organisation).issued_during(scope.period)


def members(scope):
    return Member.objects.within(scope.organisation).as_of(scope.day)


def members_joined(scope):
    return Member.objects.within(scope.organisation).joined_during(scope.period)


def units(scope):
    return Unit.objects.within(scope.organisation)


def activities(scope):
    held = Activity.objects.held_during(scope.period)
    return held.filter(hub=scope.hub) if scope.hub else held.within(scope.organisation)


def members_educated(scope):
    signed = SignIn.objects.within(scope.organisation).held_during(scope.period).of_education()
    return members(scope).filter(person__in=signed.values("person"))


def links(scope):
    return Link.objects.within(scope.organisation).as_of(scope.day)


def contacts(scope):
    return Contact.objects.within(scope.organisation).held_during(scope.period).with_youths_reached()


def case_register(scope):
    return AssistedYouth.objects.within(scope.organisation).as_of(scope.day)


def plans(scope):
    return ServicePlan.objects.filter(youth__in=case_register(scope), year=scope.year)


def register_with_assistances(scope):
    return case_register(scope).with_assistances_during(scope.period)


def assistances(scope):
    given = Assistance.objects.within(scope.organisation).held_during(scope.period)
    return given.with_youths_reached(scope.organisation)


def scholarships(scope):
    return Scholarship.objects.within(scope.organisation)


def hubs(scope):
    return Hub.objects.within(scope.organisation).as_of(scope.day)


def people_signed_in(scope):
    signed = SignIn.objects.held_during(scope.period)
    signed = signed.filter(activity__hub=scope.hub) if scope.hub else signed.within(scope.organisation)
    # Not by EXISTS, with which SQLite would test everybody in the district, however few came.
    return Person.objects.filter(pk__in=signed.values("person"))


def platform_entries(scope):
    return PlatformEntry.objects.within(scope.organisation).of_open_subjects()
