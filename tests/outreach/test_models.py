"""Links by day, the youths a contact reached, and the cadres who reach their quota."""

from datetime import date

import pytest

from members.models import Person
from orgs.roles import RoleKind
from outreach.models import Contact, Link, cadres_with_links
from tests.boundaries import DAY, NEXT_DAY, YEAR, by_the_day, flow, stock
from tests.factories import make_contact, make_link, make_organisation, make_person, make_post, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@stock
def test_link_stands(begin, end, stands):
    make_link(make_person(), started_on=begin, ended_on=end)
    assert Link.objects.as_of(DAY).exists() is stands


@by_the_day
def test_link_is_bound(day, counts):
    cadre = make_post(organisation=make_organisation()).person
    make_link(cadre, bound_on=day)
    assert Link.objects.bound_by(DAY).exists() is counts
    assert cadres_with_links(DAY).get(pk=cadre.pk).bound_links == counts


@stock
def test_contact_with_all_reaches_the_links_standing_that_day(begin, end, stands):
    cadre = make_person("陆远")
    make_link(cadre, started_on=begin, ended_on=end)
    make_link(make_person("旁人"))
    make_contact(cadre, held_on=DAY, with_everyone=True)
    assert Contact.objects.with_youths_reached().get().youths_reached == stands


def test_contact_with_some_reaches_those_named_whether_their_link_stands_or_not():
    cadre = make_person("陆远")
    links = [make_link(cadre), make_link(cadre, ended_on=date(2017, 2, 1)), make_link(cadre)]
    make_contact(cadre, links[:2])
    assert Contact.objects.with_youths_reached().get().youths_reached == 2


def test_contact_with_nobody_named_reaches_nobody():
    cadre = make_person("陆远")
    make_link(cadre)
    make_contact(cadre)
    assert Contact.objects.with_youths_reached().get().youths_reached == 0


@stock
def test_contact_with_all_is_one_of_each_link_standing_that_day(begin, end, stands):
    cadre = make_person("陆远")
    link, other = make_link(cadre, started_on=begin, ended_on=end), make_link(make_person("旁人"))
    contact = make_contact(cadre, held_on=DAY, with_everyone=True)
    assert list(Contact.objects.with_link(link)) == [contact] * stands
    assert list(Contact.objects.with_link(other)) == []


def test_contact_with_some_is_one_of_the_links_named():
    cadre = make_person("陆远")
    named, other = make_link(cadre), make_link(cadre)
    contact = make_contact(cadre, [named])
    assert (list(Contact.objects.with_link(named)), list(Contact.objects.with_link(other))) == ([contact], [])


def test_a_cadre_sees_the_own_links_and_contacts_and_no_colleagues():
    branch = make_organisation()
    user = make_user("陆远", branch, RoleKind.CADRE)
    cadres = make_post("陆远", branch).person, make_post("顾秋", branch).person
    Person.objects.filter(pk=cadres[0].pk).update(user=user)
    links = [make_link(cadre) for cadre in cadres]
    contacts = [make_contact(cadre, [link]) for cadre, link in zip(cadres, links, strict=True)]
    assert (list(Link.objects.visible_to(user)), list(Contact.objects.visible_to(user))) == (links[:1], contacts[:1])


@flow
def test_contact_within_the_year(day, counts):
    make_contact(make_person(), held_on=day)
    assert Contact.objects.held_during(YEAR).exists() is counts


@pytest.mark.parametrize(
    ("posts", "quota"),
    [
        pytest.param([{"nature": "full_time"}], 100, id="full time"),
        pytest.param([{"nature": "part_time"}], 10, id="part time"),
        pytest.param([{"nature": ""}], 10, id="nature not known"),
        pytest.param([{"nature": "full_time", "link_quota": 3}], 3, id="own number"),
        pytest.param([{"link_quota": 0}], 0, id="none wanted"),
        pytest.param([{"link_quota": 1}, {"nature": "full_time"}], 1, id="a number stated before any default"),
        pytest.param([{"link_quota": 3}, {"link_quota": 7}], 7, id="largest of two posts"),
        pytest.param([{"link_quota": 3}, {"link_quota": 7, "ended_on": date(2017, 12, 1)}], 3, id="post ended"),
    ],
)
def test_quota(posts, quota):
    person, organisation = make_person("陆远"), make_organisation()
    for number, post in enumerate(posts):
        make_post(person=person, organisation=organisation, title=f"职务{number}", **post)
    assert cadres_with_links(DAY).get(pk=person.pk).quota == quota


@pytest.mark.parametrize(("links", "reached"), [(1, False), (2, True), (3, True)])
def test_cadre_reaches_the_quota_with_standing_links(links, reached):
    cadre = make_post(organisation=make_organisation(), link_quota=2).person
    for _ in range(links):
        make_link(cadre)
    make_link(cadre, ended_on=DAY)
    make_link(cadre, started_on=NEXT_DAY)
    assert cadres_with_links(DAY).serving_on(DAY).with_achievements().get().is_at_quota is reached


def test_links_and_contacts_belong_wherever_the_cadre_holds_or_held_a_post():
    root = make_organisation()
    here, there, elsewhere = (make_organisation(parent=root) for _ in range(3))
    cadre = make_person("陆远")
    make_post(person=cadre, organisation=here)
    make_post(person=cadre, organisation=there, ended_on=date(2017, 3, 1))
    own, stray = make_link(cadre), make_link(make_person("没有职务"))
    for link in (own, stray):
        make_contact(link.cadre, [link])
    for organisation, links in [(here, {own}), (there, {own}), (elsewhere, set()), (root, {own, stray})]:
        assert set(Link.objects.within(organisation)) == links
        assert {contact.cadre for contact in Contact.objects.within(organisation)} == {link.cadre for link in links}
