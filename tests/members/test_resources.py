"""The sheets 团员 and 团干部: one person across the sheets of a file and the database, and dated memberships."""

from datetime import date

import pytest
from django.utils import timezone

from members.models import Member, Person, Post
from tests.workbooks import TODAY, exported_rows, problems, take_in, tally
from yl_district.sheets import export_marks

pytestmark = pytest.mark.django_db

ORGANISATIONS = [
    {"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关", "上级组织": None},
    {"组织名称": "柳林团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "地区团工委"},
    {"组织名称": "高井团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "地区团工委"},
]
IDENTITY = "11010519491231002X"


def member(**cells):
    """A member's row."""
    return {"姓名": "章程", "性别": "女", "出生日期": "1949-12-31", "所在团支部": "柳林团支部"} | cells


def post(**cells):
    """A post's row."""
    return {"姓名": "章程", "所在组织": "柳林团支部", "职务": "书记", "任职年月": "2016-09"} | cells


def ledger(**sheets):
    """The sheets with the organisations they need."""
    return {"团组织": ORGANISATIONS} | sheets


ONE_PERSON = {
    "a name within the organisation": {"团员": [member()], "团干部": [post()]},
    "the same mobile elsewhere": {
        "团员": [member(手机号码="13800138000")],
        "团干部": [post(所在组织="地区团工委", 手机号码="13800138000")],
    },
    "the same number, later without it": {
        "团员": [member(身份证号=IDENTITY)],
        "帮扶对象": [{"姓名": "章程", "所在组织": "高井团支部", "身份证号": IDENTITY, "入库日期": "2017-01-05"}],
    },
    "a cadre's youth within the cadre's organisation": {
        "团员": [member()],
        "团干部": [post(姓名="陆远")],
        "联系青年": [{"团干部": "陆远", "姓名": "章程", "起始日期": "2017-01-10"}],
    },
    "a volunteer of that name": {"团员": [member()], "志愿者": [{"姓名": "章程"}]},
    "a student of that name": {"团员": [member()], "奖学金": [{"年度": 2017, "姓名": "章程", "状态": "申报"}]},
}
TWO_PEOPLE = {
    "the name elsewhere": {"团员": [member()], "团干部": [post(所在组织="高井团支部")]},
    "another mobile": {"团员": [member(手机号码="13800138000")], "团干部": [post(手机号码="13900139000")]},
    "another birth date": {"团员": [member(), member(出生日期="1998-05-04")]},
    "another number": {
        "团员": [member(身份证号=IDENTITY), member(出生日期="1990-03-07", 身份证号="110101199003077774", 性别="男")]
    },
    "a volunteer with another mobile": {
        "团员": [member(手机号码="13800138000")],
        "志愿者": [{"姓名": "章程", "手机号码": "13900139000"}],
    },
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", ONE_PERSON)
def test_rows_of_different_sheets_are_one_person(case):
    take_in(ledger(**ONE_PERSON[case]))
    assert Person.objects.filter(name="章程").count() == 1
    assert take_in(ledger(**ONE_PERSON[case])).new == 0


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", ONE_PERSON)
def test_they_are_one_person_also_file_by_file(case):
    take_in(ledger())
    for name in ("团员", "团干部", "联系青年", "志愿者", "帮扶对象", "奖学金"):
        if name in ONE_PERSON[case]:
            take_in({name: ONE_PERSON[case][name]})
    assert Person.objects.filter(name="章程").count() == 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize("case", TWO_PEOPLE)
def test_rows_that_contradict_or_lie_elsewhere_are_two_people(case):
    take_in(ledger(**TWO_PEOPLE[case]))
    assert Person.objects.filter(name="章程").count() == 2
    report = take_in(ledger(**TWO_PEOPLE[case]))
    assert (report.new, report.changed) == (0, 0)


def test_two_rows_may_not_say_different_things_of_one_person():
    sheets = ledger(团员=[member()], 团干部=[post(性别="男")])
    assert problems(sheets) == [
        (
            "团干部",
            2,
            "性别",
            "男",
            "与《团员》第 2 行一致的“女”",
            "同一人或同一单位的两处填写不一致，请核对",
        )
    ]


def test_sex_and_birth_date_follow_from_the_number():
    take_in(ledger(团干部=[post()]))
    case = {"姓名": "章程", "所在组织": "柳林团支部", "身份证号": IDENTITY, "入库日期": "2017-01-05"}
    take_in({"帮扶对象": [case]})
    person = Person.objects.get()
    assert (person.gender, person.birth_date, person.identity_number) == ("F", date(1949, 12, 31), IDENTITY)


@pytest.mark.parametrize("sheet", [{"团员": member}, {"帮扶对象": lambda **cells: case(**cells)}])
def test_another_name_beside_a_known_number_is_asked_about(sheet):
    take_in(ledger(团员=[member(身份证号=IDENTITY)]))
    ((name, row),) = sheet.items()
    assert problems({name: [row(姓名="章成", 身份证号=IDENTITY)]}) == [
        (name, 2, "姓名", "章成", "该号码登记的姓名 章*", "请核对号码或姓名；确已改名的，请先在人员资料中改正姓名")
    ]


def marked_member(**cells):
    """The only member's row with its mark, as an export has it."""
    return member(**cells) | {export_marks.HEADING: export_marks.mark(Member.objects.get(), timezone.now())}


def test_who_changed_name_is_known_by_the_mark_and_by_the_new_name_in_every_sheet():
    take_in(ledger(团员=[member(身份证号=IDENTITY)], 团干部=[post()]))
    report = take_in({"团员": [marked_member(姓名="章成", 身份证号=IDENTITY)], "团干部": [post(姓名="章成")]})
    assert tally(report) == {"团员": (0, 1, 0), "团干部": (0, 0, 1)}
    assert report.sheets["团员"].changes == [(2, "章成", "姓名", "章程", "章成")]
    person = Person.objects.get()
    assert (person.search_text, person.name_sort) == ("章成 zhangcheng zc", "zhang cheng  章成")


def test_a_contact_of_a_renamed_cadre_is_found_by_the_new_name():
    take_in(ledger(团员=[member(身份证号=IDENTITY)], 团干部=[post()]))
    link = {"团干部": "章成", "姓名": "秦朗", "起始日期": "2017-01-10"}
    report = take_in({"团员": [marked_member(姓名="章成", 身份证号=IDENTITY)], "联系青年": [link]})
    assert tally(report)["联系青年"] == (1, 0, 0)
    assert problems({"联系青年": [link | {"团干部": "章程"}]})[0][2:5] == (
        "团干部",
        "章程",
        "《团干部》表或系统中已有的名称",
    )


MOVED = [
    member(手机号码="13800138000", 来源日期="2015-03-01", 团籍状态="转出", 离开日期="2017-06-01"),
    member(手机号码="13800138000", 来源日期="2017-06-01", 所在团支部="高井团支部"),
]
CAME_BACK = [
    member(来源日期="2013-03-01", 团籍状态="转出", 离开日期="2015-06-01"),
    member(来源日期="2017-06-01"),
]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("rows", [MOVED, MOVED[::-1], CAME_BACK, CAME_BACK[::-1]])
def test_memberships_follow_each_other_in_whatever_order_they_are_listed(rows):
    sheets = ledger(团员=rows)
    assert tally(take_in(sheets))["团员"] == (2, 0, 0)
    assert tally(take_in(sheets))["团员"] == (0, 0, 2)
    assert Person.objects.count() == 1
    assert [one.intake_on for one in Member.objects.order_by("intake_on")] == sorted(
        date.fromisoformat(row["来源日期"]) for row in rows
    )


@pytest.mark.parametrize("rows", [MOVED, MOVED[::-1]])
def test_a_known_membership_ends_in_the_same_file_that_begins_the_next(rows):
    take_in(ledger(团员=[member(手机号码="13800138000", 来源日期="2015-03-01")]))
    assert tally(take_in({"团员": rows})) == {"团员": (1, 1, 0)}


def test_nobody_is_on_two_rolls_at_once():
    rows = [
        member(手机号码="13800138000"),
        member(手机号码="13800138000", 所在团支部="高井团支部", 来源日期="2017-06-01"),
    ]
    assert problems(ledger(团员=rows)) == [
        (
            "团员",
            3,
            "所在团支部",
            "高井团支部",
            "不与在“柳林团支部”的团籍重叠",
            "同一人同一时间只在一个支部：请先填写原支部的离开日期与团籍状态（转出），或核对支部名称",
        )
    ]


def test_without_dates_a_row_means_the_membership_that_stands():
    take_in(ledger(团员=CAME_BACK))
    assert tally(take_in({"团员": [member(微信号="zhang")]})) == {"团员": (0, 1, 0)}
    assert Member.objects.get(wechat="zhang").intake_on == date(2017, 6, 1)


def test_which_of_several_ended_memberships_is_meant_is_not_guessed():
    ended = {"团籍状态": "转出", "离开日期": "2018-01-01"}
    take_in(ledger(团员=[CAME_BACK[0], CAME_BACK[1] | ended]))
    assert problems({"团员": [member(微信号="zhang")]}) == [
        ("团员", 2, "来源日期", "（空）", "与原登记一致的来源日期", "此人几次在该支部，请填写这一次的来源日期")
    ]


@pytest.mark.parametrize("stored_before", [False, True])
def test_a_development_number_belongs_to_one_member(stored_before):
    number = {"发展团员编号": "201711012345"}
    rows = [member(**number), member(姓名="顾清", **number)]
    if stored_before:
        take_in(ledger(团员=[member()]))
    assert problems(ledger(团员=rows)) == [
        ("团员", 3, "发展团员编号", "201711012345", "不与他人重复的编号", "该编号已由章程使用，请核对入团志愿书")
    ]


def test_posts_are_told_by_organisation_title_and_month():
    rows = [post(), post(任职年月="2018-01"), post(职务="委员"), post(所在组织="地区团工委", 手机号码="13800138000")]
    assert tally(take_in(ledger(团干部=rows)))["团干部"] == (4, 0, 0)
    ended = take_in({"团干部": [post(离任年月="2018-01-15")]})
    assert ended.sheets["团干部"].changes == [
        (2, "章程（柳林团支部 书记）", "离任年月", "", "2018-01"),
    ]
    assert Post.objects.filter(ended_on=date(2018, 1, 1)).count() == 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ["𠮷田", "阿依古丽•买买提", "欧阳 若 兰", "Ｊohn Smith"])
def test_every_way_of_writing_a_name_finds_its_person_again(name):
    take_in(ledger(团员=[member(姓名=name)], 团干部=[post(姓名=name)]))
    assert Person.objects.count() == 1
    link = {"团干部": name, "姓名": "秦朗", "起始日期": "2017-01-10"}
    assert take_in({"联系青年": [link]}).written


def test_several_candidates_in_the_file_itself_are_an_error():
    rows = [member(), member(出生日期="1998-05-04")]
    assert problems(ledger(团员=rows, 团干部=[post()])) == [
        (
            "团干部",
            2,
            "姓名",
            "章程",
            "能确定为一个人（现有 2 个可能的人）",
            "请补充身份证号或手机号码，使系统能分辨是哪一位",
        )
    ]


def case(**cells):
    """An assisted youth's row."""
    return {"姓名": "章程", "所在组织": "柳林团支部", "入库日期": "2017-01-05"} | cells


CONFLICTS = {
    "another sex": (
        {"团员": [member(手机号码="13800138000")]},
        {"团干部": [post(手机号码="13800138000", 性别="男")]},
        ("团干部", 2, "性别", "男", "与已登记一致的性别 女"),
    ),
    "another sex by name": (
        {"团员": [member()]},
        {"帮扶对象": [case(性别="男")]},
        ("帮扶对象", 2, "性别", "男", "与已登记一致的性别 女"),
    ),
    "another birth date": (
        {"团干部": [post(手机号码="13800138000")], "团员": [member(手机号码="13800138000")]},
        {"团员": [member(出生日期="1950-01-01", 手机号码="13800138000", 所在团支部="高井团支部")]},
        ("团员", 2, "出生日期", "1950-01-01", "与已登记一致的出生日期 1949-12-31"),
    ),
}


@pytest.mark.parametrize("known", CONFLICTS)
def test_a_row_that_begins_a_record_changes_no_sex_or_birth_date_of_a_known_person(known):
    before, sheets, found = CONFLICTS[known]
    take_in(ledger(**before))
    assert problems(sheets) == [(*found, "请核对；确为登记有误时，先在人员资料中改正")]


def test_a_row_of_the_very_record_may_correct_sex_and_birth_date():
    take_in(ledger(团员=[member()]))
    report = take_in({"团员": [member(性别="男")]})
    assert report.sheets["团员"].changes == [(2, "章程", "性别", "女", "男")]


def test_a_number_that_a_new_record_brings_to_a_known_person_is_reported():
    take_in(ledger(团员=[member()]))
    report = take_in({"团干部": [post(手机号码="13800138000")]})
    assert report.sheets["团干部"].changes == [(2, "章程", "手机号码", "", "138****8000")]


@pytest.mark.parametrize(
    ("cells", "heading"),
    [({"出生日期": "2018-03-02"}, "出生日期"), ({"身份证号": "110105201905040028"}, "身份证号")],
)
def test_nobody_is_born_after_the_day_of_the_import(cells, heading):
    found = problems(ledger(帮扶对象=[case(**cells)]))
    assert [problem[2:5] for problem in found] == [
        (heading, cells[heading], "不晚于今天（2018-03-01）的日期"),
    ]
    assert take_in(ledger(帮扶对象=[case(出生日期="2018-03-01")])).written


def pupil(**cells):
    """The sheets of a branch with one member, who is in school since 2014."""
    return ledger(团员=[member(是否在校="是", 入学年月="2014-09") | cells])


def schooling():
    """The only member's latest time in school and the earlier ones."""
    one = Member.objects.get()
    return one.enrolled_on, one.graduated_on, list(one.school_spans.values_list("started_on", "ended_on"))


@pytest.mark.in_turn
def test_who_left_school_did_so_in_the_month_that_the_row_states_else_this_month():
    take_in(pupil())
    take_in(pupil(是否在校="否", 毕业年月="2017-07"))
    assert schooling() == (date(2014, 9, 1), date(2017, 7, 1), [])
    take_in(pupil(是否在校="是", 入学年月="2017-09"))
    assert schooling() == (date(2017, 9, 1), None, [(date(2014, 9, 1), date(2017, 7, 1))])
    take_in(ledger(团员=[member(是否在校="否")]))
    assert schooling() == (date(2017, 9, 1), TODAY, [(date(2014, 9, 1), date(2017, 7, 1))])


@pytest.mark.both
def test_earlier_times_in_school_come_in_with_the_member_and_out_again():
    spans = [{"姓名": "章程", "起始日期": "2010-09-01", "结束日期": "2013-07-01", "是否在校": "是"}]
    sheets = pupil() | {"在校变更": spans}
    assert take_in(sheets).errors == []
    assert schooling() == (date(2014, 9, 1), None, [(date(2010, 9, 1), date(2013, 7, 1))])
    assert tally(take_in(sheets))["在校变更"] == (0, 0, 1)
    assert exported_rows()["在校变更"] == spans


def test_a_time_in_school_of_nobody_on_the_roll_is_refused():
    spans = [{"姓名": "秦朗", "起始日期": "2010-09-01", "结束日期": "2013-07-01", "是否在校": "是"}]
    [found] = problems(pupil() | {"在校变更": spans})
    assert found[:3] == ("在校变更", 2, "姓名")


def terms():
    """The posts in their order: from, until, nature, quota."""
    return list(Post.objects.order_by("started_on").values_list("started_on", "ended_on", "nature", "link_quota"))


@pytest.mark.both
def test_other_terms_of_a_known_post_hold_since_this_month_and_the_same_list_again_changes_nothing():
    take_in(ledger(团干部=[post(干部性质="兼职")]))
    changed = ledger(团干部=[post(干部性质="专职", 联系青年指标="50")])
    assert tally(take_in(changed))["团干部"] == (0, 1, 0)
    split = [
        (date(2016, 9, 1), TODAY, "part_time", None),
        (TODAY, None, "full_time", 50),
    ]
    assert terms() == split
    assert tally(take_in(changed))["团干部"] == (0, 0, 1)
    assert terms() == split
