"""The sheets 联系青年 and 联系记录: dated links, and how a contact identifies them."""

import pytest

from members.models import Person
from outreach.models import Contact, Link
from tests.workbooks import exported_rows, problems, take_in, tally, workbook

pytestmark = pytest.mark.django_db

ORGANISATIONS = [{"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关"}]
POSTS = [{"姓名": name, "所在组织": "地区团工委", "职务": "委员", "任职年月": "2015-09"} for name in ("陆远", "顾清")]
BASE = {"团组织": ORGANISATIONS, "团干部": POSTS}
BRACKETS = "请在姓名后用括号注明手机号码或所在组织，如 张三（13800138000）"


def link(name="秦朗", **cells):
    """A link of the cadre 陆远."""
    return {"团干部": "陆远", "姓名": name, "起始日期": "2017-01-10"} | cells


def contact(names="秦朗", **cells):
    """A contact of the cadre 陆远."""
    return {"团干部": "陆远", "日期": "2017-05-04", "形式": "电话", "联系青年": names} | cells


def test_a_link_is_told_by_cadre_youth_and_begin():
    rows = [link(结束日期="2017-06-01"), link(起始日期="2017-06-01"), link(团干部="顾清")]
    for order in (rows, rows[::-1]):
        take_in(BASE | {"联系青年": order})
    assert (Link.objects.count(), Person.objects.filter(name="秦朗").count()) == (3, 1)


@pytest.mark.parametrize("order", [1, -1])
def test_a_standing_link_ends_in_the_same_file_that_begins_the_next(order):
    take_in(BASE | {"联系青年": [link()]})
    rows = [link(结束日期="2017-06-01"), link(起始日期="2017-06-01")][::order]
    assert tally(take_in({"联系青年": rows})) == {"联系青年": (1, 1, 0)}


@pytest.mark.parametrize(
    ("cells", "until"),
    [
        ({"起始日期": "2017-03-01"}, "起，尚未结束"),
        ({"起始日期": "2016-03-01", "结束日期": "2017-02-01"}, "起，尚未结束"),
    ],
)
def test_links_of_one_cadre_to_one_youth_do_not_overlap(cells, until):
    take_in(BASE | {"联系青年": [link()]})
    assert problems({"联系青年": [link(**cells)]}) == [
        (
            "联系青年",
            2,
            "起始日期",
            cells["起始日期"],
            "不与原联系重叠的日期",
            f"该团干部与此青年已有联系（2017-01-10 {until}）：请核对日期，或先填写原联系的结束日期",
        )
    ]


def test_a_contact_may_name_some_or_all():
    rows = [contact("秦朗、白露"), contact("全部", 日期="2017-06-04"), contact("白露，白露", 日期="2017-07-04")]
    sheets = BASE | {"联系青年": [link(), link("白露")], "联系记录": rows}
    take_in(sheets)
    assert [(one.with_everyone, one.youth_names) for one in Contact.objects.order_by("held_on")] == [
        (False, "秦朗、白露"),
        (True, "全部"),
        (False, "白露"),
    ]
    assert take_in(sheets).new == 0
    assert [row["联系青年"] for row in exported_rows()["联系记录"]] == ["白露、秦朗", "全部", "白露"]


@pytest.mark.parametrize("names", ["秦朗", "白露"])
def test_a_contact_names_links_of_its_own_cadre(names):
    sheets = BASE | {"联系青年": [link(团干部="顾清"), link("白露", 团干部="顾清")], "联系记录": [contact(names)]}
    assert problems(sheets) == [
        (
            "联系记录",
            2,
            "联系青年",
            names,
            f"该团干部的联系青年“{names}”",
            "请核对姓名，或先在《联系青年》表中加入该团干部与此人的联系",
        )
    ]


def test_of_several_names_in_a_contact_the_wrong_one_is_told():
    sheets = BASE | {"联系青年": [link(), link("白露", 团干部="顾清")], "联系记录": [contact("秦朗、白露（甲）")]}
    assert [problem[3:] for problem in problems(sheets)] == [
        (
            "秦朗、白露（甲）",
            "该团干部的联系青年“白露（甲）”",
            "其中“白露（甲）”：请核对姓名，或先在《联系青年》表中加入该团干部与此人的联系",
        )
    ]


@pytest.mark.parametrize(
    ("names", "remedy"),
    [
        ("、", "请填写姓名，几个姓名之间用顿号分隔"),
        ("全部、秦朗", "“全部”须单独填写，不与姓名同时出现"),
    ],
)
def test_a_contact_with_nobody_or_with_everybody_and_somebody_is_an_error(names, remedy):
    found = problems(BASE | {"联系青年": [link()], "联系记录": [contact(names)]})
    assert [problem[:4] + problem[5:] for problem in found] == [("联系记录", 2, "联系青年", names, remedy)]


NAMESAKES = [link(手机号码="13800138000"), link(手机号码="13900139000")]


def test_namesakes_of_one_cadre_need_a_hint_and_are_written_with_it():
    sheets = BASE | {"联系青年": NAMESAKES}
    assert problems(sheets | {"联系记录": [contact()]}) == [
        ("联系记录", 2, "联系青年", "秦朗", "能确定为一名联系青年", BRACKETS)
    ]
    sheets["联系记录"] = [contact("秦朗（13900139000）")]
    take_in(sheets)
    assert Contact.objects.get().links.get().youth.mobile == "13900139000"
    written = exported_rows()
    assert written["联系记录"][0]["联系青年"] == "秦朗（13900139000）"
    assert take_in(workbook({name: rows for name, rows in written.items() if rows})).new == 0


def test_namesakes_of_another_cadre_do_not_matter():
    sheets = BASE | {"联系青年": [NAMESAKES[0], NAMESAKES[1] | {"团干部": "顾清"}], "联系记录": [contact()]}
    take_in(sheets)
    assert Contact.objects.get().links.get().youth.mobile == "13800138000"


def test_of_several_links_to_one_youth_a_contact_means_the_one_of_its_day():
    rows = [link(起始日期="2016-01-10", 结束日期="2017-01-10"), link()]
    take_in(BASE | {"联系青年": rows, "联系记录": [contact(日期="2016-05-04"), contact()]})
    begun = [str(one.links.get().started_on) for one in Contact.objects.order_by("held_on")]
    assert begun == ["2016-01-10", "2017-01-10"]


def test_a_youth_in_a_wrong_row_is_named_to_the_contacts():
    found = problems(BASE | {"联系青年": [link(绑定日期="?")], "联系记录": [contact()]})
    assert found[1][5] == "该名称在《联系青年》第 2 行，那一行有误，请先改正那一行"


def test_a_cadre_who_is_none_is_an_error():
    assert problems(BASE | {"联系青年": [link(团干部="秦朗")]}) == [
        ("联系青年", 2, "团干部", "秦朗", "《团干部》表或系统中已有的名称", "请核对名称，或先在《团干部》表中加入")
    ]
