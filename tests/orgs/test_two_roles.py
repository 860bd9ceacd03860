"""A user with two roles may do what each role allows within its own scope, and nothing more."""

import pytest
from django.urls import reverse

from orgs.models import Organisation, Role
from orgs.roles import RoleKind
from tests.factories import make_assisted_youth, make_grant, make_second_factor, make_user
from tests.made_once import made_once
from tests.pages import browser_of, page, refused, send, status
from tests.viewers import district

pytestmark = pytest.mark.django_db


@made_once
def place():
    return district()


def holder(*roles):
    """A user with several roles, each a kind and an organisation."""
    (kind, organisation), *others = roles
    user = make_user("兼任", organisation, kind)
    for kind, organisation in others:
        Role.objects.create(user=user, organisation=organisation, kind=kind)
    return user


def others_of(place):
    """The second roles of the committee's administrator that show the foreign committee, but change nothing there."""
    committee = place.foreign.committee
    return [(RoleKind.LEADER, place.root), (RoleKind.STAFF, committee), (RoleKind.CADRE, committee)]


@pytest.mark.parametrize("number", range(3))
def test_an_administrator_changes_no_organisation_that_another_role_shows(place, number):
    client = browser_of(holder((RoleKind.ADMINISTRATOR, place.own.committee), others_of(place)[number]))
    own, foreign = place.own.branch, place.foreign.branch
    for name in ("update", "end"):
        assert [status(client, f"organisation_{name}", each.pk) for each in (own, foreign)] == [200, 404]
        assert client.post(reverse(f"organisation_{name}", args=[foreign.pk]), {"day": "2026-11-20"}).status_code == 404
    typed = {"category": "branch", "domain": "community"}
    errors = refused(client, "organisation_create", name="新支部", parent=foreign.pk, **typed)
    assert list(errors) == ["parent"]
    assert list(refused(client, "organisation_update", own.pk, name=own.name, parent=foreign.pk, **typed)) == ["parent"]
    foreign.refresh_from_db()
    assert foreign.dissolved_on is None


def test_twin_by_what_is_seen_the_foreign_organisation_could_be_changed(place, monkeypatch):
    seen = (RoleKind.ADMINISTRATOR, RoleKind.CADRE)
    monkeypatch.setattr(
        "orgs.models.OrganisationQuerySet.changeable_by", lambda rows, user: rows.visible_as(user, *seen)
    )
    client = browser_of(holder((RoleKind.ADMINISTRATOR, place.own.committee), (RoleKind.CADRE, place.foreign.branch)))
    send(client, "organisation_end", place.foreign.branch.pk, day="2026-11-20")


def test_the_history_of_an_organisation_that_another_role_shows_sets_nothing_back(place):
    roles = (RoleKind.ADMINISTRATOR, place.own.committee), (RoleKind.CADRE, place.foreign.branch)
    client, outcomes = browser_of(holder(*roles)), []
    for organisation in (place.own.branch, place.foreign.branch):
        organisation = Organisation.objects.get(pk=organisation.pk)
        former, organisation.address = organisation.address, "新街 1 号"
        organisation.save()
        change = organisation.history.first().history_id
        data = {"change": change, "field": "address"}
        answer = client.post(reverse("record_revert", args=["organisation", organisation.pk]), data)
        organisation.refresh_from_db()
        outcomes.append((answer.status_code, organisation.address == former))
    assert outcomes == [(302, True), (404, False)]


def test_the_page_of_an_organisation_offers_only_what_may_be_done(place):
    client = browser_of(holder((RoleKind.ADMINISTRATOR, place.own.committee), (RoleKind.CADRE, place.foreign.branch)))
    offered = [
        reverse("organisation_update", args=[each.pk]) in page(client, "organisation_detail", each.pk)
        for each in (place.own.branch, place.foreign.branch)
    ]
    assert offered == [True, False]


def test_a_committees_administrator_saves_the_own_committee_where_it_stands(place):
    client = browser_of(make_user("程安", place.own.committee, RoleKind.ADMINISTRATOR))
    committee = place.own.committee
    send(
        client,
        "organisation_update",
        committee.pk,
        name=committee.name,
        category="working_committee",
        domain="community",
        address="柳林街 2 号",
    )
    committee.refresh_from_db()
    assert (committee.address, Organisation.objects.get_parent(committee)) == ("柳林街 2 号", place.root)


def case_of(place, user):
    """A youth of the own committee whose file was granted to the user."""
    youth = make_assisted_youth(place.own.branch)
    make_grant(user, youth.person, organisation=place.own.branch)
    return youth


def opened(user, youth):
    """What the pages of a case file and of its person answer."""
    client = browser_of(user)
    return [client.get(each.get_absolute_url()).status_code for each in (youth, youth.person)]


@pytest.mark.parametrize("kind", [RoleKind.STAFF, RoleKind.CASEWORKER])
def test_a_grant_does_not_outlive_the_role_it_was_given_for(place, kind):
    user = make_user("姜禾", place.own.committee, RoleKind.CASEWORKER)
    youth = case_of(place, user)
    assert opened(user, youth) == [200, 200]
    user.roles.update(organisation=place.foreign.committee, kind=kind)
    assert opened(user, youth) == [404, 404]
    user.roles.update(organisation=place.root)
    assert opened(user, youth)[0] == 200


def test_twin_without_the_reach_of_roles_the_grant_would_outlive_them(place, monkeypatch):
    user = make_user("姜禾", place.own.committee, RoleKind.CASEWORKER)
    youth = case_of(place, user)
    user.roles.update(organisation=place.foreign.committee)
    monkeypatch.setattr("orgs.models.User.case_organisations", [place.root])
    assert opened(user, youth) == [200, 200]


def test_an_administrator_opens_no_case_whatever_else_the_account_may_do(place):
    user = make_user("姜禾", place.own.committee, RoleKind.STAFF)
    youth = case_of(place, user)
    assert opened(user, youth)[0] == 200
    Role.objects.create(user=user, organisation=place.foreign.branch, kind=RoleKind.ADMINISTRATOR)
    make_second_factor(user)
    client = browser_of(user)
    assert opened(user, youth) == [404, 404]
    names = ("case_grant_create", "assisted_youth_list", "service_plan_list", "assistance_list", "scholarship_list")
    assert {status(client, name) for name in names} == {404}
    typed = {"name": "白露", "organisation": place.own.branch.pk, "days": "30", "reason": "走访"}
    assert client.post(reverse("case_grant_create"), typed).status_code == 404
    text = page(client, "case_grant_list")
    assert ("申请个案授权" in text, reverse("assisted_youth_list") in text) == (False, False)
