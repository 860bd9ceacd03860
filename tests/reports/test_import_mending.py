"""Every error states its place, value, expected value and remedy; wrong rows are exported as a workbook to reimport."""

import io
from datetime import date

import pytest

from members.models import Member
from reports.ledger.kinds import KINDS
from tests.factories import make_member, make_person, make_post
from tests.rosters import BRANCH, OTHER_BRANCH, identity_number, make_branches, member_row, problems, take, tally
from tests.workbooks import workbook
from yl_district.importing.findings import Findings
from yl_district.importing.mending import write_wrong_rows
from yl_district.importing.steps import begin_check, begin_commit, open_import
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

BODY = {"姓名": "章程", "性别": "女", "出生日期": "1998-05-04", "所在团支部": BRANCH}
NAME = ("2 至 30 个字的姓名", "请只填写姓名，说明文字写在备注中")
DAY = ("日期，如 2017-05-04", "请写全年、月、日")
BORN = ("真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999", "请核对；不知道日或月的，写到年月或年份即可")
DIGITS = "Excel 只保留 15 位有效数字，末几位已经丢失：请把该列设为文本格式，对照身份证重新输入"
OCTOBER = "1 月与存为数字的 10 月无法分辨，请写成 2012-01 或 2012-10"
# The cells of a row, then what is wrong: column, found, expected, remedy.
ERRORS = {
    "a required cell": ({"性别": None}, "性别", "（空）", "必填内容", "请填写性别"),
    "a choice": ({"性别": "M"}, "性别", "M", "以下之一：男、女", "请从中选择一项"),
    "a name": ({"姓名": "章"}, "姓名", "章", *NAME),
    "a name as a number": ({"姓名": 12}, "姓名", "12", "2 至 30 个字的姓名", "请填写姓名"),
    "a birth date": ({"出生日期": "1998-02-30"}, "出生日期", "1998-02-30", *BORN),
    "a day": ({"来源日期": "昨天"}, "来源日期", "昨天", *DAY),
    "a day that is none": (
        {"来源日期": "2017-02-30"},
        "来源日期",
        "2017-02-30",
        "真实存在的日期，如 2017-05-04",
        "请核对年、月、日",
    ),
    "a number for an identity number": (
        {"身份证号": 110105199805040000.0},
        "身份证号",
        "110105199805040000",
        "文本格式的 18 位身份证号",
        DIGITS,
    ),
    "a check digit": (
        {"身份证号": "110105199805040011"},
        "身份证号",
        "110105199805040011",
        "校验码正确的身份证号",
        "号码至少有一位抄错，请对照身份证原件改正",
    ),
    "an old number": (
        {"身份证号": "110105980504001"},
        "身份证号",
        "110105980504001",
        "18 位居民身份证号",
        "15 位旧号码已停用，请向本人核对 18 位号码",
    ),
    "another's sex": (
        {"身份证号": identity_number(1)},
        "性别",
        "女",
        "与身份证号一致的性别 男",
        "请核对性别与身份证号",
    ),
    "October as a number": ({"入团年月": 2012.1}, "入团年月", "2012.1", "年月，如 2017-10", OCTOBER),
    "a month": ({"入团年月": "初三"}, "入团年月", "初三", "年月，如 2017-05", "请写全年和月"),
    "an unknown branch": (
        {"所在团支部": "柳林支部"},
        "所在团支部",
        "柳林支部",
        "系统中已有的名称",
        "请核对名称，或在“重新选择列”中更改归属的来源，或先在系统中登记",
    ),
    "yes or no": ({"是否在校": "可能"}, "是否在校", "可能", "是 或 否", "请填写“是”或“否”，不清楚时留空"),
    "an age": (
        {"入团年月": "2001-05"},
        "入团年月",
        "2001-05",
        "满 12 岁以后的年月（出生日期 1998-05-04）",
        "请核对入团年月与出生日期",
    ),
    "a status without its day": (
        {"团籍状态": "转出"},
        "离开日期",
        "（空）",
        "团籍状态为转出时填写离开日期",
        "请补填离开日期，或把团籍状态改回正常",
    ),
}


@pytest.fixture
def branches():
    return make_branches()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("cells", "column", "found", "expected", "remedy"), ERRORS.values(), ids=ERRORS)
def test_an_error_says_where_what_what_instead_and_what_to_do(branches, cells, column, found, expected, remedy):
    assert problems(take("members", [member_row(1), BODY | cells])) == [("团员", 3, column, found, expected, remedy)]


def test_somebody_elsewhere_and_a_repeated_row_are_errors_of_their_own(branches):
    make_member(
        branch=branches[OTHER_BRANCH], person=make_person("章程", gender="F", identity_number=identity_number(4))
    )
    found = take("members", [BODY | {"身份证号": identity_number(4)}, member_row(1), member_row(1)])
    assert tally(found.batch) == {"new": 1, "elsewhere": 1, "duplicate": 1}
    remedy = "同一人同一时间只在一个支部：请先填写原支部的离开日期与团籍状态（转出），或核对支部名称"
    again = "与第 3 行重复：请删去一行；如不是同一记录，请补充能区分二者的号码、日期或名称"
    assert problems(found) == [
        ("团员", 2, "所在团支部", BRANCH, f"不与在“{OTHER_BRANCH}”的团籍重叠", remedy),
        ("团员", 4, "姓名", member_row(1)["姓名"], "每条记录只占一行", again),
    ]


def checked(data, kind="members"):
    """An import that has been checked, and what was found."""
    batch, proposal = open_import(KINDS[kind], data, "名单.xlsx")
    assert begin_check(batch)
    found = Findings(batch, proposal)
    found.read()
    return batch, found


def wrong_rows(batch):
    """The workbook of an import's wrong rows."""
    stream = io.BytesIO()
    write_wrong_rows(batch, stream)
    return stream.getvalue()


def told(found):
    """What is wrong without the place, which differs in another file."""
    return [(one.column, one.found, one.expected, one.remedy) for one in found.errors]


def test_wrong_rows_come_back_with_the_same_errors_in_cells_of_the_same_kind(branches):
    rows = [BODY | cells for cells, *_ in ERRORS.values() if "性别" not in cells or cells["性别"]]
    rows.insert(3, member_row(1))
    batch, first = checked(workbook({"团员": rows}))
    data = wrong_rows(batch)
    again, second = checked(data)
    assert told(second) == told(first)
    assert tally(again) == {"wrong": len(rows) - 1}
    headings, *lines = read_workbook(data)[0].rows
    assert headings[-1] == "失败原因"
    assert {type(line[headings.index("身份证号")]) for line in lines} >= {float, str}
    assert all(line[-1] for line in lines)
    third, _ = checked(wrong_rows(again))
    assert tally(third) == tally(again)


def test_days_numbers_and_truth_keep_their_kind_in_the_wrong_rows(branches):
    row = BODY | {
        "出生日期": date(1998, 5, 4),
        "手机号码": 13800138000,
        "是否在校": True,
        "微信号": "=1+1",
        "备注": "a\nb",
        "性别": "M",
    }
    batch, _ = checked(workbook({"团员": [row]}))
    headings, line = read_workbook(wrong_rows(batch))[0].rows
    assert dict(zip(headings, line, strict=True)) == row | {
        "失败原因": "性别现为M，应为以下之一：男、女。请从中选择一项"
    }


def test_mended_rows_are_taken(branches):
    batch, _ = checked(workbook({"团员": [member_row(1, 来源日期="2017-03-01"), BODY | {"性别": "M"}]}))
    assert begin_commit(batch, only_right=True)
    sheet = read_workbook(wrong_rows_of_file([member_row(1), BODY | {"性别": "M"}]))[0]
    headings, line = sheet.rows
    line[headings.index("性别")] = "女"
    found = take("members", workbook({"有误的行": [headings, line]}))
    assert (tally(found.batch), found.unknown, found.is_written) == ({"new": 1}, [], True)
    assert Member.objects.count() == 2


def wrong_rows_of_file(rows):
    """The workbook of the wrong rows of a list."""
    batch, _ = checked(workbook({"团员": rows}))
    return wrong_rows(batch)


def test_wrong_rows_keep_what_their_sheet_was_called_after(branches):
    headings = ["姓名", "性别", "出生日期"]
    sheets = {BRANCH: [headings, ["章程", "M", "1998-05-04"]], OTHER_BRANCH: [headings, ["顾清", "女", "1998-05-04"]]}
    batch, _ = checked(workbook(sheets))
    assert tally(batch) == {"new": 1, "wrong": 1}
    (sheet,) = read_workbook(wrong_rows(batch))
    assert (sheet.name, sheet.rows[0]) == (BRANCH, [*headings, "所在团支部", "失败原因"])
    again, _ = checked(wrong_rows(batch))
    assert tally(again) == {"wrong": 1}


def test_a_post_of_nobody_known_is_told_from_one_of_two_namesakes(branches):
    for number in range(2):
        make_post("陆远", branches[BRANCH], person=make_person("陆远", mobile=f"1380013800{number}"))
    row = {"姓名": "陆远", "所在组织": BRANCH, "职务": "委员", "任职年月": "2017-01"}
    found = take("posts", [row])
    assert (problems(found), tally(found.batch), len(found.doubts[0]["candidates"])) == ([], {"doubtful": 1}, 2)
    assert tally(take("posts", [row | {"姓名": "陆近"}]).batch) == {"new": 1}
