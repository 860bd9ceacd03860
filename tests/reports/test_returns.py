"""The page of returns sums what the organisations below have signed, and shows who is missing."""

from datetime import date

import pytest

from reports.editions.returns import by_place, kept_of, places_below, returns, sums
from reports.figures.scopes import Scope
from tests.factories import make_activity, make_hub, make_member, make_user
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.signed import begun, signed
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
MARCH = Period.of_part(2017, "m3")
TODAY = date(2017, 4, 3)


@made_once
def place():
    place = two_branches()
    make_activity(place.here, "健步走", held_on=date(2017, 3, 5), attendance=20, basis="exact")
    make_activity(place.there, "读书会", held_on=date(2017, 3, 6), attendance=30, basis="rounded")
    make_member("章程", place.here)
    place.scope = Scope(place.root, MARCH)
    return place


def returned(organisation, hub=None):
    """The edition of an organisation's, or a hub's, monthly bulletin."""
    return signed(begun(Scope(organisation, MARCH, hub)), make_user("陆远", organisation), TODAY)


@made_once
def edition(place):
    return returned(place.here)


def added(scope, with_cases=True, of_hubs=False):
    found = returns(scope, of_hubs)
    return {each.result.figure.key: each for each in sums(scope, kept_of(found, with_cases), with_cases)}


def states(scope, of_hubs=False):
    return [(each.place.name, each.state) for each in returns(scope, of_hubs)]


def test_who_has_signed_who_writes_and_who_is_missing(place):
    assert states(place.scope) == [("柳林社区团支部", "未编写"), ("槐荫社区团支部", "未编写")]
    returned(place.here)
    begun(Scope(place.there, MARCH))
    assert states(place.scope) == [("柳林社区团支部", "已签发"), ("槐荫社区团支部", "编写中")]
    assert states(Scope(place.root, Period.of_part(2017, "m4"))) == [
        ("柳林社区团支部", "未编写"),
        ("槐荫社区团支部", "未编写"),
    ]


def test_organisations_that_did_not_stand_owe_no_return(place):
    place.there.dissolved_on = date(2017, 3, 31)
    place.there.save()
    assert [each.name for each in places_below(place.scope)] == ["柳林社区团支部"]


def test_signed_numbers_are_added_up_beside_the_own_count(place, edition):
    one = added(place.scope)["attendances"]
    assert (one.result.value, one.result.quality, one.own.value) == (20, "counted", 50)
    # The other branch knows its number roughly, and so does the whole.
    assert (one.difference, one.returns) == ("约-30", 1)
    returned(place.there)
    both = added(place.scope)["attendances"]
    assert (both.result.amount, both.result.quality, both.difference, both.returns) == ("50余", "rounded", "0", 2)


def test_later_changes_do_not_touch_the_sums(place, edition):
    make_activity(place.here, "足球赛", held_on=date(2017, 3, 9), attendance=11, basis="exact")
    one = added(place.scope)["attendances"]
    assert (one.result.value, one.own.value) == (20, 61)


def test_only_the_newest_edition_counts(place, edition):
    make_activity(place.here, "足球赛", held_on=date(2017, 3, 9), attendance=11, basis="exact")
    signed(edition.report, edition.signed_by, TODAY, reason="补登一场活动")
    one = added(place.scope)["attendances"]
    assert (one.result.value, one.returns) == (31, 1)
    found = returns(place.scope)
    rows = [(each.place.name, result.value) for each, result in by_place(found, kept_of(found), "attendances")]
    assert rows == [("柳林社区团支部", 31)]


def test_people_who_may_stand_in_two_returns_are_marked(place, edition):
    found = added(place.scope)
    assert [key for key, each in found.items() if each.is_repeated] == [
        "committee_members",
        "cadres",
        "members_joined",
        "nonpublic_members_joined",
        "linked_youths",
        "cadres_linked",
        "cadres_at_quota",
        "youth_contacts",
        "contacts_online",
        "contacts_offline",
        "youths_reached",
        "cadres_at_norm",
        "people_reached",
        "platform_entries",
        "platform_bindings",
        "assessment_results",
    ]
    assert [key for key, each in found.items() if each.is_smallest] == ["assistances_per_youth"]


def test_case_figures_are_added_up_only_where_they_may_be_known(place, edition):
    assert "assisted_youths" in added(place.scope)
    assert "assisted_youths" not in added(place.scope, with_cases=False)


def test_hubs_send_returns_of_what_was_held_there(place):
    hub = make_hub(place.here, "柳林青年汇")
    make_activity(name="观影", hub=hub, held_on=date(2017, 3, 7), attendance=9, basis="exact")
    edition = returned(place.here, hub)
    assert edition.title.startswith("柳林青年汇2017年3月")
    assert states(place.scope, of_hubs=True) == [("柳林青年汇", "已签发")]
    one = added(place.scope, of_hubs=True)["attendances"]
    assert (one.result.value, one.own.value) == (9, 59)
    # A hub's return is not its organisation's.
    assert states(place.scope)[0] == ("柳林社区团支部", "未编写")


def test_places_do_not_add_queries(place, django_assert_num_queries, edition):
    with django_assert_num_queries(4):
        kept_of(returns(place.scope))
    returned(place.there)
    with django_assert_num_queries(4):
        kept_of(returns(place.scope))
