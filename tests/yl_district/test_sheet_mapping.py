"""A mapping survives JSON serialisation, and reads a file's parts accordingly, wherever the branch is named."""

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yl_district.recognition.kind_headings import KindHeadings
from yl_district.recognition.mapping import MappedReader, Mapping, SheetMapping
from yl_district.recognition.rows import RowKind

HEADINGS = ["序号", "姓名", "性别", "团支部"]
BRANCH = "柳林社区团支部"


@dataclass(frozen=True)
class Part:
    """A SheetPart as the reader yields it."""

    number: int
    name: str
    rows: list
    first_row: int = 0
    merged: tuple = ()
    marks: dict = field(default_factory=dict)


def sheet(number=0, name="名册", columns=None, is_taken=True):
    """A sheet with the headings in its first row."""
    return SheetMapping(number, name, is_taken, 0, 0, columns or {1: "姓名", 2: "性别"}, [0], HEADINGS)


def cells(mapping, *parts):
    """The cells of all data rows."""
    reader = MappedReader(mapping)
    return [found.cells for part in parts for found in reader.read(part) if found.cells]


def test_a_mapping_goes_into_json_and_back():
    mapping = Mapping([sheet(), sheet(1, "说明", is_taken=False)], "所在团支部", "fixed", BRANCH, fill_down=True)
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping


def test_a_mapping_knows_its_sources_of_groups_only():
    with pytest.raises(ValueError, match="guess"):
        Mapping.from_json(Mapping(group_from="guess").to_json())


def test_rows_of_data_become_cells_by_column_and_others_keep_their_kind():
    rows = [HEADINGS, [1, "章程", "男", BRANCH], [], ["合计", 2], [2, "陆远", " "], ["填表人：顾清"]]
    found = list(
        MappedReader(Mapping([sheet(columns={1: "姓名", 2: "性别", 3: "所在团支部"})])).read(Part(0, "", rows))
    )
    assert [(one.sheet, one.row.number, one.row.kind, one.cells) for one in found] == [
        (0, 2, RowKind.DATA, {"姓名": "章程", "性别": "男", "所在团支部": BRANCH}),
        (0, 3, RowKind.BLANK, {}),
        (0, 4, RowKind.TOTAL, {}),
        (0, 5, RowKind.DATA, {"姓名": "陆远"}),
        (0, 6, RowKind.NOTE, {}),
    ]


def test_each_sheet_can_be_a_branch():
    mapping = Mapping([sheet(), sheet(1), sheet(2, is_taken=False)], "所在团支部", "sheet")
    row = [1, "章程", "男"]
    parts = [
        Part(0, " 柳林社区团支部 ", [HEADINGS, row]),
        Part(1, "河东团支部", [HEADINGS, row]),
        Part(2, "说明", [HEADINGS, row]),
        Part(3, "Sheet4", [HEADINGS, row]),
    ]
    assert cells(mapping, *parts) == [
        {"姓名": "章程", "性别": "男", "所在团支部": BRANCH},
        {"姓名": "章程", "性别": "男", "所在团支部": "河东团支部"},
    ]


def test_each_section_can_be_a_branch_also_over_parts():
    mapping = Mapping([sheet()], "所在团支部", "section")
    parts = [
        Part(0, "名册", [HEADINGS, [1, "章程", "男"], ["一、柳林社区团支部（2人）"]]),
        Part(0, "名册", [[2, "陆远", "女"], []], first_row=3),
        Part(0, "名册", [[3, "顾清", "女"], ["河东团支部"], [4, "沈禾", "男"]], first_row=5),
    ]
    assert [found.get("所在团支部") for found in cells(mapping, *parts)] == [None, BRANCH, BRANCH, "河东团支部"]


def test_one_branch_can_be_given_for_all_but_a_cell_of_its_own_comes_first():
    mapping = Mapping([sheet(columns={1: "姓名", 3: "所在团支部"})], "所在团支部", "fixed", BRANCH)
    rows = [HEADINGS, [1, "章程", "男", "河东团支部"], [2, "陆远", "女"]]
    assert [found["所在团支部"] for found in cells(mapping, Part(0, "名册", rows))] == ["河东团支部", BRANCH]


@pytest.mark.parametrize(("merged", "fill_down"), [(((1, 3, 4, 3),), False), ((), True)])
def test_a_branch_written_once_belongs_to_the_rows_below_also_over_parts(merged, fill_down):
    columns = {1: "姓名", 3: "所在团支部"}
    mapping = Mapping([sheet(columns=columns)], "所在团支部", fill_down=fill_down)
    parts = [
        Part(0, "名册", [HEADINGS, [1, "章程", "男", BRANCH], [2, "陆远", "女"]], 0, merged),
        Part(0, "名册", [[3, "顾清", "女"], [4, "沈禾", "男"]], 3, merged),
    ]
    assert [found["所在团支部"] for found in cells(mapping, *parts)] == [BRANCH] * 4


def test_headings_may_end_in_a_later_part():
    mapping = Mapping([SheetMapping(0, "名册", True, 2, 2, {1: "姓名"}, [], HEADINGS)])
    parts = [Part(0, "名册", [["名册"], []]), Part(0, "名册", [HEADINGS, [1, "章程"]], first_row=2)]
    assert cells(mapping, *parts) == [{"姓名": "章程"}]


def test_a_row_that_two_sheets_send_is_told_apart_by_sheet_and_number():
    reader = MappedReader(Mapping([sheet(), sheet(1)]))
    parts = [Part(0, "柳林", [HEADINGS, [1, "章程", "男"]]), Part(1, "河东", [HEADINGS, [], [1, "章程", "男"]])]
    found = [one for part in parts for one in reader.read(part) if one.cells]
    assert [(one.sheet, one.row.number, one.cells) for one in found] == [
        (0, 2, {"姓名": "章程", "性别": "男"}),
        (1, 3, {"姓名": "章程", "性别": "男"}),
    ]


@given(
    st.permutations(range(6)),
    st.permutations(range(6)),
    st.lists(st.lists(st.text("章程男女柳林0123456789-", max_size=6), min_size=6, max_size=6), min_size=1, max_size=4),
)
def test_rows_mean_the_same_in_whatever_order_their_headings_stand(first, second, people):
    names = ["姓名", "性别", "出生日期", "所在团支部", "工作单位", "备注"]
    people = [[f"章{number}", "男", *person[2:]] for number, person in enumerate(people)]

    def ordered(row, order):
        return [row[place] for place in order]

    columns = dict(enumerate(ordered(names, first)))
    mapping = Mapping([SheetMapping(0, "名册", True, 0, 0, columns, [], ordered(names, first), "members")])
    rows = [ordered(names, first), *(ordered(person, first) for person in people)]
    rows += [ordered(names, second), *(ordered(person, second) for person in people)]
    reader = MappedReader(mapping, lambda kind: KindHeadings(tuple(names)))
    found = [one.cells for one in reader.read(Part(0, "名册", rows)) if one.cells]
    assert found == 2 * [{name: cell for name, cell in zip(names, person, strict=True) if cell} for person in people]
