"""Hubs by day and by year, and which have a volunteer team."""

import pytest

from tests.boundaries import DAY, NEXT_DAY, open_stock, stock
from tests.factories import make_hub, make_organisation, make_volunteer
from youthhubs.models import Hub, HubYear

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


@pytest.mark.parametrize(("joined", "counts"), [(None, True), (DAY, True), (NEXT_DAY, False)])
def test_hub_has_a_volunteer_in_its_team(joined, counts):
    hub, other = make_hub(make_organisation()), make_hub(make_organisation())
    make_volunteer(hub, joined_on=joined)
    make_volunteer(joined_on=joined)
    assert list(Hub.objects.with_team_on(DAY)) == [hub] * counts
    assert other not in Hub.objects.with_team_on(DAY)
