"""The sheets 平台录入 and 年度任务."""

import pytest

from reports.models import PlatformEntry, Target
from tests.workbooks import exported_rows, problems, take_in, tally, workbook

pytestmark = pytest.mark.django_db

BASE = {
    "团组织": [{"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关"}],
    "团员": [{"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "地区团工委"}],
    "团干部": [{"姓名": "陆远", "所在组织": "地区团工委", "职务": "书记", "任职年月": "2016-09"}],
    "联系青年": [{"团干部": "陆远", "姓名": "秦朗", "起始日期": "2017-01-10"}],
    "志愿者": [{"姓名": "顾清"}],
    "帮扶对象": [{"姓名": "白露", "所在组织": "地区团工委", "入库日期": "2017-01-05"}],
    "活动": [
        {"活动名称": "健步走", "日期": "2017-04-08", "类型": "阳光体育"},
        {"活动名称": "健步走", "日期": "2017-05-08", "类型": "阳光体育"},
        {"活动名称": "夜跑", "日期": "2017-05-08", "类型": "阳光体育"},
    ],
}
SUBJECTS = [
    ("团员", "章程"),
    ("团干部", "陆远"),
    ("联系青年", "秦朗"),
    ("志愿者", "顾清"),
    ("帮扶对象", "白露"),
    ("活动", "夜跑"),
    ("活动", "健步走（2017-05-08）"),
    ("团组织", "地区团工委"),
]


def entry(subject, name, **cells):
    """An entry's row."""
    return {"平台": "智慧团建", "对象": subject, "名称": name, "录入日期": "2017-06-01"} | cells


def test_every_kind_of_record_can_be_entered_and_is_found_again():
    rows = [entry(*subject) for subject in SUBJECTS]
    assert tally(take_in(BASE | {"平台录入": rows}))["平台录入"] == (8, 0, 0)
    assert tally(take_in({"平台录入": rows})) == {"平台录入": (0, 0, 8)}
    written = exported_rows()["平台录入"]
    assert [(row["对象"], row["名称"]) for row in written] == SUBJECTS
    assert tally(take_in(workbook({"平台录入": written}))) == {"平台录入": (0, 0, 8)}
    assert [str(one.record) for one in PlatformEntry.objects.order_by("pk")] == [
        "章程",
        "陆远",
        "秦朗",
        "顾清",
        "白露",
        "夜跑（2017-05-08）",
        "健步走（2017-05-08）",
        "地区团工委",
    ]


def test_a_binding_is_added_later():
    take_in(BASE | {"平台录入": [entry("团员", "章程")]})
    report = take_in({"平台录入": [entry("团员", "章程", 绑定日期="2017-07-01")]})
    assert report.sheets["平台录入"].changes == [(2, "智慧团建 章程", "绑定日期", "", "2017-07-01")]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("subject", "name", "expected"),
    [
        ("团干部", "章程", "《团干部》表或系统中已有的名称"),
        ("活动", "章程", "《活动》表或系统中已有的名称"),
        ("团组织", "章程", "《团组织》表或系统中已有的名称"),
        ("活动", "健步走", "能确定为一次活动（同名的有 2 次）"),
    ],
)
def test_a_name_is_that_of_a_record_of_the_kind(subject, name, expected):
    found = problems(BASE | {"平台录入": [entry(subject, name)]})
    assert [problem[:5] for problem in found] == [("平台录入", 2, "名称", name, expected)]


def test_a_record_is_entered_in_a_platform_once():
    rows = [entry("团员", "章程"), entry("团员", "章程", 平台="共青云"), entry("团员", "章程")]
    assert problems(BASE | {"平台录入": rows})[0][:5] == ("平台录入", 4, "名称", "章程", "每条记录只占一行")


def target(figure="units_toward_task", **cells):
    """A target's row."""
    return {"年度": 2017, "任务": "两新组织建团", "指标": figure, "目标值": 12} | cells


def test_targets_are_told_by_year_and_figure():
    rows = [target(), target(年度=2018), target("sessions.lecture", 任务="讲座")]
    assert tally(take_in({"年度任务": rows})) == {"年度任务": (3, 0, 0)}
    report = take_in({"年度任务": [target(目标值=13)]})
    assert report.sheets["年度任务"].changes == [(2, "2017 两新组织建团", "目标值", "12", "13")]
    assert Target.objects.get(year=2017, figure="units_toward_task").value == 13
    assert problems({"年度任务": [target(), target()]})[0][:4] == ("年度任务", 3, "指标", "units_toward_task")


def test_a_target_is_for_a_figure_that_there_is():
    assert problems({"年度任务": [target("units")]}) == [
        (
            "年度任务",
            2,
            "指标",
            "units",
            "指标代码，如 units_toward_task",
            "请从台账模板的指标下拉表中选择",
        )
    ]
