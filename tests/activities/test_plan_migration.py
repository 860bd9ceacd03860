"""The migration that keeps plans, on a database of the code before, which knew them from the history alone."""

from datetime import date

import pytest

from activities.models import Activity
from tests.factories import make_activity, make_organisation
from tests.migrating import latest_but, migrate

pytestmark = [pytest.mark.full, pytest.mark.both, pytest.mark.django_db(transaction=True)]


def plans():
    """{name: (day planned, sessions planned)} of the activities, and of the states in their history, oldest first."""
    own = {one.name: (one.planned_on, one.planned_sessions) for one in Activity.objects.order_by("pk")}
    history = Activity.history.order_by("history_id")
    return own, [(one.name, one.state, one.planned_on, one.planned_sessions) for one in history]


def test_the_last_plan_is_found_again_of_what_was_planned():
    host = make_organisation()
    _, put_off, cancelled = (
        make_activity(host, name, held_on=date(2017, month, 4), state="planned", session_count=2)
        for name, month in (("待办", 4), ("改期", 5), ("取消", 6))
    )
    make_activity(host, "计划外", held_on=date(2017, 5, 8))
    put_off.held_on, put_off.session_count = date(2017, 5, 11), 3
    put_off.save()
    put_off.hold(date(2017, 6, 18), 1, None, "")
    put_off.venue = "礼堂"
    put_off.save()
    cancelled.cancel("下雨")
    kept = plans()
    assert kept[0] == {
        "待办": (date(2017, 4, 4), 2),
        "改期": (date(2017, 5, 11), 3),
        "取消": (date(2017, 6, 4), 2),
        "计划外": (None, None),
    }
    migrate(latest_but({"activities": "0021_campaign_proof"}))
    migrate()
    assert plans() == kept
