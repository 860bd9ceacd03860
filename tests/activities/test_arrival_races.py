"""Visitors and keepers of an activity who act at the same moment."""

import pytest
from django.utils import timezone

from activities.actions import NEW_VISITOR, confirm_arrivals
from activities.models import Arrival, SignIn
from members.models import Person
from tests.activities.scans import opened, scan
from tests.factories import make_activity
from tests.pages import two_branches
from tests.races import at_once

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


def confirmed_at_once(place):
    """How many rows each of two keepers has confirmed, who take the same visitor for somebody new."""
    scan(place.code)
    decisions = {Arrival.objects.get().pk: NEW_VISITOR}
    confirm = [
        lambda by=by: confirm_arrivals(place.activity, decisions, {}, by) for by in (place.staff, place.branch_cadre)
    ]
    return sorted(sum(found.values()) for found in at_once(confirm))


def test_two_keepers_at_once_register_one_person(place):
    assert confirmed_at_once(place) == [0, 1]
    place.activity.refresh_from_db()
    assert (Person.objects.count(), SignIn.objects.count(), place.activity.attendance) == (1, 1, 1)
