"""Linked youths are among those who may have come to an activity: one's own, and those of the host's cadres."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import SignIn
from orgs.models import Role
from tests.factories import make_activity, make_hub, make_link, make_person, make_post, make_user
from tests.forms import answers, shown_form
from tests.pages import browser_of, confirmed, queries, two_branches

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    """Cadres here and there, one linked youth each, and one whose link has ended."""
    place = two_branches()
    place.here_cadre = make_person("陆远", user=place.branch_cadre)
    make_post(organisation=place.here, person=place.here_cadre)
    there = make_post("纪和", place.there).person
    make_link(place.here_cadre, "秦朗")
    make_link(place.here_cadre, "旧友", ended_on=date(2017, 6, 1))
    make_link(there, "邻友")
    place.activity = make_activity(place.here, "读书会", held_on=timezone.localdate())
    return place


def youths(client, activity):
    """The linked youths on the roster."""
    groups = client.get(reverse("activity_roster", args=[activity.pk])).context["groups"]
    return [name for group, rows in groups if group.heading == "联系青年" for _, name, *_ in rows]


def test_own_youths_and_those_of_the_hosts_cadres_are_offered(place):
    elsewhere = make_activity(place.there, "读书会")
    colleague = make_user("韩笑", place.here, Role.Kind.CADRE)
    shown = [youths(browser, place.activity) for browser in (place.cadre, place.office, browser_of(colleague))]
    assert shown == [["秦朗"], ["秦朗"], []]
    assert youths(place.office, elsewhere) == ["邻友"]


def test_own_youths_come_to_the_activities_of_a_hub_as_well(place):
    hub = make_hub(place.here)
    activity = make_activity(None, "手工课", hub=hub, held_on=timezone.localdate())
    operator = browser_of(make_user("顾盼", place.here, Role.Kind.HUB_OPERATOR))
    assert [youths(browser, activity) for browser in (place.cadre, place.office, operator)] == [["秦朗"], [], []]


def test_they_come_as_linked_youths(place):
    address = reverse("activity_roster", args=[place.activity.pk])
    youth = place.here_cadre.links_as_cadre.get(youth__name="秦朗").youth
    data = answers(shown_form(place.cadre.get(address))) | {"people": [youth.pk]}
    assert confirmed(place.cadre, address, data).status_code == 302
    assert [one.capacity for one in place.activity.sign_ins.all()] == [SignIn.Capacity.LINKED_YOUTH]


def test_many_youths_take_as_many_queries_as_few(place):
    few = queries(place.cadre, "activity_roster", place.activity.pk)
    for number in range(5):
        make_link(place.here_cadre, f"秦{'甲乙丙丁戊'[number]}")
    assert queries(place.cadre, "activity_roster", place.activity.pk) == few
