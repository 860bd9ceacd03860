"""Visitors and keepers of an activity who act at the same moment."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.utils import timezone

from activities.actions import confirm_arrivals
from activities.arrivals import places_taken
from activities.models import Arrival, SignIn
from members.models import Person
from tests.activities.scans import opened, scan
from tests.factories import make_activity
from tests.pages import two_branches
from tests.races import HANGING, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def place():
    place = two_branches()
    place.activity = make_activity(place.here, "读书会", held_on=timezone.localdate())
    place.code = opened(place.activity, place.branch_cadre)
    return place


def scans_at_once(place, names):
    """The statuses of the answers to scans by these names, begun together."""
    return sorted(
        answer.status_code for answer in at_once([lambda name=name: scan(place.code, name) for name in names])
    )


def test_two_scans_at_once_leave_one_row(place):
    assert (scans_at_once(place, ["白露", "白露"]), Arrival.objects.count()) == ([302, 302], 1)


def test_twin_without_a_digest_two_scans_leave_two_rows(place, monkeypatch):
    monkeypatch.setattr(Arrival._meta.get_field("name_index"), "digest", lambda value: None)
    assert (scans_at_once(place, ["白露", "白露"]), Arrival.objects.count()) == ([302, 302], 2)


def test_of_eight_scans_at_once_the_budget_takes_four(place, settings):
    settings.SCANS_PER_ACTIVITY = 4
    names = [f"白露{number}" for number in range(8)]
    assert (scans_at_once(place, names), Arrival.objects.count()) == ([302] * 4 + [429] * 4, 4)


def ahead(place, places):
    """Has the code be that of an activity to come, with so many places."""
    place.code.activity.held_on, place.code.activity.state = timezone.localdate() + timedelta(days=2), "planned"
    place.code.activity.places = places
    place.code.activity.save()


def test_of_six_who_sign_up_at_once_three_get_the_three_places(place):
    ahead(place, 3)
    assert scans_at_once(place, [f"白露{number}" for number in range(6)]) == [200] * 3 + [302] * 3
    assert Arrival.objects.signed_up().count() == 3


@pytest.mark.postgresql(only=True)
def test_twin_without_the_lock_one_place_is_given_twice(place, monkeypatch):
    """SQLite lets one write at a time, whatever is locked."""
    ahead(place, 1)
    counted = Barrier(2)

    def taken(key):
        number = places_taken(key)
        counted.wait(timeout=HANGING)
        return number

    monkeypatch.setattr("activities.arrivals.lock_activity", lambda key: 1)
    monkeypatch.setattr("activities.arrivals.places_taken", taken)
    assert scans_at_once(place, ["白露", "顾清"]) == [302, 302]
    assert Arrival.objects.signed_up().count() == 2


def confirmed_at_once(place):
    """How many rows each of two keepers has confirmed, who take the same visitor for somebody new."""
    scan(place.code)
    key = Arrival.objects.get().pk
    confirm = [
        lambda by=by: confirm_arrivals(place.activity, {key: Person(name="白露")}, {}, by)
        for by in (place.staff, place.branch_cadre)
    ]
    return sorted(sum(found.values()) for found in at_once(confirm))


def test_two_keepers_at_once_register_one_person(place):
    assert confirmed_at_once(place) == [0, 1]
    place.activity.refresh_from_db()
    assert (Person.objects.count(), SignIn.objects.count(), place.activity.attendance) == (1, 1, 1)
