"""The sheets of case files: periods in the register, pairings, plans, assistances, scholarships."""

from datetime import date

import pytest

from assistance.models import Assistance, AssistedYouth, Pairing
from members.models import Person, Volunteer
from tests.workbooks import TODAY, exported_rows, problems, put_aside, take_in, tally, workbook

pytestmark = pytest.mark.django_db

ORGANISATIONS = [{"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关"}]
VOLUNTEERS = [{"姓名": "顾清"}, {"姓名": "陆远"}]
BASE = {"团组织": ORGANISATIONS, "志愿者": VOLUNTEERS}


def case(name="白露", **cells):
    """An assisted youth's row."""
    return {"姓名": name, "所在组织": "地区团工委", "入库日期": "2017-01-05"} | cells


def assistance(names="白露", **cells):
    """An assistance's row."""
    return {"日期": "2017-06-01", "帮扶对象": names, "类别": "文具资助"} | cells


def again(sheets):
    """Whether importing the sheets once more changes nothing."""
    report = take_in(sheets)
    return (report.new, report.changed, report.errors) == (0, 0, [])


def test_times_in_the_register_follow_each_other_in_whatever_order():
    rows = [case(入库日期="2015-01-05", 出库日期="2016-01-05"), case()]
    for order in (rows, rows[::-1]):
        take_in(BASE | {"帮扶对象": order})
    assert (AssistedYouth.objects.count(), Person.objects.named("白露").count()) == (2, 1)


def test_another_day_of_a_standing_case_corrects_it():
    take_in(BASE | {"帮扶对象": [case()]})
    report = take_in({"帮扶对象": [case(入库日期="2017-02-05")]})
    assert report.sheets["帮扶对象"].changes == [(2, "白*", "入库日期", "2017-01-05", "2017-02-05")]


def test_which_of_several_cases_is_meant_is_not_guessed():
    take_in(BASE | {"帮扶对象": [case(入库日期="2015-01-05", 出库日期="2016-01-05"), case()]})
    assert problems({"帮扶对象": [case(入库日期="2015-02-05")]}) == [
        (
            "帮扶对象",
            2,
            "入库日期",
            "2015-02-05",
            "与原登记一致的入库日期",
            "该青少年几次入库，请填写这一次的入库日期",
        )
    ]


def pairings():
    """The pairings as (volunteer, begin, end), oldest first."""
    return [(str(one.volunteer), one.started_on, one.ended_on) for one in Pairing.objects.order_by("pk")]


def test_a_pairing_begins_with_the_register_and_is_replaced_on_the_day_of_the_import():
    take_in(BASE | {"帮扶对象": [case(固定志愿者="顾清")]})
    assert pairings() == [("顾清", date(2017, 1, 5), None)]
    assert again({"帮扶对象": [case(固定志愿者="顾清")]})
    assert again({"帮扶对象": [case()]})
    report = take_in({"帮扶对象": [case(固定志愿者="陆远")]})
    assert report.sheets["帮扶对象"].changes == [(2, "白*", "固定志愿者", "顾清", "陆远")]
    assert pairings() == [("顾清", date(2017, 1, 5), TODAY), ("陆远", TODAY, None)]
    assert exported_rows()["帮扶对象"][0]["固定志愿者"] == "陆远"


def test_a_fixed_volunteer_has_not_left():
    take_in(BASE)
    Volunteer.objects.filter(person__name="顾清").update(left_on=date(2017, 1, 5))
    assert problems({"帮扶对象": [case(固定志愿者="顾清")]}) == [
        ("帮扶对象", 2, "固定志愿者", "顾清", "结对时在册的志愿者", "此人已于 2017-01-05 退出，请另选一名")
    ]


def test_a_fixed_volunteer_is_a_volunteer():
    assert problems(BASE | {"帮扶对象": [case(固定志愿者="章程")]}) == [
        ("帮扶对象", 2, "固定志愿者", "章程", "《志愿者》表或系统中已有的名称", "请核对名称，或先在《志愿者》表中加入")
    ]


def test_one_plan_a_year():
    plan = {"帮扶对象": "白露", "年度": 2017, "目标": "升学"}
    sheets = BASE | {"帮扶对象": [case()], "服务计划": [plan, plan | {"年度": 2018}]}
    assert tally(take_in(sheets))["服务计划"] == (2, 0, 0)
    assert again(sheets)
    assert problems({"服务计划": [plan, plan]})[0][:4] == ("服务计划", 3, "帮扶对象", "白露")
    assert problems({"服务计划": [plan | {"年度": 1948}]}) == [
        ("服务计划", 2, "年度", "1948", "四位数的年度，如 2017", "请核对年度")
    ]


def test_an_assistance_may_be_given_to_some_or_all_with_volunteers_and_money():
    rows = [
        assistance("白露、秦朗", 志愿者="顾清、陆远、顾清", 金额=300.5),
        assistance("全部"),
        assistance("全部"),
        assistance("秦朗，秦朗"),
    ]
    sheets = BASE | {"帮扶对象": [case(), case("秦朗")], "帮扶记录": rows}
    take_in(sheets)
    assert again(sheets)
    assert [(one.youth_names, one.volunteer_names, one.amount) for one in Assistance.objects.order_by("pk")] == [
        ("白*、秦*", "顾清、陆远", 300.5),
        ("全部", "", None),
        ("全部", "", None),
        ("秦*", "", None),
    ]
    assert [row["帮扶对象"] for row in exported_rows()["帮扶记录"]] == ["白露、秦朗", "全部", "全部", "秦朗"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("章程", "《帮扶对象》表或系统中已有的名称"),
        ("全部、白露", "“全部”，或一个或几个姓名"),
        ("；", "一个或几个姓名"),
    ],
)
def test_an_assistance_to_nobody_is_an_error(names, expected):
    found = problems(BASE | {"帮扶对象": [case()], "帮扶记录": [assistance(names)]})
    assert [problem[:5] for problem in found] == [("帮扶记录", 2, "帮扶对象", names, expected)]


def test_of_several_names_the_wrong_one_is_told():
    found = problems(BASE | {"帮扶对象": [case()], "帮扶记录": [assistance("白露、章程")]})
    remedy = "其中“章程”：请核对名称，或先在《帮扶对象》表中加入"
    assert [problem[3:] for problem in found] == [("白露、章程", "《帮扶对象》表或系统中已有的名称", remedy)]


def test_an_assistance_belongs_to_the_case_of_its_day():
    rows = [case(入库日期="2015-01-05", 出库日期="2016-01-05"), case()]
    take_in(BASE | {"帮扶对象": rows, "帮扶记录": [assistance(日期="2015-06-01"), assistance()]})
    begun = [one.youths.get().registered_on for one in Assistance.objects.order_by("held_on")]
    assert begun == [date(2015, 1, 5), date(2017, 1, 5)]


def test_namesakes_in_the_register_need_a_hint_and_are_written_with_it():
    branch = {"组织名称": "柳林支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "地区团工委"}
    sheets = BASE | {"团组织": [*ORGANISATIONS, branch], "帮扶对象": [case(), case(所在组织="柳林支部")]}
    assert problems(sheets | {"帮扶记录": [assistance()]})[0][4:] == (
        "能确定为一名帮扶对象（同名的有 2 名）",
        "请在姓名后用括号注明手机号码或所在组织，如 张三（13800138000）",
    )
    take_in(sheets | {"帮扶记录": [assistance("白露（柳林支部）")]})
    assert str(Assistance.objects.get().youths.get().organisation) == "柳林支部"
    written = exported_rows()
    assert written["帮扶记录"][0]["帮扶对象"] == "白露（柳林支部）"
    assert again(workbook({name: rows for name, rows in written.items() if rows}))


def application(name="白露", **cells):
    """A scholarship's row."""
    return {"年度": 2017, "姓名": name, "状态": "申报"} | cells


def test_one_application_a_year_and_student():
    sheets = BASE | {"帮扶对象": [case()], "奖学金": [application(), application(年度=2018), application("章程")]}
    assert tally(take_in(sheets))["奖学金"] == (3, 0, 0)
    assert again(sheets)
    student = AssistedYouth.objects.get().person
    assert student.scholarships.count() == 2
    assert problems({"奖学金": [application(), application()]})[0][:4] == ("奖学金", 3, "姓名", "白露")


def test_a_student_may_carry_a_number_in_brackets():
    take_in(BASE | {"奖学金": [application("章程（13800138000）"), application("章程（13900139000）")]})
    assert [one.mobile for one in Person.objects.named("章程").order_by("pk")] == ["13800138000", "13900139000"]
    assert [row["姓名"] for row in exported_rows()["奖学金"]] == ["章程（13800138000）", "章程（13900139000）"]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"姓名": "章"}, ("姓名", "章", "2 至 30 个字的姓名", "请只填写姓名，说明文字写在备注中")),
        ({"姓名": "章" * 31}, ("姓名", "章" * 31, "2 至 30 个字的姓名", "请只填写姓名，说明文字写在备注中")),
        ({"状态": "批准"}, ("批准日期", "（空）", "状态为批准时填写批准日期", "请补填批准日期")),
        (
            {"申报日期": "2017-05-04", "批准日期": "2017-05-03"},
            ("批准日期", "2017-05-03", "不早于申报日期（2017-05-04）的日期", "请核对两个日期"),
        ),
    ],
)
def test_a_wrong_application_is_refused(cells, problem):
    assert problems({"奖学金": [application(**cells)]}) == [("奖学金", 2, *problem)]


def test_an_amount_that_no_figure_reads_is_asked_for_later():
    amount = ("资助金额", "100000000", "不小于 0、最多两位小数的金额", "请只填写数字")
    assert put_aside({"奖学金": [application(资助金额=1e8)]}) == [("奖学金", 2, *amount)]
