"""Realistic lists from offices, each with its exact outcome; damaged copies are refused clearly or checked."""

import time
from collections import Counter

import pytest

from members.models import Member
from reports.ledger.kinds import KINDS
from tests.rosters import BRANCH, OTHER_BRANCH, make_branches, member_row, problems, records, tally
from tests.spreadsheet_files import far_cell, mutated, mutated_inside, ods_cell, ods_row, ods_table, open_document
from tests.spreadsheet_files import workbook as styled_workbook
from tests.workbooks import workbook
from yl_district.importing.findings import take_in_rows
from yl_district.importing.models import ImportBatch, ImportPart
from yl_district.spreadsheets import workbooks
from yl_district.spreadsheets.workbooks import UnreadableWorkbook

pytestmark = pytest.mark.django_db

HEADINGS = ["序号", "姓 名", "性\n别", "出生年月日", "所在团组织", "联系电话"]


def line(number, **cells):
    """A numbered row under HEADINGS."""
    row = member_row(number, **cells)
    return [number, row["姓名"], row["性别"], row["出生日期"], row["所在团支部"], row["手机号码"]]


def lines(*numbers, **cells):
    return [line(number, **cells) for number in numbers]


def merged(rows, *areas, headings=HEADINGS):
    """A workbook with merged cells."""

    def fill(book, page):
        for number, row in enumerate([headings, *rows]):
            for column, cell in enumerate(row):
                if cell is not None:
                    page.write(number, column, cell)
        for top, left, bottom, right, text in areas:
            page.merge_range(top, left, bottom, right, text)

    return styled_workbook(fill, headings=headings)


def delimited(rows, separator=","):
    """The rows as text."""
    texts = [["" if cell is None else str(cell).replace("\n", "") for cell in row] for row in rows]
    return "\r\n".join(separator.join(row) for row in texts)


ROSTER = [HEADINGS, *lines(1, 2, 3)]
BARE = [heading for heading in HEADINGS if heading != "所在团组织"]


def bare(number):
    """A numbered row without its branch."""
    row = line(number)
    return row[:4] + row[5:]


TITLED = [
    ["附件1："],
    ["共青团员花名册"],
    [f"单位：{BRANCH}", None, "填报人：陆远", None, "日期：2017年6月1日"],
    *ROSTER,
]
ENDED = [*ROSTER, ["合计", 3], [], ["填表人：陆远", None, None, "审核人：顾清"], ["备注：以上信息准确无误"]]
TWO_ROWS = [
    ["序号", "基本情况", None, None, "团籍", "联系方式"],
    [None, "姓名", "性别", "出生日期", "所在团组织", "手机号码"],
    *lines(1, 2),
]
WIDE = [[*HEADINGS, *(f"附加{number}" for number in range(194))], *([*row, *range(194)] for row in lines(1, 2))]
ODS = open_document(
    ods_table("".join(ods_row(*(ods_cell(str(cell).replace("\n", "")) for cell in row)) for row in ROSTER))
)
NEW = {"new": 3}
# The file, its name, and what the check counts.
CORPUS = {
    "a plain list": (workbook({"Sheet1": ROSTER}), "名单.xlsx", NEW),
    "a title, an annex and a line of who filled it in": (workbook({"Sheet1": TITLED}), "名单.xlsx", NEW),
    "totals, signatures and notes": (workbook({"Sheet1": ENDED}), "名单.xlsx", NEW),
    "headings in two rows": (
        merged(TWO_ROWS[1:], (0, 1, 0, 3, "基本情况"), headings=TWO_ROWS[0]),
        "名单.xlsx",
        {"new": 2},
    ),
    "rows of a repeated heading": (workbook({"Sheet1": [*ROSTER, HEADINGS, *lines(4)]}), "名单.xlsx", {"new": 4}),
    "blank and only numbered rows": (
        workbook({"Sheet1": [*ROSTER, [], [4], [5], [" "], *lines(6)]}),
        "名单.xlsx",
        {"new": 4},
    ),
    "a branch merged over its members": (
        merged([[*row[:4], None, *row[5:]] for row in lines(1, 2, 3)], (1, 4, 3, 4, BRANCH)),
        "名单.xlsx",
        NEW,
    ),
    "empty sheets beside": (workbook({"团员": ROSTER, "Sheet2": [], "Sheet3": []}), "名单.xlsx", NEW),
    "a sheet for each branch": (
        workbook({BRANCH: [BARE, bare(1)], OTHER_BRANCH: [BARE, bare(2), bare(3)]}),
        "名单.xlsx",
        NEW,
    ),
    "an old wide table": (workbook({"Sheet1": WIDE}), "名单.xlsx", {"new": 2}),
    "text of UTF-8": (delimited(ROSTER).encode("utf-8-sig"), "名单.csv", NEW),
    "text of GB18030": (delimited(ROSTER).encode("gb18030"), "名单.csv", NEW),
    "text of UTF-16 with tabs": (delimited(ROSTER, "\t").encode("utf-16"), "名单.txt", NEW),
    "text with semicolons": (delimited(ROSTER, ";").encode(), "名单.csv", NEW),
    "an OpenDocument sheet": (ODS, "名单.ods", NEW),
    "a workbook named as an old one": (workbook({"Sheet1": ROSTER}), "名单.xls", NEW),
    "a name of 300 characters": (workbook({"Sheet1": ROSTER}), "名" * 295 + ".xlsx", NEW),
    "a name that is no text": (workbook({"Sheet1": ROSTER}), "名单\udcff.xlsx", NEW),
    "phones as numbers": (
        workbook({"Sheet1": [HEADINGS, *([*row[:5], int(row[5])] for row in lines(1, 2))]}),
        "名单.xlsx",
        {"new": 2},
    ),
    "wrong rows among right ones": (
        workbook({"Sheet1": [*ROSTER, *lines(4, 性别="M"), *lines(5, 所在团支部="无")]}),
        "名单.xlsx",
        {"new": 3, "wrong": 2},
    ),
    "a repeated row": (workbook({"Sheet1": [*ROSTER, line(3)]}), "名单.xlsx", {"new": 3, "duplicate": 1}),
}
UNREADABLE = {
    "one cell in the last column": (far_cell("XFD1048576"), "某一工作表的有内容区域达 1048576 行 × 16384 列"),
    "a web page": (b"<html><table><tr><td>\xe5\xa7\x93</td></tr></table></html>", "网页或 XML 文件"),
    "another table": (workbook({"Sheet1": [["日期", "事项"], ["2017-05-04", "值班"]]}), "没有找到团员表的文件"),
    "nothing": (b"", "空文件"),
}


@pytest.fixture
def branches():
    return make_branches()


RIGHT = {id: list for id, list in CORPUS.items() if set(list[-1]) == {"new"}}
WRONG = {id: list for id, list in CORPUS.items() if id not in RIGHT}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("data", "name", "counts"), RIGHT.values(), ids=RIGHT)
def test_a_list_as_offices_send_it_is_taken_in(branches, data, name, counts):
    found = take_in_rows(KINDS["members"], data, name)
    assert tally(found.batch) == counts, problems(found)
    assert (found.is_written, Member.objects.count()) == (True, counts["new"])
    again = take_in_rows(KINDS["members"], data, name)
    assert tally(again.batch) == {"same": counts["new"]}
    assert len(ImportBatch.objects.first().file_name) <= 255


@pytest.mark.parametrize(("data", "name", "counts"), WRONG.values(), ids=WRONG)
def test_a_list_in_which_something_is_wrong_is_told_row_by_row_and_not_taken_in(branches, data, name, counts):
    found = take_in_rows(KINDS["members"], data, name)
    assert tally(found.batch) == counts, problems(found)
    assert (found.is_written, Member.objects.count(), ImportBatch.objects.count()) == (False, 0, 0)


@pytest.mark.parametrize(("data", "begin"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_list_is_refused_and_nothing_kept(branches, data, begin):
    before = records()
    with pytest.raises(UnreadableWorkbook) as refusal:
        take_in_rows(KINDS["members"], data, "名单.xlsx")
    assert str(refusal.value).startswith(begin)
    assert (records(), ImportBatch.objects.count()) == (before, 0)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("act", ["os.kill(os.getpid(), 9)", "one.MEMORY = 20 << 20", "one.CPU_SECONDS = 0"])
def test_a_reader_that_is_killed_or_out_of_memory_or_time_is_one_clear_line(branches, monkeypatch, act):
    reader = "import os, sys; sys.path.append(sys.argv[1]); from yl_district.spreadsheets import child as one; "
    monkeypatch.setattr(workbooks, "READER", f"{reader}{act}; one.main(sys.argv[2])")
    data, before = workbook({"Sheet1": [HEADINGS, *lines(*range(5_000))]}), records()
    with pytest.raises(UnreadableWorkbook) as refusal:
        take_in_rows(KINDS["members"], data, "名单.xlsx")
    assert str(refusal.value).startswith("无法安全打开的工作簿；应为未加密的 Excel 工作簿")
    assert (records(), ImportBatch.objects.count(), ImportPart.objects.count()) == (before, 0, 0)


def test_a_reader_killed_halfway_leaves_no_half_file(branches, monkeypatch):
    reader = "import os, sys; sys.path.append(sys.argv[1]); from yl_district.spreadsheets import child as one; "
    die = "show = one.print_part; one.print_part = lambda *told: os.kill(os.getpid(), 9) if told[4] else show(*told)"
    monkeypatch.setattr(workbooks, "READER", f"{reader}{die}; one.main(sys.argv[2])")
    with pytest.raises(UnreadableWorkbook, match="无法安全打开的工作簿"):
        take_in_rows(KINDS["members"], workbook({"Sheet1": [HEADINGS, *lines(*range(2_500))]}), "名单.xlsx")
    assert (ImportBatch.objects.count(), ImportPart.objects.count()) == (0, 0)


def outcome(data, name):
    """What became of a damaged file, checked only: refused, or its counts."""
    try:
        found = take_in_rows(KINDS["members"], data, name, check=True)
    except UnreadableWorkbook as refusal:
        assert str(refusal).endswith("。")
        return "refused"
    assert [problem for problem in found.errors if not problem.expected or not problem.remedy] == []
    return "checked with errors" if found.errors else "checked"


@pytest.mark.full
@pytest.mark.cpu(12)
def test_damaged_copies_are_refused_or_checked_and_never_anything_else(branches, promises):
    before, outcomes, slowest = records(), Counter(), 0.0
    files = [(data, name) for data, name, _ in CORPUS.values()]
    for seed in range(100):
        data, name = files[seed % len(files)]
        change = mutated_inside if data[:2] == b"PK" and seed % 3 else mutated
        began = time.monotonic()
        outcomes[outcome(change(data, seed), name)] += 1
        slowest = max(slowest, time.monotonic() - began)
    promises.add("C1", lists=sum(outcomes.values()))
    assert set(outcomes) == {"refused", "checked", "checked with errors"}
    assert (records(), ImportBatch.objects.count()) == (before, 0)
