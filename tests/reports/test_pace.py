"""The progress of a target by a day, word by word."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.figures.counting import results_of
from reports.figures.figure import Timing
from reports.figures.lines import FIGURES, all_figures
from reports.figures.scopes import Scope
from reports.models import Target
from reports.targets.progress import course_chart, pace_of, paces_beside, paces_of
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_member,
    make_organisation,
    make_unit,
)
from tests.reports.generated_district import YEAR, generated_district
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


def set_target(figure="units_founded", value=12, **fields):
    """A target of 2017."""
    return Target.objects.create(**{"year": 2017, "task": "任务", "figure": figure, "value": value} | fields)


def found(root, *months):
    """Founds the league in one two-new organisation on the 10th of each of these months of 2017."""
    for month in months:
        make_unit(league_form="alone", league_founded_on=date(2017, month, 10))


def words(target, *day):
    """What is said of the target on a day."""
    return pace_of(target, date(*day)).words


NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((2016, 12, 31), "0/12，2017 年尚未开始"),
        ((2017, 1, 1), "0/12，与计划持平"),
        ((2017, 1, 10), "1/12，超前 1 家"),
        ((2017, 2, 1), "1/12，与计划持平"),
        ((2017, 9, 10), "9/12，超前 1 家"),
        ((2017, 10, 15), "9/12，与计划持平"),
        ((2017, 11, 20), "9/12，落后 1 家"),
        ((2017, 12, 31), "9/12，落后 3 家"),
        ((2018, 1, 1), "9/12，期限已过，差 3 家"),
        ((2026, 6, 1), "9/12，期限已过，差 3 家"),
    ],
)
def test_it_is_told_day_by_day(root, day, expected):
    found(root, *NINE)
    assert words(set_target(), *day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((2017, 3, 31), "3/9，超前 1 家"),
        ((2017, 9, 30), "9/9，已完成"),
        ((2018, 3, 1), "9/9，已完成"),
    ],
)
def test_the_plan_ends_with_the_deadline(root, day, expected):
    found(root, *NINE)
    assert words(set_target(value=9, due_on=date(2017, 9, 30)), *day) == expected


def test_what_comes_after_the_deadline_is_late(root):
    found(root, *NINE)
    target = set_target(value=9, due_on=date(2017, 8, 31))
    assert words(target, 2017, 9, 1) == "8/9，期限已过，差 1 家"
    assert words(target, 2017, 9, 30) == "9/9，已完成，晚于期限"


@pytest.mark.parametrize(
    ("due_on", "told"),
    [(date(2018, 1, 31), "9/12，落后 3 家"), (date(2016, 6, 30), "9/12，期限已过，差 3 家")],
)
def test_a_deadline_outside_the_year_leaves_the_plan_within_it(root, due_on, told):
    found(root, *NINE)
    pace = pace_of(set_target(due_on=due_on), date(2017, 12, 31))
    assert (pace.planned, pace.words) == (12, told)


def test_a_stock_is_planned_from_what_the_year_began_with(root):
    branch = make_organisation(parent=root)
    for _ in range(10):
        make_member(branch=branch, intake_on=date(2015, 5, 4))
    for month in (2, 3):
        make_member(branch=branch, intake_on=date(2017, month, 1))
    target = set_target("members", 14)
    assert pace_of(target, date(2017, 1, 1)).opening == 10
    assert [words(target, 2017, month, 30) for month in (1, 6, 9)] == [
        "10/14，与计划持平",
        "12/14，超前 1 名",
        "12/14，与计划持平",
    ]
    assert words(set_target("members", 12, year=2018), 2018, 1, 1) == "12/12，已达到"


def test_the_smallest_number_of_assistances_has_its_pace_too(root):
    first, second = (make_assisted_youth(root, name) for name in ("白露", "秦朗"))
    for month in (1, 2, 3):
        make_assistance([first, second], held_on=date(2017, month, 5))
    make_assistance([first], held_on=date(2017, 4, 5))
    target = set_target("assistances_per_youth", 12)
    assert words(target, 2017, 3, 31) == "3/12，超前 1 次"
    assert words(target, 2017, 6, 30) == "3/12，落后 2 次"


def hold(root, attendance, basis, day=date(2017, 3, 1)):
    """An activity with these person-times."""
    return make_activity(root, attendance=attendance, basis=basis, held_on=day)


@pytest.mark.parametrize(
    ("held", "expected", "state"),
    [
        ([(305, "exact")], "305/300，已完成", "done"),
        ([(305, "rounded")], "300余/300，含约数，不能确认完成", "unsure"),
        ([(305, "exact"), (None, "unrecorded")], "305/300，统计不全，不能确认完成", "unsure"),
        ([(None, "unrecorded")], "未统计/300，没有统计数字，不能判断进度", "unsure"),
        ([(100, "exact"), (None, "unrecorded")], "100/300，已统计部分落后 48 人次", "behind"),
        ([(105, "rounded")], "100余/300，约落后 43 人次", "behind"),
        ([(200, "exact"), (None, "unrecorded")], "200/300，已统计部分超前 52 人次", "ahead"),
    ],
)
def test_what_is_not_recorded_exactly_is_never_said_to_be_reached(root, held, expected, state):
    for attendance, basis in held:
        hold(root, attendance, basis)
    pace = pace_of(set_target("attendances", 300), date(2017, 6, 30))
    assert (pace.words, pace.state) == (expected, state)


def test_after_the_deadline_the_gap_too_is_one_of_what_was_recorded(root):
    hold(root, 100, "exact")
    hold(root, None, "unrecorded")
    assert words(set_target("attendances", 300), 2018, 1, 1) == "100/300，期限已过，已统计部分差 200 人次"


def test_the_course_equals_the_figure_at_each_months_end(root):
    for month, times in ((1, 10), (3, 20), (6, 40)):
        hold(root, times, "exact", date(2017, month, 28))
    pace = pace_of(set_target("attendances", 120), date(2017, 7, 15))
    course = pace.course()
    days = [Period.of_part(2017, f"m{month}").end for month in range(1, 7)] + [date(2017, 7, 15)]
    alone = [pace.figure.result(Scope(root, Period(date(2017, 1, 1), day))) for day in days]
    assert [(point.day, point.result) for point in course] == list(zip(days, alone, strict=True))
    assert [point.result.value for point in course] == [10, 10, 30, 30, 30, 70, 70]
    assert [point.planned for point in course] == [10, 19, 29, 39, 49, 59, 64]
    chart = course_chart(pace, course)
    assert chart["plan"] == [["2017-01-01", 0], ["2017-12-31", 120], ["2017-12-31", 120]]
    assert chart["done"][-1] == ["2017-07-15", 70, "70", 64]


def test_the_course_ends_with_the_year(root):
    course = pace_of(set_target(), date(2019, 5, 4)).course()
    assert [point.day.month for point in course] == list(range(1, 13))
    assert pace_of(set_target(year=2020), date(2019, 5, 4)).course() == []


@pytest.mark.parametrize(
    ("day", "last_days"),
    [
        (date(2017, 1, 1), [(1, 1)]),
        (date(2017, 1, 31), [(1, 31)]),
        (date(2017, 2, 1), [(1, 31), (2, 1)]),
        (date(2017, 2, 28), [(1, 31), (2, 28)]),
    ],
)
def test_the_course_has_each_day_once(root, day, last_days):
    course = pace_of(set_target(), day).course()
    assert [(point.day.month, point.day.day) for point in course] == last_days


@pytest.mark.parametrize(("value", "planned"), [(3, 3), (10, 10), (11, 10)])
def test_a_stock_that_began_with_enough_is_planned_to_stay(root, value, planned):
    branch = make_organisation(parent=root)
    for _ in range(10):
        make_member(branch=branch, intake_on=date(2015, 5, 4))
    pace = pace_of(set_target("members", value), date(2017, 1, 2))
    assert (pace.planned, course_chart(pace, [])["plan"][0]) == (planned, ["2017-01-01", planned])


def test_the_plan_is_whole_on_the_day_of_the_deadline_and_not_before(root):
    target = set_target(value=9, due_on=date(2017, 9, 30))
    planned = [pace_of(target, date(2017, 9, day)).planned for day in (29, 30)]
    assert planned == [8, 9]


def test_it_is_overdue_from_the_day_after_the_deadline(root):
    target = set_target(value=9, due_on=date(2017, 9, 30))
    assert [pace_of(target, day).state for day in (date(2017, 9, 30), date(2017, 10, 1))] == ["behind", "overdue"]


def test_a_figure_that_is_no_longer_counted_has_no_pace(root):
    assert pace_of(set_target("sessions.type_99"), date(2017, 5, 4)) is None


def test_the_district_alone_has_paces_in_the_order_of_its_figures(root):
    set_target("sessions", 5)
    set_target("members", 5)
    branch, shown, day = make_organisation(parent=root), list(all_figures()), date(2017, 5, 4)
    found = {place: paces_beside(Scope(place, Period.of_year(2017)), shown, day) for place in (root, branch)}
    assert [pace.figure.key for pace in found[root]] == ["members", "sessions"]
    assert found[branch] == []
    assert paces_beside(Scope(root, Period.of_part(2017, "q1")), shown, day) == []


def test_stocks_are_the_figures_that_one_day_tells_as_well_as_the_year_until_it():
    """Those that belong to a year as a whole begin with nothing, though its days do not change them."""
    tree, day = generated_district(21), date(YEAR, 9, 4)
    periods = [Period(day, day), Period(date(YEAR, 1, 1), day)]
    figures = all_figures()
    of_the_day, of_the_year = (
        results_of((figure, Scope(tree.root, period)) for figure in figures.values()) for period in periods
    )
    same = {one.figure.key for one, other in zip(of_the_day, of_the_year, strict=True) if one == other}
    assert same == {key for key, figure in figures.items() if figure.timing in (Timing.STOCK, Timing.YEAR)}


def test_queries_do_not_follow_from_targets_or_rows(root):
    def count(targets):
        with CaptureQueriesContext(connection) as captured:
            paces_of(targets, date(2017, 5, 4))
        return len(captured)

    targets = [set_target(figure.key, 5) for figure in FIGURES]
    few = count(targets[:2])
    for _ in range(30):
        make_activity(root)
        make_unit()
    # Those of cases are asked for apart.
    assert (count(targets), few) == (5, 4)
