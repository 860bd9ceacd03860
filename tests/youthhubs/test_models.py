"""Hubs by day and by year, which have a volunteer team, and places in teams."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests.boundaries import DAY, NEXT_DAY, open_stock, stock
from tests.factories import make_hub, make_organisation, make_volunteer
from youthhubs.models import Hub, HubYear, TeamMember

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@stock
def test_hub_is_open(begin, end, stands):
    make_hub(make_organisation(), opened_on=begin, closed_on=end)
    assert Hub.objects.as_of(DAY).exists() is stands


@open_stock
def test_hub_without_opening_day_is_open(end, stands):
    make_hub(make_organisation(), opened_on=None, closed_on=end)
    assert Hub.objects.as_of(DAY).exists() is stands


def test_tier_is_that_of_the_year():
    hub = make_hub(make_organisation())
    HubYear.objects.create(hub=hub, year=2018, tier=HubYear.Tier.KEY)
    found = {
        (tier, year): Hub.objects.of_tier(tier, year).exists()
        for tier in HubYear.Tier.values
        for year in (2016, 2017, 2018)
    }
    assert {question for question, answer in found.items() if answer} == {("ordinary", 2017), ("key", 2018)}


@stock
def test_hub_has_a_standing_volunteer_in_its_team(begin, end, stands):
    hub, _ = make_hub(make_organisation()), make_hub(make_organisation())
    make_volunteer(hub, joined_on=begin, left_on=end)
    make_volunteer(joined_on=begin, left_on=end)
    assert list(Hub.objects.with_team_on(DAY)) == [hub] * stands


@stock
def test_hub_has_a_volunteer_whose_place_in_its_team_stands(begin, end, stands):
    hub, _ = make_hub(make_organisation()), make_hub(make_organisation())
    volunteer = make_volunteer()
    # A place may not begin and end on one day: it would never stand.
    if begin != end:
        volunteer.places.create(hub=hub, started_on=begin, ended_on=end)
    assert list(Hub.objects.with_team_on(DAY)) == [hub] * stands


def test_the_latest_place_is_the_open_one_else_the_last_that_ended():
    hub, volunteer = make_hub(make_organisation()), make_volunteer()
    assert volunteer.team is None
    first = volunteer.places.create(hub=hub, ended_on=date(2016, 1, 1))
    last = volunteer.places.create(hub=hub, started_on=date(2016, 1, 1), ended_on=date(2017, 1, 1))
    make_volunteer(hub)
    assert (volunteer.team, list(TeamMember.objects.earlier())) == (last, [first])
    present = volunteer.places.create(hub=hub, started_on=date(2018, 1, 1))
    assert (volunteer.team, list(TeamMember.objects.earlier().order_by("pk"))) == (present, [first, last])
    assert list(TeamMember.objects.latest_each().filter(volunteer=volunteer)) == [present]


def refusal(volunteer, **facts):
    """Why a place is refused, by field."""
    place = TeamMember(volunteer=volunteer, **facts)
    with pytest.raises(ValidationError) as refused:
        place.full_clean()
        place.check_overlap()
    return {name: "".join(words) for name, words in refused.value.message_dict.items()}


def test_places_out_of_order_or_outside_of_hub_and_service_are_refused():
    hub = make_hub(make_organisation(), "高井青年汇", closed_on=date(2018, 1, 1))
    volunteer = make_volunteer(left_on=date(2017, 6, 1))
    assert refusal(volunteer, hub=hub, started_on=DAY, ended_on=DAY) == {
        "ended_on": "应为：晚于入队日期（2017-12-31）的日期。请核对两个日期。"
    }
    assert "早于高井青年汇关闭日期（2018-01-01）" in refusal(volunteer, hub=hub, started_on=NEXT_DAY)["started_on"]
    assert "晚于高井青年汇开业日期（2015-03-01）" in refusal(volunteer, hub=hub, ended_on=date(2015, 3, 1))["ended_on"]
    assert "早于退出日期（2017-06-01）" in refusal(volunteer, hub=hub, started_on=date(2017, 6, 1))["started_on"]


def test_two_places_at_a_time_are_refused():
    hub, volunteer = make_hub(make_organisation(), "高井青年汇"), make_volunteer()
    volunteer.places.create(hub=hub, started_on=date(2016, 1, 1), ended_on=date(2017, 1, 1))
    TeamMember(volunteer=volunteer, hub=hub, started_on=date(2017, 1, 1)).check_overlap()
    words = "应为：同一时间只在一支队伍（此人 2016-01-01 至 2017-01-01 登记在高井青年汇）。请核对入队日期与离队日期。"
    assert refusal(volunteer, hub=hub, started_on=date(2016, 12, 31)) == {"started_on": words}
    volunteer.places.create(hub=hub, started_on=date(2017, 1, 1))
    with pytest.raises(IntegrityError):
        volunteer.places.create(hub=hub, started_on=date(2018, 1, 1))
