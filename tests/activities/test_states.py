"""Planned, held and cancelled activities, and who came, was absent or excused."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.timezone import localdate

from activities.actions import add_sign_in, remove_sign_in
from activities.models import Activity, ActivityType, SignIn
from members.models import Person
from tests.factories import make_activity, make_organisation, make_person
from tests.made_once import made_once
from tests.pages import listed, page, refused, send, status, two_branches
from tests.today import all_filled_in, filled_in
from tests.workbooks import exported_rows, problems, take_in
from yl_district.periods import Period
from yl_district.sheets import export_marks

pytestmark = pytest.mark.django_db

ORGANISATIONS = [{"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关"}]
WALK = {"活动名称": "健步走", "类型": "阳光体育", "主办组织": "地区团工委"}
SIGNED = {"活动名称": "健步走", "日期": "2017-04-08"}


def ahead():
    """A day three weeks ahead."""
    return localdate() + timedelta(days=21)


@made_once
def district():
    return two_branches()


def typed(**fields):
    """A whole form of an activity."""
    kind = ActivityType.objects.get(key="lecture")
    return {"name": "财商意识讲座", "held_on": str(ahead()), "type": str(kind.pk), "session_count": "1"} | fields


def plan(district, **fields):
    """A planned activity of the branch `here`."""
    return make_activity(district.here, "开学第一课", held_on=ahead(), state="planned", **fields)


def told(activity):
    """State, person-times and basis as they are stored."""
    activity = Activity.objects.get(pk=activity.pk)
    return activity.get_state_display(), activity.attendance, activity.get_basis_display()


def test_a_new_activity_is_held_or_planned_by_its_day(district):
    for day in (localdate(), ahead()):
        send(district.office, "activity_create", **typed(held_on=str(day), host=district.here.pk))
    assert dict(Activity.objects.values_list("held_on", "state")) == {localdate(): "held", ahead(): "planned"}


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"state": "held"}, "held_on", "尚未举办的，状态选计划"),
        ({"attendance": "50"}, "attendance", "状态为计划的活动不填人次"),
        ({"held_on": "{year_after}-01-01"}, "held_on", "至明年（{next_year} 年）的日期"),
        ({"held_on": "1948-05-04"}, "held_on", "1949 年至"),
    ],
)
def test_a_day_to_come_has_no_activity_held_and_no_person_times(district, wrong, field, words):
    errors = refused(district.office, "activity_create", **typed(**all_filled_in(wrong)))
    assert filled_in(words) in errors[field]


def test_next_years_plan_is_taken_and_never_counted(district):
    following = Period.of_year(localdate().year + 1)
    send(district.office, "activity_create", **typed(held_on=str(following.end), host=district.here.pk))
    assert Activity.objects.held_during(following).count() == 0
    assert Activity.objects.get().is_planned


@pytest.mark.both
def test_only_what_was_held_has_person_times_whoever_writes():
    activity = make_activity(make_organisation(), attendance=5, basis="exact")
    with pytest.raises(IntegrityError, match="activity_counts_once_held"), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(state="cancelled")


def test_a_planned_activity_is_registered_as_held_with_what_came_of_it(district):
    activity = plan(district)
    assert "登记已举办" in page(district.cadre, "activity_detail", activity.pk)
    late = {"held_on": str(ahead()), "session_count": "2", "attendance": "40", "basis": "rounded"}
    assert "不晚于今天" in refused(district.cadre, "activity_hold", activity.pk, **late)["held_on"]
    send(district.cadre, "activity_hold", activity.pk, **late | {"held_on": str(localdate())})
    assert told(activity) == ("已举办", 40, "约数")
    assert status(district.cadre, "activity_hold", activity.pk) == 404
    assert status(district.cadre, "activity_cancel", activity.pk) == 404


def test_a_cancelled_activity_keeps_the_reason_and_counts_nowhere(district):
    activity = plan(district, content="讲座两场")
    send(district.cadre, "activity_cancel", activity.pk, reason="场地停电")
    activity.refresh_from_db()
    assert (activity.state, activity.content) == ("cancelled", "讲座两场\n取消原因：场地停电")
    assert Activity.objects.held().count() == 0


def test_what_another_branch_plans_is_neither_held_nor_cancelled_by_a_cadre(district):
    activity = make_activity(district.there, state="planned")
    assert status(district.cadre, "activity_hold", activity.pk) == 404
    assert status(district.cadre, "activity_cancel", activity.pk) == 404


def test_the_list_marks_what_is_only_planned_and_is_narrowed_by_state(district):
    plan(district)
    make_activity(district.here, "健步走")
    assert listed(district.office, "activity_list") == ["开学第一课", "健步走"]
    assert listed(district.office, "activity_list", state="planned") == ["开学第一课"]
    assert '<span class="badge bg-blue-lt">计划</span>' in page(district.office, "activity_list")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"日期": "2018-03-01"}, "held"),
        ({"日期": "2018-03-02"}, "planned"),
        ({"日期": "2018-03-01", "状态": "计划"}, "planned"),
        ({"日期": "2017-04-08", "状态": "取消"}, "cancelled"),
    ],
)
def test_a_sheets_activity_is_held_or_planned_as_stated_else_by_its_day(cells, state):
    take_in({"团组织": ORGANISATIONS, "活动": [WALK | cells]})
    assert Activity.objects.get().state == state
    (row,) = exported_rows()["活动"]
    assert row["状态"] == {"held": "已举办", "planned": "计划", "cancelled": "取消"}[state]


@pytest.mark.parametrize(
    ("cells", "heading", "expected"),
    [
        ({"日期": "2018-03-02", "状态": "已举办"}, "日期", "不晚于今天（2018-03-01）的日期（状态为已举办）"),
        ({"日期": "2018-03-02", "人次": 50}, "人次", "状态为计划的活动不填人次"),
        ({"日期": "2020-01-01"}, "日期", "1949 年至明年（2019 年）的日期"),
        ({"日期": "2018-03-02", "计划日期": "2018-03-05"}, "计划日期", "与日期一致的 2018-03-02"),
        ({"日期": "2018-03-02", "场次": 2, "计划场次": 3}, "计划场次", "与场次一致的 2"),
    ],
)
def test_a_sheets_activity_of_a_day_to_come_is_refused_as_held(cells, heading, expected):
    found = problems({"团组织": ORGANISATIONS, "活动": [WALK | cells]})
    assert [(problem[2], problem[4]) for problem in found] == [(heading, expected)]


def test_a_planned_activity_of_a_sheet_is_later_stated_as_held():
    take_in({"团组织": ORGANISATIONS, "活动": [WALK | {"日期": "2017-04-08", "状态": "计划"}]})
    take_in({"活动": [WALK | {"日期": "2017-04-08", "状态": "已举办", "人次": 30}]})
    assert told(Activity.objects.get()) == ("已举办", 30, "实数")


def test_a_sheets_activity_keeps_what_was_planned_beside_what_was_held():
    held = {"日期": "2017-04-08", "场次": 1, "计划日期": "2017-04-01", "计划场次": 2}
    take_in({"团组织": ORGANISATIONS, "活动": [WALK | held]})
    (row,) = exported_rows()["活动"]
    assert (row["计划日期"], row["计划场次"]) == ("2017-04-01", "2")


def test_what_a_sheet_puts_off_is_planned_for_its_other_day():
    """The cells of the plan may stay as they were written out."""
    take_in({"团组织": ORGANISATIONS, "活动": [WALK | {"日期": "2017-04-08", "状态": "计划"}]})
    (row,) = exported_rows()["活动"]
    assert str(row["计划日期"]) == "2017-04-08"
    mark = export_marks.mark(Activity.objects.get(), timezone.now())
    take_in({"活动": [row | {export_marks.HEADING: mark, "日期": "2017-04-15", "场次": 2}]})
    (one,) = Activity.objects.all()
    assert (str(one.planned_on), one.planned_sessions) == ("2017-04-15", 2)


def test_nobody_signs_in_at_what_is_only_planned(district):
    with pytest.raises(ValidationError, match="已举办的活动"):
        add_sign_in(plan(district), make_person(), "")
    assert "不计入任何统计" in page(district.office, "activity_detail", Activity.objects.get().pk)


@pytest.mark.both
def test_only_who_came_is_counted():
    activity = make_activity(make_organisation())
    came = add_sign_in(activity, make_person("章程"), "")
    for name, presence in (("顾清", "absent"), ("秦朗", "excused")):
        add_sign_in(activity, make_person(name), "", presence=presence)
    assert told(activity) == ("已举办", 1, "实数")
    assert [str(one.person) for one in SignIn.objects.held_during(Period.of_year(2017))] == ["章程"]
    remove_sign_in(came)
    assert told(activity) == ("已举办", None, "未统计")


def test_the_page_lists_who_was_absent_beside_who_came(district):
    activity = make_activity(district.here)
    send(district.office, "sign_in_create", activity.pk, name="章程", arrived="14:05")
    answer = send(district.office, "sign_in_create", activity.pk, name="顾清", presence="excused")
    assert "已登记顾清请假。" in answer.content.decode()
    assert [str(row.record.person) for row in answer.context["table"].paginated_rows] == ["章程"]
    assert [str(one.person) for one in answer.context["away"]] == ["顾清"]


def test_a_sheet_says_who_came():
    activity = {"团组织": ORGANISATIONS, "活动": [WALK | {"日期": "2017-04-08"}]}
    rows = [{"姓名": "章程", "到达": "14:05", "离开": "16:00"}, {"姓名": "顾清", "到场情况": "缺席"}]
    take_in(activity | {"签到": [SIGNED | row for row in rows]})
    assert told(Activity.objects.get()) == ("已举办", 1, "实数")
    written = [{key: row.get(key) for key in ("姓名", "到场情况", "到达", "离开")} for row in exported_rows()["签到"]]
    assert written == [
        {"姓名": "章程", "到场情况": "到", "到达": "14:05", "离开": "16:00"},
        {"姓名": "顾清", "到场情况": "缺席", "到达": None, "离开": None},
    ]


def test_an_exported_sheet_of_who_came_changes_nothing():
    rows = [{"姓名": "章程", "到场情况": "到", "到达": "14:05", "离开": "中途"}]
    rows += [{"姓名": "顾清", "到场情况": "缺席"}, {"姓名": "白露", "到场情况": "请假", "到达": "未到"}]
    sheets = {"团组织": ORGANISATIONS, "活动": [WALK | {"日期": "2017-04-08"}], "签到": [SIGNED | row for row in rows]}
    assert take_in(sheets).written
    exported = exported_rows()["签到"]
    again = take_in({"签到": exported})
    assert (again.new, again.changed, again.same) == (0, 0, 3)
    assert exported_rows()["签到"] == exported


def test_person_times_of_a_sheet_are_held_against_who_came():
    take_in({"团组织": ORGANISATIONS, "活动": [WALK | {"日期": "2017-04-08"}], "签到": [SIGNED | {"姓名": "章程"}]})
    stated = {"活动": [WALK | {"日期": "2017-04-08", "人次": 1}]}
    (found,) = problems(stated | {"签到": [SIGNED | {"姓名": "顾清"}]})
    assert found[4] == "与签到人数一致的 2"
    assert take_in(stated | {"签到": [SIGNED | {"姓名": "顾清", "到场情况": "请假"}]}).written
    assert take_in({"签到": [SIGNED | {"姓名": "章程", "到场情况": "缺席"}]}).written
    assert told(Activity.objects.get()) == ("已举办", None, "未统计")
    assert Person.objects.filter(sign_ins__isnull=False).count() == 2


def test_activities_of_days_to_come_become_plans_and_keep_what_was_typed():
    planned = make_activity(make_organisation(), held_on=ahead(), attendance=50, basis="exact")
    past = make_activity(planned.host, attendance=30, basis="rounded")
    import_module("activities.migrations.0006_planned_and_attended").plan_what_lies_ahead(apps, None)
    assert (told(planned), told(past)) == (("计划", None, "未统计"), ("已举办", 30, "约数"))
    planned.refresh_from_db()
    assert (planned.stated_attendance, planned.stated_basis) == (50, "exact")
