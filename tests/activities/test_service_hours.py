"""Volunteers serve from arriving to leaving, or as long as the activity lasted, once its list is confirmed."""

from datetime import date, time

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.actions import add_sign_in, remove_sign_in
from activities.models import Activity, hours_between
from tests.factories import make_activity, make_person
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.outreach.test_credits import confirm, reopen
from tests.pages import confirmed, page, two_branches
from tests.workbooks import take_in
from yl_district.sheets import export_marks

pytestmark = pytest.mark.django_db


@made_once
def place():
    """A clean-up at which one volunteer wrote down times, one did not, and somebody looked on."""
    place = two_branches()
    place.activity = make_activity(place.here, "清河护水", held_on=date(2017, 4, 8))
    add_sign_in(place.activity, make_person("白露"), "volunteer", arrived="9:00", departed="11:30")
    add_sign_in(place.activity, make_person("顾清"), "volunteer")
    add_sign_in(place.activity, make_person("路过"), "other", arrived="9:00", departed="10:00")
    return place


def rows(activity):
    """(person, arrived, departed, hours) of each sign-in, and the activity's hours."""
    activity.refresh_from_db()
    found = activity.sign_ins.order_by("pk")
    return [(one.person.name, one.arrived, one.departed, one.service_hours) for one in found], activity.service_hours


FIRST, LAST = ("白露", "9:00", "11:30", 3), ("路过", "9:00", "10:00", None)


@pytest.mark.parametrize(
    ("arrived", "departed", "hours"),
    [
        ("14:00", "16:00", 2),
        ("9：05", "11:34", 2),
        (" 9:00", "11:30 ", 3),
        ("9:00", "9:20", 0),
        ("11:00", "9:00", None),
        ("开场前", "11:00", None),
        ("9:00", "", None),
        ("24:00", "25:00", None),
    ],
)
def test_hours_are_whole_and_told_by_two_times_of_day(arrived, departed, hours):
    assert hours_between(arrived, departed) == hours


@pytest.mark.both
def test_whose_times_are_written_down_serves_from_one_to_the_other(place):
    assert rows(place.activity) == ([FIRST, ("顾清", "", "", None), LAST], 3)
    add_sign_in(place.activity, make_person("林溪"), "volunteer", arrived="9:00", departed="11:00", presence="absent")
    assert rows(place.activity)[1] == 3


@pytest.mark.in_turn
@pytest.mark.cpu(4)
def test_others_serve_as_long_as_the_activity_once_the_list_is_confirmed(place):
    assert "1 名志愿者没有登记到达和离开" in page(place.cadre, "activity_confirm", place.activity.pk)
    confirm(place.cadre, place.activity, starts_at="09:00", ends_at="11:00")
    timed = [FIRST, ("顾清", "09:00", "11:00", 2), LAST]
    assert rows(place.activity) == (timed, 5)
    assert (place.activity.starts_at, place.activity.ends_at) == (time(9), time(11))
    add_sign_in(place.activity, make_person("林溪"), "volunteer")
    assert rows(place.activity) == ([*timed, ("林溪", "09:00", "11:00", 2)], 7)
    confirm(place.cadre, place.activity, starts_at="09:00", ends_at="12:00")
    assert rows(place.activity)[1] == 9
    assert "2 名志愿者按活动时间计的服务时长将收回。" in page(place.cadre, "activity_reopen", place.activity.pk)
    reopen(place.cadre, place.activity)
    assert rows(place.activity) == ([FIRST, ("顾清", "", "", None), LAST, ("林溪", "", "", None)], 3)


def test_without_times_nothing_is_assumed(place):
    confirm(place.cadre, place.activity, starts_at="", ends_at="")
    assert rows(place.activity) == ([FIRST, ("顾清", "", "", None), LAST], 3)


def test_what_is_written_down_afterwards_stays_when_the_list_is_opened_again(place):
    confirm(place.cadre, place.activity, starts_at="09:00", ends_at="11:00")
    own = place.activity.sign_ins.get(person__name="顾清")
    own.departed = "12:00"
    own.full_clean()
    own.save()
    reopen(place.cadre, place.activity)
    assert rows(place.activity) == ([FIRST, ("顾清", "09:00", "12:00", 3), LAST], 6)


def test_hours_follow_the_times_that_the_activity_is_given_later(place):
    confirm(place.cadre, place.activity, starts_at="09:00", ends_at="11:00")
    assert rows(place.activity) == ([FIRST, ("顾清", "09:00", "11:00", 2), LAST], 5)
    address = reverse("activity_update", args=[place.activity.pk])
    confirmed(place.cadre, address, answers(shown_form(place.cadre.get(address))) | {"ends_at": "12:00"})
    assert rows(place.activity) == ([FIRST, ("顾清", "09:00", "12:00", 3), LAST], 6)
    mark = export_marks.mark(Activity.objects.get(), timezone.now())
    row = {"活动名称": "清河护水", "日期": "2017-04-08", "类型": "阳光体育", export_marks.HEADING: mark}
    take_in({"活动": [row | {"结束时刻": "13:00"}]})
    assert rows(place.activity) == ([FIRST, ("顾清", "09:00", "13:00", 4), LAST], 7)


def test_an_end_before_the_begin_is_refused_with_what_was_typed_kept(place):
    address = reverse("activity_confirm", args=[place.activity.pk])
    data = answers(shown_form(place.cadre.get(address))) | {"starts_at": "11:00", "ends_at": "09:00"}
    answer = confirmed(place.cadre, address, data)
    assert "晚于开始时间（11:00）的时间" in answer.content.decode()
    assert 'value="09:00"' in answer.content.decode()
    assert not Activity.objects.get(pk=place.activity.pk).is_confirmed


def test_who_leaves_the_list_takes_the_hours_along(place):
    remove_sign_in(place.activity.sign_ins.get(person__name="白露"))
    assert rows(place.activity)[1] is None
