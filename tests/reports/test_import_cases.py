"""Lists that once went wrong, each standing for a kind: what is taken, what is asked, and what is written."""

from datetime import date, datetime

import pytest

from activities.models import Activity, SignIn
from members.models import Member, Person, Post, Volunteer
from orgs.models import Organisation, Unit
from tests.factories import make_activity
from tests.rosters import identity_number, make_branches, problems, take, tally
from tests.spreadsheet_files import word_document
from tests.spreadsheet_files import workbook as styled_workbook

pytestmark = pytest.mark.django_db

BRANCH, VILLAGE = "高井社区团支部", "高井村团支部"
ROSTER = ["姓名", "性别", "出生日期", "入团时间", "所在团支部"]
ON_ROLL = {"roll_begin": "入团年月"}


@pytest.fixture(autouse=True)
def district():
    return make_branches(BRANCH, VILLAGE)


def member(name, day, *beside):
    """A row below ROSTER."""
    return [name, "男", f"2001-01-0{day}", "2016-05", BRANCH, *beside]


def listed(kind, *rows, answers=(), **options):
    """What the import of a sheet finds, with answers to its questions by their ids."""
    given = [{"id": key, "answer": answer} for key, answer in dict(answers).items()]
    return take(kind, {"Sheet1": list(rows)}, answers=given, **options)


def wrong(found):
    """(row, column) of the errors."""
    return [(row, column) for _, row, column, *_ in problems(found)]


def awaited(found):
    """(row, column) of the cells that are put aside."""
    return [(one.row, one.column) for one in found.pending]


def asked(found):
    """{id: rows} of the questions, but that since when new members stand."""
    runs = {one["id"]: [run for _, ranges in one["rows"] for run in ranges] for one in found.batch.questions}
    runs.pop("roll_begin", None)
    return {key: [row for first, last in ranges for row in range(first, last + 1)] for key, ranges in runs.items()}


def held(name, day):
    """An activity that has been held."""
    return make_activity(Organisation.objects.get(name=BRANCH), name, held_on=day)


def phones():
    """(name, mobile number) of all people."""
    return [(one.name, one.mobile) for one in Person.objects.order_by("pk")]


def test_a_roster_sent_again_with_another_phone_is_one_changed_phone_once_it_is_said():
    table = [*ROSTER, "手机"], member("邬安宁", 5, "16512393001"), member("邬思远", 6, "16512393002")
    assert listed("members", *table, answers=ON_ROLL).is_written
    again = table[0], member("邬安宁", 5, "16512393009"), table[2]
    found = listed("members", *again)
    assert (tally(found.batch), found.is_written, asked(found)) == (
        {"same": 1, "doubtful": 1},
        False,
        {"same_person": [2]},
    )
    assert tally(listed("members", *again, doubtful="same").batch) == {"changed": 1, "same": 1}
    assert phones() == [("邬安宁", "16512393009"), ("邬思远", "16512393002")]


def test_repeated_rows_of_volunteers_are_one_with_what_each_adds():
    table = (
        ["姓名", "手机", "单位"],
        ["裘安", "16512391001"],
        ["裘安"],
        ["裘宁", None, "和顺公司"],
        ["裘宁", "16512391002"],
    )
    found = listed("volunteers", *table)
    assert (wrong(found), asked(found)) == ([(3, "姓名"), (5, "姓名")], {"additions": [5]})
    listed("volunteers", *table, answers={"additions": "add"}, only_right=True)
    assert phones() == [("裘安", "16512391001"), ("裘宁", "16512391002")]
    assert list(Volunteer.objects.order_by("pk").values_list("employer", flat=True)) == ["", "和顺公司"]


def test_numbers_are_taken_however_they_are_spelled_unless_digits_are_lost():
    numbers = [identity_number(one, date(2001, 1, 1)) for one in range(1, 8)]
    spelled = [
        int(numbers[0]) if numbers[0].isdigit() else 110105200101011104,
        "2.00101E+17",
        f"`{numbers[1]}",
        f"{numbers[2]}。",
        f"身份证：{numbers[3]}",
        numbers[4].replace("X", "×"),
        "".join(chr(ord(one) + 0xFEE0) for one in numbers[5]),
        f"{numbers[6][:6]} {numbers[6][6:14]} {numbers[6][14:]}",
    ]
    rows = [
        [f"严{name}", None, number, "2016-05", BRANCH] for name, number in zip("安轩佳航明溪哲楠", spelled, strict=True)
    ]
    found = listed(
        "members", ["姓名", "性别", "身份证号", "入团时间", "所在团支部"], *rows, answers=ON_ROLL, only_right=True
    )
    assert wrong(found) == [(2, "身份证号"), (3, "身份证号")]
    assert {one.identity_number for one in Person.objects.all()} == set(numbers[1:])


def test_codes_that_have_lost_digits_are_refused_in_every_column():
    headings = [*ROSTER, "发展团员编号", "志愿者编号", "微信号"]
    found = listed(
        "members",
        headings,
        member("步安", 1, "2.01601E+11", "1.10105E+14", "1.65124E+10"),
        member("步宁", 2, None, 110105123456789000, 16512399001),
        member("步轩", 3, None, "1101051234567890", 16512399002),
    )
    assert sorted(wrong(found)) == [(2, "发展团员编号"), (2, "微信号"), (2, "志愿者编号"), (3, "志愿者编号")]


def test_rows_below_a_second_heading_in_another_order_are_read_by_it():
    found = listed(
        "members",
        [*ROSTER, "工作单位", "备注"],
        member("丁安", 1, "和顺公司", "骨干"),
        [*ROSTER, "备注", "工作单位"],
        member("丁宁", 2, "志愿者", "安泰公司"),
        answers=ON_ROLL,
    )
    assert found.is_written
    said = Member.objects.values_list("person__name", "employer", "remark")
    assert sorted(said) == [("丁宁", "安泰公司", "志愿者"), ("丁安", "和顺公司", "骨干")]


def test_a_sign_in_sheet_with_sections_takes_the_activity_and_its_day_from_their_titles():
    held("五四主题团日", date(2025, 5, 4))
    held("学雷锋志愿服务", date(2025, 3, 5))
    lines = [
        ["五四主题团日（2025年5月4日）"],
        ["武安", "16512399101", "高井"],
        ["学雷锋（2025年3月5日）"],
        ["武宁", "16512399102", "高井"],
    ]

    def fill(book, page):
        for at, line in enumerate(lines, 1):
            if len(line) == 1:
                page.merge_range(at, 0, at, 2, *line)
            else:
                page.write_row(at, 0, line)

    found = take("signins", styled_workbook(fill, headings=["姓名", "联系电话", "单位"]))
    assert (problems(found), found.is_written) == ([], True)
    came = SignIn.objects.values_list("activity__name", "person__name")
    assert sorted(came) == [("五四主题团日", "武安"), ("学雷锋志愿服务", "武宁")]


def test_hidden_rows_are_told_and_asked_about_once():
    def fill(book, page):
        for at, (name, day) in enumerate(zip("安宁轩佳", range(1, 5), strict=True), 1):
            page.write_row(at, 0, member(f"金{name}", day))
        page.set_row(2, options={"hidden": True})
        page.set_row(3, options={"hidden": True})

    data = styled_workbook(fill, headings=ROSTER)
    assert asked(take("members", data)) == {"hidden_rows": [3, 4]}
    given = [{"id": "hidden_rows", "answer": "不导入"}, {"id": "roll_begin", "answer": "入团年月"}]
    assert take("members", data, answers=given).is_written
    assert sorted(Person.objects.values_list("name", flat=True)) == ["金佳", "金安"]


def test_a_birth_month_is_kept_as_a_month():
    headings = ["姓名", "性别", "出生年月", "入团时间", "所在团支部"]
    rows = ["齐安", "男", "2001.01", "2016.05", BRANCH], ["齐宁", "女", "2001年1月", "2016年5月", BRANCH]
    assert listed("members", headings, *rows, answers=ON_ROLL).is_written
    assert {str(one.birth_date) for one in Person.objects.all()} == {"2001-01"}


def test_phones_are_read_or_put_aside_without_their_rows():
    spelled = {
        "+86 165 1237 2001": "16512372001",
        "(86)16512372002": "16512372002",
        "0086 16512372003": "16512372003",
        "165.1237.2004": "16512372004",
        "16512372005/16512372006": "16512372005",
        "16512372007（微信）": "16512372007",
        "手机：16512372008": "16512372008",
        "无": "",
        "010-85761234": "",
        "+852 91234567": "",
        "16512372009转8001": "16512372009",
    }
    rows = [[f"苏{chr(0x4F60 + at)}", "男", BRANCH, "委员", "2023-05", phone] for at, phone in enumerate(spelled)]
    found = listed("posts", ["姓名", "性别", "所在组织", "职务", "任职时间", "手机"], *rows)
    assert (problems(found), found.is_written, Post.objects.count()) == ([], True, len(spelled))
    assert [mobile for _, mobile in phones()] == list(spelled.values())
    assert [row for row, _ in awaited(found)] == [6, 10, 11, 12]


def test_who_signs_in_twice_counts_once():
    held("年末瑜伽", date(2017, 12, 17))
    day = ["年末瑜伽", "2017-12-17"]
    found = listed(
        "signins",
        ["活动名称", "日期", "姓名", "手机号码", "身份"],
        [*day, "程安", "16512390001", "团员"],
        [*day, "程安", "16512390001", "联系青年"],
        [*day, "程 安", "165 1239 0001"],
        [*day, "程宁", "16512390001", "家长"],
        [*day, "张伟"],
        [*day, "张伟"],
    )
    assert (tally(found.batch), wrong(found)) == (
        {"new": 3, "duplicate": 3},
        [(3, "姓名"), (4, "姓名"), (7, "姓名")],
    )


@pytest.mark.parametrize(("answer", "names"), [("same", 1), ("new", 3)])
def test_one_activity_under_three_spellings_is_one_or_three_as_answered(answer, names):
    table = [["活动名称", "日期", "类型", "主办组织", "人次"]]
    for name in ('"学雷锋"志愿服务', "“学雷锋” 志愿服务", "“学雷锋”志愿服务活动"):
        table.append([name, "2025-03-05", "志愿服务", BRANCH, 25])
    assert asked(listed("activities", *table)) == {"same_activity": [3, 4]}
    listed("activities", *table, doubtful=answer, only_right=True)
    assert Activity.objects.count() == names


def test_sections_of_those_who_left_are_asked_about_and_their_rows_leave():
    table = (
        ["高井社区团支部团员名册"],
        ["序号", *ROSTER],
        ["一、在册团员（1人）"],
        [1, *member("鲍安", 1)],
        ["二、已转出团员（1人）"],
        [2, *member("鲍宁", 2)],
        ["三、超龄离团（1人）"],
        [3, *member("鲍轩", 3)],
    )
    assert asked(listed("members", *table)) == {
        "section-已转出团员": [6],
        "section-超龄离团": [8],
        "section_day": [6, 8],
    }
    states = {"section-已转出团员": "转出", "section-超龄离团": "超龄离团", "section_day": "2025-06-01"}
    assert listed("members", *table, answers=ON_ROLL | states).is_written
    left = Member.objects.exclude(left_on=None).values_list("person__name", "status", "left_on")
    day = date(2025, 6, 1)
    status = Member.Status
    assert sorted(left) == [("鲍宁", status.TRANSFERRED_OUT, day), ("鲍轩", status.OVER_AGE, day)]


def test_of_a_sign_in_list_only_who_came_is_counted():
    activity, day = held("纪录片放映", date(2017, 12, 9)), ["纪录片放映", "2017-12-09"]
    states = {"云安": "已签到", "云宁": "缺席", "云轩": "请假", "云佳": None}
    rows = [[*day, name, state] for name, state in states.items()]
    assert listed("signins", ["活动名称", "日期", "姓名", "签到情况"], *rows).is_written
    activity.refresh_from_db()
    assert activity.attendance == 2


def test_identity_numbers_of_volunteers_are_kept():
    number = identity_number(3, date(1995, 6, 24))
    found = listed("volunteers", ["姓名", "身份证号", "电话号码"], ["郑若远", number, "1658017598"])
    assert (found.is_written, awaited(found)) == (True, [(2, "手机号码")])
    assert Volunteer.objects.get().person.identity_number == number


def test_a_sheet_for_each_worker_takes_one_kind_and_one_state_for_the_file():
    def sheet(number):
        return [
            ["辖区单位摸底登记簿"],
            ["片区：     登记人：丁一平"],
            ["序号", "单位名称", "详细地址", "联系人", "联系电话", "从业人数", "备注"],
            [1, f"甲乙丙餐饮店{number}", "底商", "卞安", "010-80001234 转 8001", "约30人"],
            [2, f"丁戊己科技公司{number}", "3层", "柏宁", 16512340000 + number, 12, "/"],
            ["例", "某某单位", None, None, None, None, "填写示例"],
            ["注：本表一式两份，由登记人保存。"],
        ]

    sheets = {name: sheet(number) for number, name in enumerate(["丁一平", "任小舟", "毕青"])}
    given = [{"id": "column-类别", "answer": "非公企业"}, {"id": "column-状态", "answer": "正常"}]
    found = take("units", sheets, answers=given)
    assert (problems(found), found.is_written, Unit.objects.count()) == ([], True, 6)
    assert {column for _, column in awaited(found)} == {"职工总数"}
    first = Unit.objects.get(name="甲乙丙餐饮店0")
    assert (first.contact_phone, first.employees) == ("010-80001234 转 8001", None)


def test_both_blocks_of_a_sign_in_sheet_are_read():
    activity = held("主题团日", date(2025, 5, 4))
    head = ["序号", "姓名", "单位", "电话", "签名"]
    rows = [
        [at, f"卓{left}", None, 16512345000 + at, None, at + 3, f"亓{left}", None, 16512345100 + at, None]
        for at, left in enumerate("安宁轩", 1)
    ]
    table = [["高井社区主题团日签到表"], ["活动时间：2025年5月4日   地点：社区活动室"], head + head, *rows]
    assert listed("signins", *table).is_written
    activity.refresh_from_db()
    assert activity.attendance == 6


def test_a_roster_with_all_quirks_needs_no_more_than_the_spellings_of_its_branches():
    table = (
        ["附件1"],
        ["高碑店地区2025年团员花名册"],
        ["填报单位：高井社区团支部（盖章）", None, None, None, "填报日期：2025年11月20日"],
        ["序号", "姓名", "性别", "民族", "出生年月日", "入团时间", "支部", "手机"],
        ["一、高井社区团支部（2人）"],
        [1, "陈思远", "男", "汉", "2003.5.4", "2018.05", "高井社区", "165 1234 5671"],
        [2, "阿依古丽·买买提", "女", "维吾尔", "20050101", "201905", "高井社区", "+86 16512345673"],
        ["二、高井村团支部（1人）"],
        [3, "欧阳文博", "男", "回族", date(2002, 7, 8), "2016.12", "高井村", 16512345674],
        ["合计", "3人", "男2女1"],
        ["填表人：王某某", None, None, None, "审核人：", None, None, "联系电话：85760000"],
        ["注：1.入团时间填到月。"],
    )
    found = listed("members", *table)
    assert (wrong(found), asked(found)) == ([(row, "所在团支部") for row in (6, 7, 9)], {})


def test_the_table_of_a_word_file_is_taken():
    rows = [ROSTER, member("齐安", 1), member("齐宁", 2)]
    found = take(
        "members", word_document("团员名册", rows), "名单.docx", answers=[{"id": "roll_begin", "answer": "入团年月"}]
    )
    assert (found.is_written, Member.objects.count()) == (True, 2)


def test_days_and_numbers_of_activities_are_read_where_they_are_not_in_doubt():
    table = (
        ["2025年活动台账"],
        ["序号", "活动时间", "活动主题", "活动类型", "参加人数", "主办单位"],
        [1, "3月5日", "学雷锋志愿服务", "志愿服务", "20人", BRANCH],
        [2, "2025.4.1-4.3", "清明祭扫", "主题团日", "约30人", BRANCH],
        [3, "2025年5月", "五四主题团日", "主题团日", "25", BRANCH],
        [4, "2025-06-01 9:30-11:00", "六一慰问", "慰问", "18", BRANCH],
        [5, datetime(2025, 7, 1, 9, 30), "暑期自护课堂", "自护教育", 20, BRANCH],
        [6, "每周六", "瑜伽课", "瑜伽", "12场/300人次", BRANCH],
    )
    found = listed("activities", *table, answers={"run_sessions": "每天算 1 场"}, only_right=True)
    assert sorted(set(wrong(found))) == [(5, "日期"), (8, "人次"), (8, "日期")]
    basis = Activity.Basis
    read = Activity.objects.values_list("name", "held_on", "session_count", "attendance", "basis").order_by("held_on")
    assert list(read) == [
        ("学雷锋志愿服务", date(2025, 3, 5), 1, 20, basis.EXACT),
        ("清明祭扫", date(2025, 4, 1), 3, 30, basis.ROUNDED),
        ("六一慰问", date(2025, 6, 1), 1, 18, basis.EXACT),
        ("暑期自护课堂", date(2025, 7, 1), 1, 20, basis.EXACT),
    ]
