"""The sheets 活动 and 签到: person-times entered against sign-in rows, and how names identify activities and people."""

from datetime import date, time

import pytest

from activities.models import Activity, SignIn
from members.models import Person
from tests.workbooks import exported_rows, problems, put_aside, take_in, tally, workbook

pytestmark = pytest.mark.django_db

ORGANISATIONS = [
    {"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关", "上级组织": None},
    {"组织名称": "柳林团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "地区团工委"},
]
HUBS = [
    {"名称": name, "所在组织": "柳林团支部", "年度": 2017, "类型": "普通店"} for name in ("柳林青年汇", "高井青年汇")
]
WALK = {"活动名称": "健步走", "日期": "2017-04-08", "类型": "阳光体育", "主办组织": "柳林团支部"}
BASE = {"团组织": ORGANISATIONS, "青年汇": HUBS}


def sign_ins(*names, **cells):
    """Sign-in rows of people at the walk."""
    return [{"活动名称": "健步走", "日期": "2017-04-08", "姓名": name} | cells for name in names]


def recorded():
    """Person-times, basis and number of sign-ins of the only activity."""
    activity = Activity.objects.get()
    return activity.attendance, activity.basis, activity.sign_in_count


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, (None, "unrecorded", 0)),
        ({"人次": 30}, (30, "exact", 0)),
        ({"人次": 30, "数字口径": "实数"}, (30, "exact", 0)),
        ({"人次": 300, "数字口径": "约数"}, (300, "rounded", 0)),
        ({"数字口径": "未统计"}, (None, "unrecorded", 0)),
        ({"数字口径": "约数"}, (None, "unrecorded", 0)),
        ({"人次": 0}, (0, "exact", 0)),
    ],
)
def test_without_sign_ins_person_times_are_what_is_typed_and_empty_is_never_zero(cells, expected):
    take_in(BASE | {"活动": [WALK | cells]})
    assert recorded() == expected


def test_person_times_may_be_filled_in_later():
    take_in(BASE | {"活动": [WALK]})
    assert take_in({"活动": [WALK | {"人次": 30}]}).changed == 1
    assert recorded() == (30, "exact", 0)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("typed", [{}, {"人次": 2}, {"人次": 2, "数字口径": "实数"}, {"人次": 2, "数字口径": "约数"}])
def test_with_sign_ins_person_times_are_their_number_and_measured(typed):
    sheets = BASE | {"活动": [WALK | typed], "签到": sign_ins("章程", "顾清")}
    take_in(sheets)
    assert recorded() == (2, "exact", 2)
    assert Activity.objects.get().is_measured
    assert take_in(sheets).changed == 0


DIFFERENT = [("活动", 2, "人次", "30", "与签到人数一致的 2", "有签到名单的活动以签到人数为准：请核对人次与《签到》表")]


def test_typed_person_times_that_differ_from_the_sign_ins_are_an_error_of_the_activity():
    remedy = "该名称在《活动》第 2 行，那一行有误，请先改正那一行"
    assert problems(BASE | {"活动": [WALK | {"人次": 30}], "签到": sign_ins("章程", "顾清")}) == [
        *DIFFERENT,
        *[("签到", row, "活动名称", "健步走", "《活动》表或系统中已有的名称", remedy) for row in (2, 3)],
    ]
    take_in(BASE | {"活动": [WALK]})
    assert problems({"活动": [WALK | {"人次": 30}], "签到": sign_ins("章程", "顾清")}) == DIFFERENT


def test_they_are_also_checked_against_sign_ins_stored_before():
    take_in(BASE | {"活动": [WALK], "签到": sign_ins("章程", "顾清")})
    assert problems({"活动": [WALK | {"人次": 30}]}) == DIFFERENT


def test_a_first_list_must_agree_with_the_person_times_typed_before():
    take_in(BASE | {"活动": [WALK | {"人次": 30}]})
    remedy = "系统中该活动登记为 30 人次，名单只有 2 人：请补齐名单，或先清空该活动的人次"
    assert problems({"签到": sign_ins("章程", "顾清")}) == [
        ("签到", row, "活动名称", "健步走", "与已登记人次一致的 30 行签到", remedy) for row in (2, 3)
    ]
    assert recorded() == (30, "exact", 0)


def test_further_sign_ins_add_to_those_stored():
    take_in(BASE | {"活动": [WALK | {"人次": 2}]})
    assert tally(take_in({"签到": sign_ins("章程", "顾清")})) == {"签到": (2, 0, 0)}
    assert tally(take_in({"签到": sign_ins("章程", "白露")})) == {"签到": (1, 0, 1)}
    assert recorded() == (3, "exact", 3)


def test_somebody_signs_in_once():
    assert problems(BASE | {"活动": [WALK], "签到": sign_ins("章程", "章程")}) == [
        (
            "签到",
            3,
            "姓名",
            "章程",
            "每条记录只占一行",
            "与第 2 行重复：请删去一行；如不是同一记录，请补充能区分二者的号码、日期或名称",
        )
    ]


def test_who_is_unknown_becomes_a_new_person_and_stays_the_same_at_the_next_activity():
    run = WALK | {"活动名称": "夜跑"}
    rows = [*sign_ins("章程", "顾清", 身份="家长"), *[row | {"活动名称": "夜跑"} for row in sign_ins("章程")]]
    take_in(BASE | {"活动": [WALK, run], "签到": rows})
    assert Person.objects.count() == 2
    assert SignIn.objects.filter(person__name="章程").count() == 2


MEMBER = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "柳林团支部"}


def test_the_capacity_says_which_of_two_namesakes_came():
    volunteer = {"姓名": "章程", "手机号码": "13900139000"}
    member = MEMBER | {"手机号码": "13800138000"}
    sheets = BASE | {"团员": [member], "志愿者": [volunteer], "活动": [WALK]}
    take_in(sheets | {"签到": sign_ins("章程", 身份="志愿者")})
    assert SignIn.objects.get().person.mobile == "13900139000"
    report = take_in({"签到": sign_ins("章程")})
    assert (report.doubtful, len(report.doubts[0]["candidates"])) == (1, 2)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("cells", "hint"), [({"手机号码": "13900139000"}, ""), ({}, "（13900139000）"), ({}, "（高井支部）")]
)
def test_namesakes_of_one_capacity_are_told_apart_by_mobile_or_hint(cells, hint):
    branch = ORGANISATIONS[1] | {"组织名称": "高井支部"}
    other = {"所在团支部": "高井支部", "手机号码": "13900139000", "出生日期": "1999-05-04"}
    members = [MEMBER, MEMBER | other]
    sheets = BASE | {"团组织": [*ORGANISATIONS, branch], "团员": members, "活动": [WALK]}
    sheets["签到"] = sign_ins(f"章程{hint}", 身份="团员", **cells)
    take_in(sheets)
    assert SignIn.objects.get().person.mobile == "13900139000"
    assert take_in(sheets).changed == 0


def test_an_activity_is_told_by_name_day_host_and_hub():
    rows = [WALK, WALK | {"日期": "2017-05-08"}, *[WALK | {"青年汇": hub["名称"]} for hub in HUBS]]
    assert tally(take_in(BASE | {"活动": rows}))["活动"] == (4, 0, 0)
    assert tally(take_in({"活动": rows})) == {"活动": (0, 0, 4)}


def test_a_host_filled_in_later_does_not_make_a_second_activity():
    bare = {heading: cell for heading, cell in WALK.items() if heading != "主办组织"}
    take_in(BASE | {"活动": [bare]})
    assert tally(take_in({"活动": [WALK]})) == {"活动": (0, 1, 0)}
    assert tally(take_in({"活动": [bare]})) == {"活动": (0, 0, 1)}


def test_which_of_several_activities_a_row_means_is_not_guessed():
    take_in(BASE | {"活动": [WALK | {"青年汇": hub["名称"]} for hub in HUBS]})
    assert problems({"活动": [WALK]}) == [
        (
            "活动",
            2,
            "活动名称",
            "健步走",
            "能确定为一次活动",
            "同名同日的活动有几次，请填写主办组织或青年汇",
        )
    ]


def test_sign_ins_at_namesakes_of_one_day_name_the_hub():
    sheets = BASE | {"活动": [WALK | {"青年汇": hub["名称"]} for hub in HUBS]}
    assert problems(sheets | {"签到": sign_ins("章程")}) == [
        (
            "签到",
            2,
            "活动名称",
            "健步走",
            "能确定为一次活动（同名的有 2 次）",
            "请在名称后用括号注明主办组织或青年汇，如 健步走（某某青年汇）",
        )
    ]
    rows = [row | {"活动名称": f"健步走（{hub['名称']}）"} for hub in HUBS for row in sign_ins("章程")]
    take_in(sheets | {"签到": rows})
    assert [str(activity.hub) for activity in Activity.objects.filter(sign_in_count=1)] == ["高井青年汇", "柳林青年汇"]
    written = exported_rows()
    assert [row["活动名称"] for row in written["签到"]] == ["健步走（柳林青年汇）", "健步走（高井青年汇）"]
    assert take_in(workbook({name: sheet for name, sheet in written.items() if sheet})).changed == 0


@pytest.mark.both
def test_places_and_times_are_taken_and_come_back():
    timed = {"名额": 30, "开始时刻": "14:00", "结束时刻": "16:30"}
    take_in(BASE | {"活动": [WALK | timed]})
    assert Activity.objects.values_list("places", "starts_at", "ends_at").get() == (30, time(14), time(16, 30))
    [row] = exported_rows()["活动"]
    assert {heading: row[heading] for heading in timed} == timed | {"名额": "30"}
    assert tally(take_in({"活动": [row]})) == {"活动": (0, 0, 1)}
    assert tally(take_in({"活动": [WALK | {"开始时刻": "下午2点半"}]})) == {"活动": (0, 1, 0)}
    assert Activity.objects.get().starts_at == time(14, 30)


def test_an_end_before_the_begin_is_an_error_of_the_row_and_what_is_no_time_is_put_aside():
    found = problems(BASE | {"活动": [WALK | {"开始时刻": "11:00", "结束时刻": "09:00"}]})
    assert [problem[2:5] for problem in found] == [("结束时刻", "09:00", "晚于开始时间（11:00）的时间")]
    aside = put_aside(BASE | {"活动": [WALK | {"开始时刻": "下午", "名额": "不限"}]})
    assert [(column, said) for _, _, column, said, *_ in aside] == [("名额", "不限"), ("开始时刻", "下午")]


def test_what_offices_call_the_time_of_beginning_stays_the_day():
    take_in(BASE | {"活动": [{"活动开始时间" if key == "日期" else key: cell for key, cell in WALK.items()}]})
    assert Activity.objects.values_list("held_on", "starts_at").get() == (date(2017, 4, 8), None)


def test_brackets_of_an_activitys_own_name_are_no_hint():
    named = WALK | {"活动名称": "健步走（第二期）"}
    rows = [row | {"活动名称": "健步走（第二期）"} for row in sign_ins("章程")]
    assert take_in(BASE | {"活动": [WALK, named], "签到": rows}).written
    assert Activity.objects.get(name="健步走（第二期）").sign_in_count == 1


def test_a_sign_in_at_no_activity_of_that_day_is_an_error():
    rows = [row | {"日期": "2017-04-09"} for row in sign_ins("章程")]
    walks = [WALK | {"日期": day} for day in ("2017-05-04", WALK["日期"])]
    remedy = "“健步走”登记的日期为 2017-04-08、2017-05-04，请核对日期，或先在《活动》表中加入当日的活动"
    assert problems(BASE | {"活动": walks, "签到": rows}) == [
        ("签到", 2, "活动名称", "健步走", "《活动》表或系统中当日已有的活动", remedy)
    ]
    assert problems(BASE | {"活动": [WALK], "签到": [row | {"活动名称": "健走"} for row in rows]}) == [
        ("签到", 2, "活动名称", "健走", "《活动》表或系统中已有的名称", "请核对名称，或先在《活动》表中加入")
    ]


def test_an_activity_in_a_wrong_row_is_named_to_its_sign_ins():
    found = problems(BASE | {"活动": [WALK | {"场次": "多"}], "签到": sign_ins("章程")})
    assert found[1][5] == "该名称在《活动》第 2 行，那一行有误，请先改正那一行"
