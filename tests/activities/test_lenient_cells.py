"""Days, runs of days and person-times as offices write them in lists of activities."""

from datetime import date

import pytest

from activities.models import Activity
from tests.factories import make_activity
from tests.rosters import BRANCH, make_branches, problems, take, tally
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
ROW = {"活动名称": "清明祭扫", "日期": "2017-04-01", "类型": "主题团日", "主办组织": BRANCH}


@pytest.fixture(autouse=True)
def branches():
    return make_branches()


def stored(*names):
    """The values of the only activity."""
    return tuple(getattr(Activity.objects.get(), name) for name in names)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("cell", "attendance", "basis"),
    [
        ("20人", 20, "exact"),
        ("20人次", 20, "exact"),
        ("约30人", 30, "rounded"),
        ("30余人", 30, "rounded"),
        ("近30人", 30, "rounded"),
    ],
)
def test_person_times_say_whether_they_are_exact(cell, attendance, basis):
    found = take("activities", [ROW | {"人次": cell}])
    assert problems(found) == []
    assert stored("attendance", "basis") == (attendance, basis)
    assert tally(take("activities", [ROW | {"人次": cell}]).batch) == {"same": 1}


@pytest.mark.parametrize(("basis", "is_taken"), [("约数", True), ("实数", False)])
def test_what_a_row_says_of_its_numbers_must_agree_with_them(basis, is_taken):
    found = take("activities", [ROW | {"人次": "约30人", "数字口径": basis}])
    assert ([one.column for one in found.errors] == []) is is_taken
    assert found.is_written is is_taken


@pytest.mark.parametrize("cell", ["12场/300人次", "每次约30人", "三十"])
def test_person_times_in_doubt_stop_their_row(cell):
    assert [one.column for one in take("activities", [ROW | {"人次": cell}]).errors] == ["人次"]


@pytest.mark.parametrize(("answer", "sessions"), [(None, 1), ("算 1 场", 1), ("每天算 1 场", 3)])
def test_how_often_several_days_count_is_asked_once(answer, sessions):
    rows = [ROW | {"日期": "2017.4.1-4.3"}, ROW | {"活动名称": "团课", "日期": "2017-04-01"}]
    [question] = take("activities", rows, check=True).as_dict()["questions"]
    assert (question["kind"], question["rows"]) == ("run_sessions", [2])
    found = take("activities", rows, answers=[question | {"answer": answer}] if answer else ())
    assert found.is_written
    told = Activity.objects.order_by("name").values_list("name", "held_on", "session_count")
    assert list(told) == [("团课", date(2017, 4, 1), 1), ("清明祭扫", date(2017, 4, 1), sessions)]


def test_sessions_as_typed_are_not_asked_about():
    found = take("activities", [ROW | {"日期": "2017年4月1日至3日", "场次": "2场"}])
    assert (found.as_dict()["questions"], stored("held_on", "session_count")) == ([], (date(2017, 4, 1), 2))


def test_the_sessions_of_an_activity_that_is_known_stay():
    take("activities", [ROW | {"场次": 2}])
    found = take("activities", [ROW | {"日期": "2017.4.1-4.3", "地点": "八宝山"}])
    assert (found.as_dict()["questions"], stored("session_count", "venue")) == ([], (2, "八宝山"))


@pytest.mark.parametrize(
    ("name", "title", "day"),
    [
        ("Sheet1", "2017年活动台账", date(2017, 3, 5)),
        ("2017年", "活动台账", date(2017, 3, 5)),
        ("活动", "活动台账", None),
        ("2016年", "2017年活动台账", None),
        ("活动", "2016-2017年活动台账", None),
    ],
)
def test_a_day_without_a_year_takes_it_from_the_title_or_the_name_of_its_sheet(name, title, day):
    headings, cells = [*ROW], [*(ROW | {"日期": "3月5日"}).values()]
    found = take("activities", workbook({name: [[title], headings, cells]}))
    assert [one.column for one in found.errors] == ([] if day else ["日期"])
    assert list(Activity.objects.values_list("held_on", flat=True)) == ([day] if day else [])


def test_each_sheet_has_its_own_year():
    headings = [*ROW]
    sheets = {
        f"{year}年": [headings, ["团课", "3月5日", "主题团日", BRANCH], [f"团课{year}", "3月6日", "主题团日", BRANCH]]
        for year in (2015, 2016)
    }
    assert problems(take("activities", workbook(sheets))) == []
    days = Activity.objects.order_by("held_on").values_list("held_on", flat=True)
    assert list(days) == [date(2015, 3, 5), date(2015, 3, 6), date(2016, 3, 5), date(2016, 3, 6)]


@pytest.mark.parametrize(("cell", "is_online"), [("线上", True), ("线下", False), ("现场", False), ("线上+线下", None)])
def test_the_form_of_an_activity_says_whether_it_is_online(cell, is_online):
    found = take("activities", [ROW | {"活动形式": cell}])
    assert problems(found) == []
    assert stored("is_online") == (is_online,)
    assert [one.column for one in found.pending] == ([] if is_online is not None else ["线上"])


def test_sign_ins_find_the_activity_by_the_first_of_its_days():
    make_activity(name="清明祭扫", held_on=date(2017, 4, 1))
    row = {"活动名称": "清明祭扫", "日期": "2017.4.1-4.3", "姓名": "章程", "身份证号": "11010119900307002X"}
    assert problems(take("signins", [row])) == []
    assert Activity.objects.get().sign_in_count == 1
