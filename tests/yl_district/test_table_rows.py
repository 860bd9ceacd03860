"""Classifying the rows below the headings: no data row is set aside, and merged cells apply to all of their rows."""

from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.resources import MemberResource
from yl_district.recognition.headings import known_headings, recognise
from yl_district.recognition.layout import Layout, find_layout
from yl_district.recognition.rows import Row, RowKind, RowReader

BLANK, DATA, SECTION = RowKind.BLANK, RowKind.DATA, RowKind.SECTION
TOTAL, NOTE, HEADING = RowKind.TOTAL, RowKind.NOTE, RowKind.HEADING

HEADINGS = ["序号", "姓名", "性别", "所在团支部", "手机号码", "籍贯", "备注"]
TAKEN = [1, 2, 3, 4, 6]
BRANCH = "柳林社区团支部"


def kinds(*rows, headings=HEADINGS, taken=TAKEN, merged=()):
    """The kinds of `rows` below the headings."""
    return [row.kind for row in RowReader(Layout(0, 0, headings), taken, merged).read(0, [headings, *rows])]


def read(*rows, merged=(), fill_down=()):
    """The rows below the headings 序号, 姓名, … as (kind, cells, section)."""
    reader = RowReader(Layout(0, 0, HEADINGS), TAKEN, merged, fill_down)
    return [(row.kind, row.cells, row.section) for row in reader.read(0, [HEADINGS, *rows])]


def test_rows_keep_the_numbers_that_excel_shows():
    reader = RowReader(Layout(1, 2, HEADINGS), TAKEN)
    rows = [["名册"], HEADINGS, [], [1, "章程", "男"], [], [2, "陆远", "女"]]
    assert list(reader.read(0, rows)) == [
        Row(4, DATA, [1, "章程", "男"], ""),
        Row(5, BLANK, [], ""),
        Row(6, DATA, [2, "陆远", "女"], ""),
    ]


@pytest.mark.parametrize("row", [[], [None, None], ["", " ", "　"], ["\u200b"], [37], [37.0, None], ["38"]])
def test_a_row_with_nothing_but_its_number_is_blank(row):
    assert kinds(row) == [BLANK]


@pytest.mark.parametrize(
    "row",
    [
        ["合计", None, None, None, 92],
        ["合 计", "92人"],
        ["合计：92人"],
        ["总计", None, "男20人，女30人"],
        [None, "小计", 12, 3.5],
        ["北京市小计", "12场/300人次"],
        ["本页合计", "00.00%", "—"],
        ["汇总", 8, "270余"],
        ["共12人"],
        ["共 12 人"],
        [13, "合计", 300],
        ["合计（人）", 5],
        ["合计", 5, "负责人：章程"],
        ["总人数", 30],
        ["累计", 1],
    ],
)
def test_a_total_word_with_nothing_but_quantities_makes_a_total(row):
    assert kinds(row) == [TOTAL]


@pytest.mark.parametrize(
    "row",
    [
        [1, "章程", "男", BRANCH, "13800000000", None, "合计"],
        [None, "章程", "男", None, None, None, "小计 3 次，共计 5 次"],
        [None, "合计", None, None, "13800000000"],
        [None, "合计", None, None, 13800000000.0],
        [None, "合计", "110101199805041234"],
        [None, "小计", "女", BRANCH],
        [None, "总计", date(1998, 5, 4)],
        [None, "汇总中心", 30],
        [None, "共青", "男"],
        [1, "章程"],
        [None, "章程"],
        [None, None, None, None, "13800000000"],
        [None, None, None, None, 13800000000.0],
        [5, None, None, None, None, None, "填表人不详"],
        [2017, 30, 40],
        [None, "例", "男"],
        [None, "负责人", "章程"],
        [None, "负责人", "章程", None, None, None, "电话：略"],
        [None, "填表人：章程", "章程", BRANCH],
    ],
)
def test_a_row_with_something_to_take_is_data(row):
    assert kinds(row) == [DATA]


def test_a_unit_may_be_called_as_totals_are():
    headings, taken = ["单位名称", "类别", "职工总数", "状态日期"], [0, 1, 2, 3]
    rows = [["小计", "民营企业", 30], ["小计", None, 30, date(2017, 5, 4)], ["小计", None, 30], ["汇总科技", None, 30]]
    assert kinds(*rows, headings=headings, taken=taken) == [DATA, DATA, TOTAL, DATA]


@pytest.mark.parametrize(
    "row",
    [
        ["填表人：章程", None, None, "审核人：陆远", "13800000000"],
        ["填表人：", "章程", None, "联系电话：", "13800000000"],
        [None, "填 表 人", "章程", "审核人", "陆远"],
        ["负责人（签字）：", None, "单位（盖章）："],
        ["负责人（签字）", None, "单位（盖章）"],
        ["备注：以上人员均已核对"],
        [None, None, "备注：以上人员均已核对"],
        ["注：1. 姓名须与身份证一致"],
        ["【说明】姓名必填"],
        ["以下空白"],
        ["（盖章）"],
        [None, None, None, None, None, "北京"],
        ["附：", None, None, None, None, "北京"],
        ["本表由各支部于每年十二月底以前填写，由团工委汇总核对以后统一上报，不得漏报、重报、错报，特此说明。"],
        ["示例", "章程", "男", BRANCH, "13800000000"],
    ],
)
def test_remarks_signatures_and_worked_examples_are_notes(row):
    assert kinds(row) == [NOTE]


def test_the_lines_of_a_remark_belong_to_it():
    rows = [[1, "章程", "男"], ["备注：", None], ["1. 本表一式两份"], [], ["2、请勿改动"], [2, "陆远", "女"]]
    assert kinds(*rows) == [DATA, NOTE, NOTE, BLANK, NOTE, DATA]


@pytest.mark.parametrize(
    ("row", "merged", "name"),
    [
        (["北京市（92所）"], ((1, 0, 1, 6),), "北京市"),
        ([None, "清和科技有限公司（北京）"], ((1, 1, 1, 6),), "清和科技有限公司（北京）"),
        (["柳林社区"], (), "柳林社区"),
        (["一、柳林社区团支部（共12人）"], (), BRANCH),
        (["（二）柳林社区团支部"], (), BRANCH),
        (["一", BRANCH], (), BRANCH),
        (["支部：柳林社区团支部"], (), BRANCH),
        (["【柳林社区团支部】"], (), BRANCH),
        ([None, BRANCH], (), BRANCH),
        ([None, "柳林社区(12人)"], (), "柳林社区"),
        ([None, None, None, BRANCH], (), BRANCH),
    ],
)
def test_a_text_alone_that_heads_a_section_names_it(row, merged, name):
    assert read(row, [1, "章程", "男"], merged=merged) == [(SECTION, row, name), (DATA, [1, "章程", "男"], name)]


def test_the_column_of_numbers_needs_no_heading():
    headings = [None, "姓名", "性别", "所在团支部"]
    layout = find_layout([headings], (), {"姓名", "性别"})
    rows = RowReader(layout, [1, 2, 3]).read(1, [["柳林社区"], [1, "章程"], ["示例", "张三", "男"], [2]])
    assert [row.kind for row in rows] == [SECTION, DATA, NOTE, BLANK]


@pytest.mark.parametrize(
    "text", ["1" * 30_000 + "-", "（" * 30_000, "（" + "1" * 30_000, "人 " * 15_000, "共" * 30_000, " " * 30_000 + "1"]
)
def test_long_texts_are_told_at_once(text):
    started = process_time()
    for row in ([text], [None, text], ["合计", text], [1, text, text], ["填表人：", text]):
        kinds(row)
    assert process_time() - started < 1


def test_in_a_table_of_few_columns_one_text_is_a_record():
    assert kinds([BRANCH], ["章程"], ["姓名"], headings=["姓名"], taken=[0]) == [DATA, DATA, HEADING]


def test_a_cell_merged_under_a_heading_as_wide_is_no_section():
    headings, merged = ["姓名", None, "性别", "备注"], ((0, 0, 0, 1), (1, 0, 1, 1))
    layout = find_layout([headings], merged, {"姓名", "性别"})
    assert [row.kind for row in RowReader(layout, [0, 2, 3], merged).read(1, [["章程"]])] == [DATA]


def test_headings_repeated_on_the_next_page_are_set_aside():
    assert kinds([1, "章程", "男"], HEADINGS, ["序号", "姓 名", "性\n别*", "团支部"]) == [DATA, HEADING, HEADING]


def test_both_rows_of_double_headings_are_known_again():
    headings = ["序号", "帮扶人·姓名", "帮扶人·电话"]
    rows = [["序号", "帮扶人"], [None, "姓名", "电话"], [1, "姓名", "13800000000"]]
    assert kinds(*rows, headings=headings, taken=[1, 2]) == [HEADING, HEADING, DATA]


def test_a_value_merged_over_rows_is_the_value_of_each():
    rows = [
        [1, "章程", "男", BRANCH],
        [2, "陆远", "女"],
        [],
        [3, "顾清", "女", None, "13800000000"],
        [4, "沈禾", "男"],
    ]
    assert read(*rows, merged=((1, 3, 4, 3),)) == [
        (DATA, [1, "章程", "男", BRANCH], ""),
        (DATA, [2, "陆远", "女", BRANCH], ""),
        (BLANK, [], ""),
        (DATA, [3, "顾清", "女", BRANCH, "13800000000"], ""),
        (DATA, [4, "沈禾", "男"], ""),
    ]


def test_merging_over_several_columns_spreads_nothing():
    rows = [[1, "章程", "男", "待核"], [2, "陆远", "女"], ["合计", 2]]
    assert read(*rows, merged=((1, 3, 2, 4),)) == [
        (DATA, rows[0], ""),
        (DATA, rows[1], ""),
        (TOTAL, rows[2], ""),
    ]


def test_a_blank_cell_has_the_value_above_it_only_where_asked_and_within_its_section():
    rows = [
        [1, "章程", "男", BRANCH],
        [2, "陆远", "女"],
        [],
        ["备注：略"],
        [3, "顾清", "女"],
        ["小计", 3],
        [4, "沈禾", "男"],
        [5, "林岚", "女", "河东团支部"],
        ["南片"],
        [6, "江舟", "男"],
    ]
    branches = [cells[3] if len(cells) > 3 else None for kind, cells, _ in read(*rows, fill_down=[3]) if kind is DATA]
    assert branches == [BRANCH, BRANCH, BRANCH, None, "河东团支部", None]
    branches = [cells[3] if len(cells) > 3 else None for kind, cells, _ in read(*rows) if kind is DATA]
    assert branches == [BRANCH, None, None, None, "河东团支部", None]


def test_a_branch_alone_in_its_column_is_filled_down():
    rows = [[None, None, None, BRANCH], [1, "章程", "男"]]
    assert read(*rows, fill_down=[3])[1] == (DATA, [1, "章程", "男", BRANCH], BRANCH)


# A roster as an office might write it, whatever stands between its rows

COLUMNS = [item.column_name for item in MemberResource.columns]
SYNONYMS = MemberResource.synonyms
BRANCHES = ["柳林社区团支部", "河东团支部", "清河地区机关团总支", "清和科技有限公司团支部"]
ABOVE = [
    ["附件1："],
    ["清河地区2017年团员名册"],
    ["单位：清河地区", None, "填报人：章程"],
    ["【说明】姓名、性别必填"],
    [],
]
BETWEEN = {
    SECTION: [["一、柳林社区（12人）"], ["二", "河东片（3人）"], ["南片区"]],
    TOTAL: [["合计", None, 12], ["小计：3人"], ["共12人"]],
    BLANK: [[], [None, " "], [99]],
    NOTE: [["备注：以上均已核对"], ["填表人：章程", None, "13800000000"]],
}
PEOPLE = st.fixed_dictionaries(
    {
        "姓名": st.text("章程陆远顾清沈禾林岚江舟计总共合", min_size=2, max_size=4),
        "性别": st.sampled_from(["男", "女"]),
        "出生日期": st.sampled_from(["1998-05-04", "1999.1", date(1997, 2, 3)]),
        "手机号码": st.sampled_from([None, "13800000000", 13900000000.0]),
        "备注": st.sampled_from([None, "合计", "备注：无", "小计 3 人", "填表人：章程"]),
    }
)


@st.composite
def rosters(draw):
    """A roster's people, and the sheet that an office made of them: its rows and merged cells.

    Where no column counts the rows, the names of sections are merged over the width.
    """
    lead = draw(st.sampled_from([["序号"], []]))
    groups = draw(st.lists(st.lists(PEOPLE, min_size=1, max_size=4), min_size=1, max_size=4))
    places = draw(st.permutations(["姓名", "性别", "出生日期", "手机号码", "备注", "所在团支部"]))
    headings = [draw(st.sampled_from([name, *SYNONYMS.get(name, "").split()])) for name in places]
    headings = [name if heading == "单位" else heading for heading, name in zip(headings, places, strict=True)]
    rows = [*draw(st.lists(st.sampled_from(ABOVE), max_size=5)), [*lead, *headings]]
    people, merged = [], []
    for number, group in enumerate(groups):
        for kind in draw(st.lists(st.sampled_from(list(BETWEEN)), max_size=2)):
            if kind is SECTION and not lead:
                merged.append((len(rows), 0, len(rows), len(places) - 1))
            rows.append(draw(st.sampled_from(BETWEEN[kind] if lead else BETWEEN[kind][:1])))
        branch, start, is_merged = BRANCHES[number], len(rows), draw(st.booleans())
        for place, person in enumerate(group):
            known = person | {"所在团支部": branch}
            people.append(known)
            shown = known | ({"所在团支部": None} if is_merged and place else {})
            rows.append([len(people)][: len(lead)] + [shown[name] for name in places])
        if is_merged and len(group) > 1:
            column = places.index("所在团支部") + len(lead)
            merged.append((start, column, len(rows) - 1, column))
    return people, rows, merged


@given(rosters(), st.integers(1, 7))
def test_of_any_roster_the_people_are_recovered(roster, size):
    people, rows, merged = roster
    layout = find_layout(rows, merged, known_headings(COLUMNS, SYNONYMS))
    columns = {one.place: one.column for one in recognise(layout.headings, COLUMNS, SYNONYMS) if one.column}
    reader = RowReader(layout, columns, merged)
    found = [row for first in range(0, len(rows), size) for row in reader.read(first, rows[first : first + size])]
    assert [{name: row.cells[place] for place, name in columns.items()} for row in found if row.kind is DATA] == people
    assert [row.number for row in found] == list(range(layout.last_heading_row + 2, len(rows) + 1))


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["姓名", "性别", "电话", "序号", "合计", "备注：", "填表人", "一", BRANCH, "（", "·", "*"]),
    st.text(max_size=6),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
)
MERGED = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 5), st.integers(0, 5)).map(
    lambda cell: (cell[0], cell[1], cell[0] + cell[2], cell[1] + cell[3])
)


@given(st.lists(st.lists(CELLS, max_size=7), max_size=10), st.lists(MERGED, max_size=4))
def test_whatever_a_sheet_holds_each_row_below_its_headings_is_told_once(rows, merged):
    known = known_headings(COLUMNS, SYNONYMS)
    layout = find_layout(rows, merged, known) or Layout(0, 0, [])
    found = recognise(layout.headings, COLUMNS, SYNONYMS, samples=rows)
    assert [one.place for one in found] == list(range(len(layout.headings)))
    taken = [one.place for one in found if one.column]
    numbers = [row.number for row in RowReader(layout, taken, merged, taken[:1]).read(0, rows)]
    assert numbers == list(range(layout.last_heading_row + 2, len(rows) + 1))
