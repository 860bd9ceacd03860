"""Handing over links when somebody leaves."""

from datetime import date, timedelta

import pytest

from outreach.actions import hand_over_links
from outreach.models import Link
from tests.factories import make_contact, make_link, make_organisation, make_person, make_post, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = date(2026, 11, 20)


@pytest.fixture
def leaver():
    return account_of("陆远")


@pytest.fixture
def heir():
    return account_of("秦朗")


def account_of(name):
    """An account that stands for somebody in a post."""
    user = make_user(name)
    person = make_post(name, make_organisation()).person
    person.user = user
    person.save()
    return user


def links_of(user):
    """Youth, beginning and end of the links of the account's person."""
    return list(Link.objects.filter(cadre=user.person).values_list("youth__name", "started_on", "ended_on"))


def test_standing_links_end_and_begin_anew_with_the_successor(leaver, heir):
    link = make_link(leaver.person, "白露", sector="学校", employer="花园闸中学")
    make_link(leaver.person, "顾清", ended_on=date(2018, 1, 1))
    contact = make_contact(leaver.person, [link])
    hand_over_links(leaver, heir, DAY, by=None)
    assert links_of(leaver) == [
        ("白露", date(2017, 1, 10), DAY),
        ("顾清", date(2017, 1, 10), date(2018, 1, 1)),
    ]
    assert links_of(heir) == [("白露", DAY, None)]
    taken = Link.objects.get(cadre=heir.person)
    assert (taken.sector, taken.employer, taken.bound_on) == ("学校", "花园闸中学", None)
    assert [each.pk for each in contact.links.all()] == [link.pk]


def test_without_a_successor_links_only_end(leaver):
    make_link(leaver.person, "白露")
    hand_over_links(leaver, None, DAY, by=None)
    assert links_of(leaver) == [("白露", date(2017, 1, 10), DAY)]
    assert Link.objects.count() == 1


@pytest.mark.parametrize("begun", [date(2018, 1, 1), DAY])
def test_a_youth_whom_the_successor_has_already_is_not_linked_twice(leaver, heir, begun):
    youth = make_link(leaver.person, "白露").youth
    make_link(heir.person, youth=youth, started_on=begun)
    hand_over_links(leaver, heir, DAY, by=None)
    assert links_of(heir) == [("白露", begun, None)]


def test_a_successor_is_not_linked_to_himself(leaver, heir):
    make_link(leaver.person, youth=heir.person)
    hand_over_links(leaver, heir, DAY, by=None)
    assert links_of(heir) == []


def test_a_link_that_began_after_the_day_never_stands(leaver):
    make_link(leaver.person, "白露", started_on=DAY + timedelta(days=1))
    hand_over_links(leaver, None, DAY, by=None)
    assert Link.objects.as_of(DAY + timedelta(days=2)).count() == 0


def test_accounts_that_stand_for_nobody_hand_nothing_over(leaver, heir):
    make_link(make_person("章程"), "白露")
    hand_over_links(make_user(), heir, DAY, by=None)
    assert Link.objects.filter(ended_on=None).count() == 1
    make_link(leaver.person, "顾清")
    hand_over_links(leaver, make_user(), DAY, by=None)
    assert links_of(leaver) == [("顾清", date(2017, 1, 10), DAY)]
