"""A volunteer changes teams from a day on."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_hub, make_organisation, make_volunteer
from youthhubs.actions import change_team

pytestmark = pytest.mark.django_db

SPRING, SUMMER, AUTUMN = date(2017, 3, 1), date(2017, 6, 1), date(2017, 9, 1)


@pytest.fixture
def hubs():
    place = make_organisation()
    return make_hub(place, "高井青年汇"), make_hub(place, "柳林青年汇")


@pytest.fixture
def volunteer(hubs):
    return make_volunteer(hubs[0])


def spans(volunteer):
    """Where the volunteer was and from when to when, the earliest first."""
    return [(place.hub.name, place.started_on, place.ended_on) for place in reversed(volunteer.places.all())]


def test_the_former_place_ends_on_the_day_on_which_the_new_one_begins(hubs, volunteer):
    change_team(volunteer, hubs[1], SUMMER)
    assert spans(volunteer) == [("高井青年汇", None, SUMMER), ("柳林青年汇", SUMMER, None)]


def test_a_volunteer_leaves_the_team_and_returns(hubs, volunteer):
    change_team(volunteer, None, SPRING)
    change_team(volunteer, hubs[0], AUTUMN)
    assert spans(volunteer) == [("高井青年汇", None, SPRING), ("高井青年汇", AUTUMN, None)]


def test_two_changes_on_one_day_leave_no_empty_span(hubs, volunteer):
    change_team(volunteer, hubs[1], SUMMER)
    change_team(volunteer, hubs[0], SUMMER)
    assert spans(volunteer) == [("高井青年汇", None, SUMMER), ("高井青年汇", SUMMER, None)]
    change_team(volunteer, None, SUMMER)
    assert spans(volunteer) == [("高井青年汇", None, SUMMER)]


def refusal(volunteer, hub, day):
    """Why a change is refused, by field."""
    with pytest.raises(ValidationError) as refused:
        change_team(volunteer, hub, day)
    return {name: "".join(words) for name, words in refused.value.message_dict.items()}


def test_a_change_that_is_none_or_comes_too_early_is_refused(hubs, volunteer):
    assert refusal(volunteer, hubs[0], SUMMER) == {"hub": "应为：另一支队伍。此人已在高井青年汇，不必调整。"}
    change_team(volunteer, hubs[1], SUMMER)
    assert refusal(volunteer, hubs[0], SPRING) == {
        "day": "应为：不早于最近一次入队日期（2017-06-01）的日期。请核对日期，或更正原来的起止。"
    }
    change_team(volunteer, None, AUTUMN)
    assert refusal(volunteer, None, AUTUMN)["hub"].endswith("此人现在不在队伍中，请选择要加入的队伍。")
    assert "不早于最近一次离队日期（2017-09-01）" in refusal(volunteer, hubs[0], SUMMER)["day"]
