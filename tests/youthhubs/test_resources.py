"""The sheets 青年汇 and 志愿者: a hub's yearly data, and volunteers' teams."""

from datetime import date

import pytest

from members.models import Person, Volunteer
from tests.workbooks import exported_rows, problems, take_in, tally, workbook
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
    report = take_in(
        {"志愿者": [volunteer | {"志愿者队伍": "高井青年汇"}, {"姓名": "顾清", "志愿者队伍": "高井青年汇"}]}
    )
    assert report.sheets["志愿者"].changes == [
        (2, "章程", "志愿者队伍", "柳林青年汇", "高井青年汇"),
        (3, "顾清", "志愿者队伍", "", "高井青年汇"),
    ]
    assert [str(place) for place in TeamMember.objects.order_by("pk")] == ["章程（高井青年汇）", "顾清（高井青年汇）"]


def test_a_volunteer_is_the_known_person_of_that_name():
    member = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "柳林团支部"}
    take_in(BASE | {"团员": [member]})
    take_in({"志愿者": [{"姓名": "章程", "手机号码": "13800138000"}]})
    assert Volunteer.objects.get().person == Person.objects.get()
    assert Person.objects.get().mobile == "13800138000"


def test_volunteers_of_one_name_are_told_apart_by_mobile():
    rows = [{"姓名": "章程", "手机号码": "13800138000"}, {"姓名": "章程", "手机号码": "13900139000"}]
    assert tally(take_in({"志愿者": rows})) == {"志愿者": (2, 0, 0)}
    assert problems({"志愿者": [{"姓名": "章程"}]})[0][2:5] == ("姓名", "章程", "能确定为一个人（现有 2 个可能的人）")
    written = exported_rows()["志愿者"]
    assert [row["姓名"] for row in written] == ["章程", "章程"]
    assert tally(take_in(workbook({"志愿者": written}))) == {"志愿者": (0, 0, 2)}
