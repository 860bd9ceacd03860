"""Activities are planned ahead: repeated, announced to a group, and seen in the calendar of their quarter."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, QuarterTheme
from activities.plans import Calendar, days_of, group_text, month_later, quarter_named, repeat_activity, year_of_address
from orgs.models import Role
from tests.factories import make_activity, make_hub, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, refused, send, status, two_branches
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@made_once
def place():
    return two_branches()


@pytest.mark.parametrize(
    ("first", "rhythm", "times", "days"),
    [
        (date(2026, 1, 31), "once", 5, ["2026-01-31"]),
        (date(2026, 1, 31), "weekly", 3, ["2026-01-31", "2026-02-07", "2026-02-14"]),
        (date(2026, 1, 31), "fortnightly", 2, ["2026-01-31", "2026-02-14"]),
        (date(2026, 1, 31), "monthly", 3, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        (date(2027, 11, 30), "monthly", 4, ["2027-11-30", "2027-12-30", "2028-01-30", "2028-02-29"]),
    ],
)
def test_a_series_has_its_days(first, rhythm, times, days):
    assert [str(day) for day in days_of(first, rhythm, times)] == days


def test_a_month_later_is_never_beyond_the_month():
    assert [month_later(date(2026, 12, 31), number) for number in (1, 2)] == [date(2027, 1, 31), date(2027, 2, 28)]


def test_a_repeated_activity_is_planned_with_all_but_its_day_and_people(place):
    hub = make_hub(place.here)
    known = {"venue": "河滨公园", "starts_at": time(14), "audience": "青年", "attendance": 9, "basis": "exact"}
    first = make_activity(place.here, "足球", hub=hub, **known)
    ahead = timezone.localdate() + timedelta(days=1)
    (one,) = repeat_activity(first, [ahead], place.staff)
    same = ("name", "type_id", "host_id", "hub_id", "venue", "starts_at", "audience", "session_count")
    assert [getattr(one, name) for name in same] == [getattr(first, name) for name in same]
    assert (one.held_on, one.state, one.attendance, one.basis) == (ahead, "planned", None, "unrecorded")


def test_of_a_series_all_are_registered_or_none(place):
    first = make_activity(place.here, "足球", held_on=date(2026, 4, 8))
    make_activity(place.here, "足球", held_on=date(2026, 4, 15))
    with pytest.raises(ValidationError, match="已有登记"):
        repeat_activity(first, [date(2026, 4, 10), date(2026, 4, 15)], place.staff)
    assert Activity.objects.count() == 2


def test_once_more_is_two_presses_and_leads_to_the_new_activity(place):
    first = make_activity(place.here, "足球")
    assert reverse("activity_repeat", args=[first.pk]) in page(place.cadre, "activity_detail", first.pk)
    form = answers(shown_form(place.cadre.get(reverse("activity_repeat", args=[first.pk]))))
    shown = send(place.cadre, "activity_repeat", first.pk, **form)
    one = Activity.objects.exclude(pk=first.pk).get()
    assert shown.request["PATH_INFO"] == one.get_absolute_url()
    assert one.held_on == timezone.localdate()


def test_a_series_leads_to_the_calendar_of_its_first_quarter(place):
    first = make_activity(place.here, "足球")
    day = date(timezone.localdate().year + 1, 2, 9)
    form = {"first_on": str(day), "rhythm": "monthly", "times": "3"}
    shown = send(place.cadre, "activity_repeat", first.pk, **form)
    assert shown.redirect_chain == [(f"{reverse('activity_calendar')}?quarter={day.year}-q1", 302)]
    planned = Activity.objects.filter(state="planned").order_by("held_on")
    assert [one.held_on.month for one in planned] == [2, 3, 4]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"rhythm": "weekly", "times": ""}, "times", "请填写共几次。"),
        ({"rhythm": "weekly", "times": "40"}, "times", "12"),
        ({"rhythm": "daily"}, "rhythm", "daily"),
        ({"first_on": "2017-02-30"}, "first_on", "请填写真实存在的日期"),
        ({"first_on": "2099-01-01"}, "__all__", "请核对年份"),
    ],
)
def test_what_is_no_series_is_said(place, typed, field, words):
    first = make_activity(place.here, "足球")
    errors = refused(place.cadre, "activity_repeat", first.pk, **{"first_on": "2026-04-10", "rhythm": "once"} | typed)
    assert words in errors[field]
    assert Activity.objects.count() == 1


def test_a_hub_repeats_what_others_host_there_as_its_own(place):
    hub = make_hub(place.here)
    first = make_activity(place.there, "观影", hub=hub)
    operator = make_user("门宁", place.here, Role.Kind.HUB_OPERATOR)
    (one,) = repeat_activity(first, [date(2026, 4, 10)], operator)
    assert (one.host, one.hub) == (None, hub)
    assert status(browser_of(operator), "activity_detail", one.pk) == 200


def test_a_group_is_told_what_is_known(place):
    hub = make_hub(place.here, "柳林青年汇")
    one = make_activity(
        place.here,
        "足球",
        hub=hub,
        held_on=date(2026, 4, 11),
        starts_at=time(14),
        ends_at=time(16),
        venue="河滨公园",
        content="请自带水杯。",
    )
    assert group_text(one) == (
        "【足球】\n时间：4月11日（周六）14:00—16:00\n地点：河滨公园\n主办：柳林社区团支部、柳林青年汇\n请自带水杯。"
    )
    assert group_text(make_activity(name="宣讲", held_on=date(2026, 4, 12), is_online=True)) == (
        "【宣讲】\n时间：4月12日（周日）\n地点：线上"
    )


def test_the_page_has_the_text_while_there_is_something_to_announce(place):
    today = timezone.localdate()
    ahead = make_activity(place.here, "足球", held_on=today + timedelta(days=3), state="planned")
    past = make_activity(place.here, "足球", held_on=today - timedelta(days=3))
    shown = ["群通知" in page(place.cadre, "activity_detail", one.pk) for one in (ahead, past)]
    assert shown == [True, False]


def test_the_calendar_shows_a_quarter_by_month_with_planned_beside_held(place):
    for day, state, sessions in [(date(2026, 5, 4), "planned", 2), (date(2026, 6, 1), "held", 3)]:
        make_activity(place.here, f"{day.month}月", held_on=day, state=state, session_count=sessions)
    make_activity(place.there, "别处", held_on=date(2026, 4, 1), state="cancelled")
    make_activity(place.here, "下季", held_on=date(2026, 7, 1))
    calendar = Calendar(Activity.objects.visible_to(place.staff), Period.of_part(2026, "q2"))
    assert calendar.sessions == [("计划", 2), ("已举办", 3), ("取消", 1), ("合计", 6)]
    assert [[one.name for one in rows] for _, rows in calendar.months] == [["别处"], ["5月"], ["6月"]]
    own = Calendar(Activity.objects.visible_to(place.branch_cadre), Period.of_part(2026, "q2"))
    assert own.sessions == [("计划", 2), ("已举办", 3), ("取消", 0), ("合计", 5)]


def test_the_calendar_tells_how_much_of_the_quarters_plan_was_held(place):
    kept, moved, dropped = (
        make_activity(place.here, name, held_on=date(2026, month, 4), state="planned", session_count=2)
        for name, month in (("如期", 4), ("改期", 5), ("取消", 6))
    )
    make_activity(place.here, "计划外", held_on=date(2026, 5, 8))
    make_activity(place.there, "别处", held_on=date(2026, 5, 9), state="planned")
    kept.hold(date(2026, 4, 4), 3, None, "")
    moved.hold(date(2026, 7, 4), 1, None, "")
    dropped.cancel("下雨")
    calendar = Calendar(Activity.objects.visible_to(place.branch_cadre), Period.of_part(2026, "q2"))
    assert calendar.against_plan == (6, 4)
    shown = page(place.cadre, "activity_calendar", quarter="2026-q2")
    assert "列入本季计划的 6 场，已举办 4 场" in shown
    assert "列入本季计划" not in page(place.cadre, "activity_calendar", quarter="2026-q1")


def test_the_calendar_is_of_a_hub_or_a_branch_where_asked(place):
    hub = make_hub(place.there)
    make_activity(place.here, "支部的", held_on=date(2026, 5, 4))
    make_activity(name="汇里的", hub=hub, held_on=date(2026, 5, 5))
    for query, names in [({"host": place.here.pk}, ["支部的"]), ({"hub": hub.pk}, ["汇里的"])]:
        answer = place.office.get(reverse("activity_calendar"), {"quarter": "2026-q2"} | query)
        listed = [one.name for _, rows in answer.context["calendar"].months for one in rows]
        assert listed == names


def test_the_theme_of_a_quarter_is_data_of_the_years_plan(place):
    address = f"{reverse('quarter_themes')}?year=2026"
    form = answers(shown_form(place.office.get(address)))
    assert [form[f"q{number}"] for number in range(1, 5)] == ["服务季", "运动季", "文体季", "文化季"]
    place.office.post(address, form | {"q2": "青春季", "q4": ""})
    assert list(QuarterTheme.objects.values_list("quarter", "name")) == [(1, "服务季"), (2, "青春季"), (3, "文体季")]
    assert "2026年二季度：青春季" in page(place.cadre, "activity_calendar", quarter="2026-q2")
    following = answers(shown_form(place.office.get(f"{reverse('quarter_themes')}?year=2027")))
    assert (following["q2"], following.get("q4", "")) == ("青春季", "")
    assert status(place.cadre, "quarter_themes") == 404


@pytest.mark.parametrize("text", ["", "2026", "2026-q5", "二〇二六-q1", "99999-q1", "9999-q4", "0-q1", "2026-q1-q1"])
def test_a_quarter_that_is_none_is_that_of_today(text):
    assert quarter_named(text, TODAY) == Period.of_part(2026, "q4")


@pytest.mark.parametrize("text", ["", "二零一七", "99999", "9999", "0000", "２０１７", "-201"])
def test_a_year_that_is_none_is_that_of_today(text):
    assert (year_of_address(text, TODAY), year_of_address("2017", TODAY)) == (2026, 2017)


def test_the_calendar_asks_as_many_queries_of_many_activities(place):
    make_activity(place.here, "一", held_on=date(2026, 5, 4))
    few = queries(place.office, "activity_calendar", quarter="2026-q2")
    for number in range(20):
        make_activity(place.here, f"活动{number}", held_on=date(2026, 4, 1 + number), hub=make_hub(place.here))
    assert queries(place.office, "activity_calendar", quarter="2026-q2") == few
