"""The board of 1+100: each cadre, and all of an organisation or a committee member together; who sees whom."""

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Liaison
from orgs.models import Role, User
from orgs.roles import RoleKind
from tests.factories import make_contact, make_link, make_organisation, make_person, make_post, make_user
from tests.made_once import made_once
from tests.pages import browser_of, listed, queries, two_branches

pytestmark = pytest.mark.django_db

LIST, PLACES, LIAISONS = "link_progress_list", "link_progress_places", "link_progress_liaisons"


@made_once
def place():
    """A cadre here, at quota and all reached, one there with one of three, and a member who looks after there."""
    place = two_branches()
    today = timezone.localdate()
    here = make_person("陆远", user=place.branch_cadre)
    make_post(organisation=place.here, person=here, link_quota=2)
    there = make_post("顾秋", place.there, link_quota=3).person
    member = make_post("沈砚", place.root, title="委员", link_quota=0).person
    Liaison.objects.create(organisation=place.there, person=member)
    for name in ("白露", "顾清"):
        make_link(here, name, bound_on=today)
    make_contact(here, with_everyone=True, held_on=today, form="visit")
    make_link(there, "秦朗")
    place.persons, place.today = {"here": here, "there": there, "member": member}, today
    return place


def cells(client, url_name=LIST, **query):
    """{name: the cells} of the rows of the list."""
    table = client.get(reverse(url_name), query).context["table"]
    return {
        row.record.name: (row.record.standing_links, row.record.bound_links, row.record.reached_links)
        for row in table.paginated_rows
    }


def groups(client, url_name):
    page = client.get(reverse(url_name)).context["page"]
    return {
        group.name: (group.cadres, group.bound, group.at_quota, group.links, group.reached, group.short)
        for group in page
    }


def test_each_cadre_stands_with_links_bound_and_reached(place):
    assert cells(place.office) == {"陆远": (2, 2, 2), "顾秋": (1, 0, 0), "沈砚": (0, 0, 0)}
    text = place.office.get(reverse(LIST)).content.decode()
    assert 'max="3" value="1" aria-label="联系"></progress><span>1/3</span>' in text
    assert f"{reverse('link_list')}?cadre={place.persons['there'].pk}" in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "at_quota"}, {"陆远", "沈砚"}),
        ({"state": "below_quota"}, {"顾秋"}),
        ({"state": "unbound"}, {"顾秋", "沈砚"}),
        ({"state": "silent"}, {"顾秋"}),
        ({"search": "luyuan"}, {"陆远"}),
    ],
)
def test_the_list_is_narrowed_by_how_far_cadres_have_come(place, query, names):
    assert set(cells(place.office, **query)) == names


def test_the_list_is_narrowed_by_place_and_by_who_looks_after_it(place):
    assert set(cells(place.office, organisation=place.here.pk)) == {"陆远"}
    assert set(cells(place.office, liaison=place.persons["member"].pk)) == {"顾秋"}
    assert "沈砚" in place.office.get(reverse(LIST), {"search": "guqiu"}).content.decode()


def test_organisations_and_liaisons_add_their_cadres_up(place):
    short = 2 if place.today.month > 3 else 0
    here, there = (1, 1, 1, 2, 2, short), (1, 0, 0, 1, 0, 1)
    assert groups(place.office, PLACES) == {
        "清河地区团工委": (1, 0, 1, 0, 0, 0),
        "柳林社区团支部": here,
        "槐荫社区团支部": there,
    }
    assert groups(place.office, LIAISONS) == {"沈砚": there, "没有联系委员": (2, 1, 2, 2, 2, short)}
    assert f"liaison={place.persons['member'].pk}" in place.office.get(reverse(LIAISONS)).content.decode()


def test_a_cadre_sees_the_own_row_alone(place):
    assert cells(place.cadre) == {"陆远": (2, 2, 2)}
    assert set(groups(place.cadre, PLACES)) == {"柳林社区团支部"}
    assert set(groups(place.cadre, LIAISONS)) == {"没有联系委员"}


@pytest.fixture
def committee(place):
    committee = make_organisation("兴隆街道团工委", place.root, category="working_committee")
    make_post("程川", make_organisation("兴隆社区团支部", committee))
    return committee


def test_staff_see_the_cadres_of_their_committee(committee):
    client = browser_of(make_user("毛旭", committee))
    assert set(cells(client)) == {"程川"}
    assert set(groups(client, PLACES)) == {"兴隆社区团支部"}
    assert cells(client, organisation=committee.pk) == cells(client)


def test_leaders_see_the_organisations_of_their_committee_and_no_names(committee):
    client = browser_of(make_user("毛旭", committee, RoleKind.LEADER))
    text = client.get(reverse(PLACES)).content.decode()
    assert set(groups(client, PLACES)) == {"兴隆社区团支部"}
    assert ("程川" in text, f"{reverse(LIST)}?" in text) == (False, False)
    assert {client.get(reverse(name)).status_code for name in (LIST, LIAISONS)} == {404}


def test_a_leader_who_is_a_cadre_elsewhere_sees_the_own_row_by_name_alone(place, committee):
    Role.objects.create(user=place.branch_cadre, organisation=committee, kind=RoleKind.LEADER)
    client = browser_of(User.objects.get(pk=place.branch_cadre.pk))
    assert set(groups(client, PLACES)) == {"柳林社区团支部", "兴隆社区团支部"}
    assert set(cells(client)) == {"陆远"}
    assert set(groups(client, LIAISONS)) == {"没有联系委员"}


def test_whoever_left_office_is_not_on_the_board(place):
    post = place.persons["there"].posts.get()
    post.end(place.today.replace(day=1))
    assert set(cells(place.office)) == {"陆远", "沈砚"}


@pytest.mark.parametrize("url_name", [LIST, PLACES, LIAISONS])
def test_the_board_asks_as_much_of_many_cadres_as_of_few(place, url_name):
    few = queries(place.office, url_name)
    for number in range(4):
        branch = make_organisation(f"东{number}里社区团支部", place.root)
        cadre = make_post(f"林{'甲乙丙丁'[number]}", branch).person
        make_contact(cadre, [make_link(cadre, f"青年{number}")], held_on=place.today)
        Liaison.objects.create(organisation=branch, person=place.persons["member"])
    assert queries(place.office, url_name) == few
    assert len(listed(place.office, LIST)) == 7
