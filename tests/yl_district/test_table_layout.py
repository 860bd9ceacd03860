"""Locating a table in a sheet: below titles and notes, with headings in one or several rows."""

from dataclasses import dataclass
from datetime import date

import pytest

from yl_district.recognition.headings import known_headings
from yl_district.recognition.layout import Layout, SheetCandidate, find_layout, has_own_name, sheet_candidates

KNOWN = known_headings(
    ["姓名", "性别", "民族", "出生日期", "所在团支部", "手机号码", "学校", "备注"],
    {"手机号码": "电话 手机", "所在团支部": "团支部"},
)
ROW = ["章程", "男", "1998-05-04", "柳林社区团支部"]
HEADINGS = ["姓名", "性别", "出生日期", "所在团支部"]


@dataclass(frozen=True)
class Page:
    """A sheet as the reader gives it."""

    name: str
    rows: list
    merged: tuple = ()


ABOVE = {
    "nothing": [],
    "a title": [["清河地区2017年团员名册"]],
    "an attachment's number and a title": [["附件1："], ["清河地区团员名册", None, None, None]],
    "who filled it in": [["团员名册"], ["单位：清河地区", None, "填报人：章程", "日期：2017-12-01"]],
    "who filled it in, without colons": [["单位", "清河地区", "填报人", "章程"]],
    "instructions": [["【说明】1. 姓名、性别必填；2. 手机号码为11位。"], [], ["填表说明：见附件"]],
    "a known word in a remark": [["备注", "请用文本格式填写"]],
    "as many rows as may be": [["说明"]] * 19,
}


@pytest.mark.parametrize("above", ABOVE)
def test_headings_are_found_below_what_stands_above_them(above):
    first = len(ABOVE[above])
    assert find_layout([*ABOVE[above], HEADINGS, ROW], (), KNOWN) == Layout(first, first, HEADINGS)


def test_headings_are_found_below_titles_merged_over_the_width():
    rows = [["团员名册"], ["单位：清河", None, "填报人：章程"], HEADINGS, ROW]
    merged = ((0, 0, 0, 3), (1, 0, 1, 1), (1, 2, 1, 3))
    assert find_layout(rows, merged, KNOWN) == Layout(2, 2, HEADINGS)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[]],
        [["值班表"], ["周一", "章程"]],
        [["说明"]] * 20 + [HEADINGS],
    ],
)
def test_a_sheet_without_known_headings_near_its_top_has_no_table(rows):
    assert find_layout(rows, (), KNOWN) is None


def test_of_rows_with_as_many_headings_the_first_counts():
    assert find_layout([HEADINGS, ROW, HEADINGS, ROW], (), KNOWN) == Layout(0, 0, HEADINGS)


def test_headings_are_told_as_they_stand_and_reach_to_the_widest_row():
    rows = [["姓 名*", "性\n别", None, "所在团支部："], [*ROW, "备忘"]]
    assert find_layout(rows, (), KNOWN) == Layout(0, 0, ["姓 名*", "性 别", "", "所在团支部:", ""])


def test_headings_in_two_merged_rows_are_joined():
    rows = [
        ["帮扶情况统计表"],
        ["序号", "帮扶人", None, "帮扶对象", None, "备注"],
        [None, "姓名", "电话", "姓名", "学校", None],
        [1, "章程", "13800000000", "顾清", "清河一中", None],
    ]
    merged = ((0, 0, 0, 5), (1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 1, 4), (1, 5, 2, 5))
    headings = ["序号", "帮扶人·姓名", "帮扶人·电话", "帮扶对象·姓名", "帮扶对象·学校", "备注"]
    assert find_layout(rows, merged, KNOWN) == Layout(1, 2, headings)


def test_headings_in_two_rows_are_joined_where_merging_was_lost():
    rows = [
        ["姓名", "性别", "联系方式", None, "备注"],
        [None, None, "手机", "微信", None],
        ["章程", "男", "13800000000", "zhang", None],
    ]
    assert find_layout(rows, (), KNOWN) == Layout(0, 1, ["姓名", "性别", "联系方式·手机", "联系方式·微信", "备注"])


@pytest.mark.parametrize("merged", [(), ((0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 1, 3))])
def test_a_day_may_have_a_column_for_each_part(merged):
    rows = [["姓名", "入团时间", None, "团支部"], [None, "年", "月", None], ["章程", 2014, 5, "柳林社区团支部"]]
    assert find_layout(rows, merged, KNOWN) == Layout(0, 1, ["姓名", "入团时间·年", "入团时间·月", "团支部"])


def test_headings_in_three_rows_are_joined():
    rows = [
        ["姓名", "联系", None, None],
        [None, "本人", None, "家长"],
        [None, "手机", "微信", "电话"],
        ["章程", "13800000000", "zhang", "13900000000"],
    ]
    merged = ((0, 0, 2, 0), (0, 1, 0, 3), (1, 1, 1, 2))
    headings = ["姓名", "联系·本人·手机", "联系·本人·微信", "联系·家长·电话"]
    assert find_layout(rows, merged, KNOWN) == Layout(0, 2, headings)


def test_a_heading_merged_over_two_rows_or_columns_without_any_below_is_one_heading():
    rows = [["姓名", "性别", "备注"], [], ["章程", "男", "团", "员"]]
    merged = ((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 3))
    assert find_layout(rows, merged, KNOWN) == Layout(0, 1, ["姓名", "性别", "备注", ""])
    assert find_layout([rows[0], rows[2]], ((0, 2, 0, 3),), KNOWN) == Layout(0, 0, ["姓名", "性别", "备注", ""])


@pytest.mark.parametrize("row", [ROW, ["章程"], [None, None, None, None, "备忘"], ["顾清", "女", "姓名"], [1, 2]])
def test_a_row_of_data_is_no_second_row_of_headings(row):
    assert find_layout([[*HEADINGS, None], row], (), KNOWN).last_heading_row == 0


@pytest.mark.parametrize(
    "row", [ROW, ["章程", "男", date(1998, 5, 4), "柳林社区团支部"], ["章程", None, 13800000000.0]]
)
def test_a_heading_merged_into_the_first_row_of_data_takes_it_not_along(row):
    assert find_layout([HEADINGS, row], ((0, 3, 1, 3),), KNOWN) == Layout(0, 0, HEADINGS)


def test_a_branch_merged_beside_data_makes_no_headings():
    rows = [HEADINGS, ROW, ["陆远", "女", "1997-01-01"]]
    assert find_layout(rows, ((1, 3, 2, 3),), KNOWN) == Layout(0, 0, HEADINGS)


def test_sheets_are_told_by_what_is_in_them():
    form = [
        ["团员登记表"],
        ["姓名", "章程", "性别", "男"],
        ["民族", "汉族", "出生日期", "1998-05-04"],
        ["手机号码", "13800000000", "学校", "清河一中"],
    ]
    sheets = [
        Page("柳林社区", [["团员名册"], HEADINGS, ROW], ((0, 0, 0, 3),)),
        Page("Sheet2", [[], [None, " "]]),
        Page("值班表", [["周一", "章程"]]),
        Page("登记表", form),
        Page("通讯录", [["部门", "电话", "学校"], ["办公室", "13800000000", ""]]),
        Page("只有姓名", [["姓名", "籍贯"], ["章程", "北京"]]),
        Page("Sheet3", []),
    ]
    assert sheet_candidates(sheets, KNOWN, {"姓名", "性别"}) == [
        SheetCandidate(0, "柳林社区", "table", Layout(1, 1, HEADINGS), True),
        SheetCandidate(1, "Sheet2", "empty", None, False),
        SheetCandidate(2, "值班表", "other", None, True),
        SheetCandidate(3, "登记表", "form", None, True),
        SheetCandidate(4, "通讯录", "other", None, True),
        SheetCandidate(5, "只有姓名", "other", None, True),
        SheetCandidate(6, "Sheet3", "empty", None, False),
    ]


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        ("柳林社区", True),
        ("2017", True),
        ("Sheet1", False),
        ("sheet 2", False),
        ("Sheet1 (2)", False),
        ("工作表3", False),
    ],
)
def test_names_that_a_spreadsheet_gives_are_no_branches(name, is_own):
    assert has_own_name(name) is is_own
