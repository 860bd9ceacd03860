"""The sheets 青年汇 and 志愿者: a hub's yearly data, and volunteers' teams."""

from datetime import date

import pytest

from members.models import Person, Volunteer
from tests.made_once import made_once
from tests.workbooks import TODAY, exported_rows, problems, take_in, tally, workbook
from youthhubs.models import Hub, HubYear, TeamMember

pytestmark = pytest.mark.django_db

ORGANISATIONS = [
    {"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关", "上级组织": None},
    {"组织名称": "柳林团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "地区团工委"},
]
BASE = {"团组织": ORGANISATIONS}


def hub(year=2017, **cells):
    """A hub's row of one year."""
    return {"名称": "柳林青年汇", "所在组织": "柳林团支部", "年度": year, "类型": "普通店"} | cells


def test_a_hub_has_a_row_for_each_year_and_may_change_its_tier():
    rows = [hub(2016, 开业日期="2015-03-01"), hub(2017, 类型="重点店", 负责人="章程")]
    assert tally(take_in(BASE | {"青年汇": rows}))["青年汇"] == (2, 0, 0)
    assert tally(take_in({"青年汇": rows})) == {"青年汇": (0, 0, 2)}
    assert Hub.objects.get().opened_on == date(2015, 3, 1)
    assert list(HubYear.objects.order_by("year").values_list("year", "tier")) == [(2016, "ordinary"), (2017, "key")]


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("开业日期", "2015-03-01", "2015-04-01"),
        ("关闭日期", "2018-01-01", "2018-02-01"),
        ("所在组织", "柳林团支部", "地区团工委"),
    ],
)
def test_years_may_not_disagree_about_the_hub_itself(column, first, second):
    rows = [hub(2016, **{column: first}), hub(2017, **{column: second})]
    assert problems(BASE | {"青年汇": rows}) == [
        (
            "青年汇",
            3,
            column,
            second,
            f"与《青年汇》第 2 行一致的“{first}”",
            "同一人或同一单位的两处填写不一致，请核对",
        )
    ]


def test_what_one_year_leaves_empty_does_not_disagree():
    take_in(BASE | {"青年汇": [hub(2016, 开业日期="2015-03-01"), hub(2017)]})
    report = take_in({"青年汇": [hub(2017, 关闭日期="2018-02-01")]})
    assert report.sheets["青年汇"].changes == [(2, "柳林青年汇 2017", "关闭日期", "", "2018-02-01")]
    assert Hub.objects.get().closed_on == date(2018, 2, 1)


def test_a_hub_does_not_close_before_it_opens():
    row = hub(开业日期="2015-03-01", 关闭日期="2015-02-01")
    assert problems(BASE | {"青年汇": [row]}) == [
        ("青年汇", 2, "关闭日期", "2015-02-01", "不早于开业日期（2015-03-01）的日期", "请核对两个日期")
    ]


def test_a_year_of_a_hub_stands_in_one_row():
    assert problems(BASE | {"青年汇": [hub(), hub()]})[0][:5] == ("青年汇", 3, "名称", "柳林青年汇", "每条记录只占一行")


def test_volunteers_join_and_change_teams():
    hubs = [hub(), hub(名称="高井青年汇")]
    volunteer = {"姓名": "章程", "志愿者队伍": "柳林青年汇"}
    take_in(BASE | {"青年汇": hubs, "志愿者": [volunteer, {"姓名": "顾清"}]})
    assert tally(take_in({"志愿者": [volunteer]})) == {"志愿者": (0, 0, 1)}
    assert spans() == [("章程", None, None, "柳林青年汇")]
    report = take_in(
        {"志愿者": [volunteer | {"志愿者队伍": "高井青年汇"}, {"姓名": "顾清", "志愿者队伍": "高井青年汇"}]}
    )
    assert report.sheets["志愿者"].changes == [
        (2, "章程", "志愿者队伍", "柳林青年汇", "高井青年汇"),
        (2, "章程", "入队日期", "", "2018-03-01"),
        (3, "顾清", "志愿者队伍", "", "高井青年汇"),
        (3, "顾清", "入队日期", "", "2018-03-01"),
    ]
    assert spans() == [
        ("章程", None, TODAY, "柳林青年汇"),
        ("章程", TODAY, None, "高井青年汇"),
        ("顾清", TODAY, None, "高井青年汇"),
    ]


def spans():
    """Every place in a team: the volunteer, from when to when, and the hub."""
    places = TeamMember.objects.select_related("volunteer__person", "hub").order_by("volunteer", "ended_on")
    found = [(str(place.volunteer), place.started_on, place.ended_on, place.hub.name) for place in places]
    return sorted(found, key=lambda span: (span[0], span[1] or date.min))


@made_once
def hubs():
    """The sheets with two hubs, taken in already."""
    take_in(BASE | {"青年汇": [hub(), hub(名称="高井青年汇")]})


NOW = {"姓名": "章程", "志愿者队伍": "高井青年汇", "入队日期": "2017-06-01"}
BEFORE = {"姓名": "章程", "结束日期": "2017-06-01", "志愿者队伍": "柳林青年汇"}


# What the file says of somebody in 柳林青年汇 since 2016, and where that person then was from when to when.
TOLD = {
    "another team from a day on": (
        {"志愿者队伍": "高井青年汇", "入队日期": "2017-06-01"},
        [("2016-01-01", "2017-06-01", "柳林青年汇"), ("2017-06-01", None, "高井青年汇")],
    ),
    "another team since the same day": (
        {"志愿者队伍": "高井青年汇", "入队日期": "2016-01-01"},
        [("2016-01-01", None, "高井青年汇")],
    ),
    "the team was left": ({"离队日期": "2017-06-01"}, [("2016-01-01", "2017-06-01", "柳林青年汇")]),
    "another day of joining": (
        {"志愿者队伍": "柳林青年汇", "入队日期": "2016-02-01"},
        [("2016-02-01", None, "柳林青年汇")],
    ),
    "nothing of teams": ({}, [("2016-01-01", None, "柳林青年汇")]),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("cells", "expected"), TOLD.values(), ids=TOLD)
def test_a_row_tells_of_the_latest_place(hubs, cells, expected):
    take_in({"志愿者": [{"姓名": "章程", "志愿者队伍": "柳林青年汇", "入队日期": "2016-01-01"}]})
    row = {"姓名": "章程", "备注": "已核对"} | cells
    assert tally(take_in({"志愿者": [row]})) == {"志愿者": (0, 1, 0)}
    assert tally(take_in({"志愿者": [row]})) == {"志愿者": (0, 0, 1)}
    assert [tuple(day and str(day) for day in span[1:]) for span in spans()] == expected


def test_a_volunteer_who_left_a_team_returns_to_it_on_the_day_of_the_file(hubs):
    here = {"姓名": "章程", "志愿者队伍": "柳林青年汇"}
    take_in({"志愿者": [here | {"离队日期": "2017-06-01"}]})
    assert tally(take_in({"志愿者": [{"姓名": "章程", "备注": "已核对"}]})) == {"志愿者": (0, 1, 0)}
    take_in({"志愿者": [here]})
    assert spans() == [("章程", None, date(2017, 6, 1), "柳林青年汇"), ("章程", TODAY, None, "柳林青年汇")]


def test_earlier_places_are_written_and_read_only_where_there_are_any(hubs):
    take_in({"志愿者": [NOW, {"姓名": "顾清", "志愿者队伍": "柳林青年汇"}]})
    assert "队伍变更" not in exported_rows()
    assert tally(take_in({"队伍变更": [BEFORE]})) == {"队伍变更": (1, 0, 0)}
    written = exported_rows()
    assert written["队伍变更"] == [BEFORE]
    assert (written["志愿者"][0]["入队日期"], written["志愿者"][0]["志愿者队伍"]) == ("2017-06-01", "高井青年汇")
    changed = BEFORE | {"结束日期": "2017-05-04"}
    assert tally(take_in({"队伍变更": [changed]})) == {"队伍变更": (0, 1, 0)}
    assert tally(take_in({"队伍变更": [changed]})) == {"队伍变更": (0, 0, 1)}
    assert spans()[0] == ("章程", None, date(2017, 5, 4), "柳林青年汇")


def test_a_ledger_brings_a_new_volunteer_with_all_places(hubs):
    sheets = {"志愿者": [NOW], "队伍变更": [BEFORE]}
    assert tally(take_in(sheets)) == {"志愿者": (1, 0, 0), "队伍变更": (1, 0, 0)}
    assert tally(take_in(sheets)) == {"志愿者": (0, 0, 1), "队伍变更": (0, 0, 1)}
    assert spans() == [
        ("章程", None, date(2017, 6, 1), "柳林青年汇"),
        ("章程", date(2017, 6, 1), None, "高井青年汇"),
    ]


# Rows that contradict each other or the facts: the sheets, and where and what is expected instead.
CONTRADICTING = {
    "places that overlap": (
        {"志愿者": [NOW], "队伍变更": [BEFORE | {"结束日期": "2017-06-02"}]},
        ("队伍变更", 2, "起始日期", "（空）", "同一时间只在一支队伍（此人 加入 至 2017-06-02 登记在柳林青年汇）"),
    ),
    "two present teams": (
        {"志愿者": [NOW], "队伍变更": [BEFORE | {"结束日期": None}]},
        ("队伍变更", 2, "起始日期", "（空）", "同一时间只在一支队伍（此人 加入 至 今 登记在柳林青年汇）"),
    ),
    "a place that ends before it begins": (
        {"志愿者": [NOW | {"离队日期": "2017-05-01"}]},
        ("志愿者", 2, "离队日期", "2017-05-01", "晚于入队日期（2017-06-01）的日期"),
    ),
    "a team joined after leaving": (
        {"志愿者": [NOW | {"加入日期": "2016-01-01", "退出日期": "2017-05-01"}]},
        ("志愿者", 2, "入队日期", "2017-06-01", "早于退出日期（2017-05-01）的日期"),
    ),
    "a day without a team": (
        {"志愿者": [{"姓名": "章程", "离队日期": "2017-05-01"}]},
        ("志愿者", 2, "志愿者队伍", "（空）", "与日期同填的志愿者队伍"),
    ),
    "somebody who left before joining": (
        {"志愿者": [{"姓名": "章程", "加入日期": "2017-05-01", "退出日期": "2017-04-01"}]},
        ("志愿者", 2, "退出日期", "2017-04-01", "不早于加入日期（2017-05-01）的日期"),
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("sheets", "expected"), CONTRADICTING.values(), ids=CONTRADICTING)
def test_contradicting_rows_are_refused(hubs, sheets, expected):
    assert [found[:5] for found in problems(sheets)] == [expected]


def test_an_older_team_than_the_present_one_is_refused_in_the_sheet_of_volunteers(hubs):
    take_in({"志愿者": [NOW]})
    row = {"姓名": "章程", "志愿者队伍": "柳林青年汇", "入队日期": "2016-01-01"}
    expected = "不早于现在这支队伍入队日期（2017-06-01）的日期"
    assert problems({"志愿者": [row]})[0][2:6] == (
        "入队日期",
        "2016-01-01",
        expected,
        "请核对；更早的队伍写在《队伍变更》表中",
    )


# A list has 入队日期 and no 加入日期: the day of joining the team is that of joining at all for somebody new.
ALONE = {
    "of somebody new": ({}, date(2017, 6, 1)),
    "of somebody known without a day": ({"姓名": "章程"}, None),
    "of somebody known with a day": ({"姓名": "章程", "加入日期": "2016-01-01"}, date(2016, 1, 1)),
}


@pytest.mark.parametrize(("known", "joined"), ALONE.values(), ids=ALONE)
def test_the_day_of_joining_a_team_stands_for_that_of_joining_where_a_list_has_no_other(hubs, known, joined):
    if known:
        take_in({"志愿者": [known]})
    take_in({"志愿者": [NOW]})
    assert Volunteer.objects.get().joined_on == joined
    assert spans() == [("章程", date(2017, 6, 1), None, "高井青年汇")]


def test_the_day_of_joining_without_any_team_is_that_of_joining_at_all(hubs):
    for day in (date(2017, 6, 1), date(2017, 7, 1)):
        take_in({"志愿者": [{"姓名": "章程", "入队日期": day}]})
        assert (Volunteer.objects.get().joined_on, spans()) == (day, [])


def test_a_file_with_both_days_does_not_take_one_for_the_other(hubs):
    take_in({"志愿者": [NOW | {"加入日期": None}, {"姓名": "顾清", "加入日期": "2017-01-01"}]})
    assert list(Volunteer.objects.order_by("pk").values_list("joined_on", flat=True)) == [None, date(2017, 1, 1)]


def test_a_volunteer_is_the_known_person_of_that_name():
    member = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "柳林团支部"}
    take_in(BASE | {"团员": [member]})
    take_in({"志愿者": [{"姓名": "章程", "手机号码": "13800138000"}]})
    assert Volunteer.objects.get().person == Person.objects.get()
    assert Person.objects.get().mobile == "13800138000"


def test_volunteers_of_one_name_are_told_apart_by_mobile():
    rows = [{"姓名": "章程", "手机号码": "13800138000"}, {"姓名": "章程", "手机号码": "13900139000"}]
    assert tally(take_in({"志愿者": rows})) == {"志愿者": (2, 0, 0)}
    assert take_in({"志愿者": [{"姓名": "章程"}]}).doubtful == 1
    written = exported_rows()["志愿者"]
    assert [row["姓名"] for row in written] == ["章程", "章程"]
    assert tally(take_in(workbook({"志愿者": written}))) == {"志愿者": (0, 0, 2)}
