"""Reading and writing workbooks: what is read from each format, and that text stays text."""

import io
import re
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spreadsheet_files import (
    OLD_WORKBOOK,
    SHEET,
    SMALL_OLD_WORKBOOK,
    ods_cell,
    ods_row,
    ods_table,
    open_document,
    repacked,
    with_cells,
    with_sheet,
    workbook,
)
from yl_district.spreadsheets.limits import FORMULA_ERROR
from yl_district.spreadsheets.workbooks import (
    CELL_LIMIT,
    CUT,
    Heading,
    Sheet,
    SheetPart,
    read_workbook,
    stream_workbook,
    write_workbook,
)


def roster_xlsx():
    """The roster as today's Excel saves it."""

    def fill(book, page):
        day, moment = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        page.merge_range(0, 0, 0, 4, "团员名册")
        page.write_row(1, 0, ["姓名", "人数", "金额", "出生日期", "备注"])
        page.write_row(2, 0, ["章程", 12, 1998.1])
        page.write_datetime(2, 3, datetime(2017, 5, 4), day)
        page.write_boolean(2, 4, True)
        page.write_string(3, 0, "李\n梅")
        page.write_datetime(3, 3, datetime(2017, 5, 4, 15, 30), moment)
        page.write_string(4, 0, "𠮷野")
        page.write_string(4, 1, "110105194912310020")
        page.write_formula(5, 0, "=1/0", None, "#DIV/0!")
        page.write_string(5, 4, "=1+1")
        hidden = book.add_worksheet("选项")
        hidden.write_string(0, 0, "x")
        hidden.hide()
        book.add_worksheet("空表")
        other = book.add_worksheet("公式")
        other.write_string(0, 0, "合计")
        other.write_formula(2, 1, "=NA()", None, "#N/A")
        other.write_formula(3, 2, "=1/0", None, "#DIV/0!")

    return workbook(fill, ())


def roster_ods():
    """The roster as LibreOffice saves it: filled up to the sheet's end with repeated empty cells."""
    covered = '<table:covered-table-cell table:number-columns-repeated="4"/>'
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error" table:formula="of:=1/0"'
    old_error = 'office:value-type="float" office:value="0" table:formula="of:=NA()"'
    rows = [
        ods_row(ods_cell("团员名册", more='table:number-columns-spanned="5" table:number-rows-spanned="1"'), covered),
        ods_row(*map(ods_cell, ["姓名", "人数", "金额", "出生日期", "备注"]), ods_cell(repeated=16379)),
        ods_row(
            ods_cell("章程"),
            ods_cell("12", 'office:value-type="float" office:value="12"'),
            ods_cell("1998.10", 'office:value-type="float" office:value="1998.1"'),
            ods_cell("2017年5月4日", 'office:value-type="date" office:date-value="2017-05-04"'),
            ods_cell("TRUE", 'office:value-type="boolean" office:boolean-value="true"'),
        ),
        ods_row(
            ods_cell("李\n梅"),
            ods_cell(repeated=2),
            ods_cell("5/4 15:30", 'office:value-type="date" office:date-value="2017-05-04T15:30:00"'),
        ),
        ods_row(ods_cell("𠮷野"), ods_cell("110105194912310020"), ods_cell(repeated=16382)),
        ods_row(ods_cell("#DIV/0!", error), ods_cell(repeated=3), ods_cell("=1+1")),
        ods_row(ods_cell(repeated=16384), repeated=1048570),
    ]
    failed = [
        ods_row(ods_cell("合计")),
        ods_row(ods_cell(repeated=3)),
        ods_row(ods_cell(), ods_cell("#N/A", old_error)),
    ]
    failed += [ods_row(ods_cell(repeated=2), ods_cell("Err:502", error))]
    return open_document(
        ods_table("".join(rows))
        + ods_table(ods_row(ods_cell("x")), "选项", "hidden")
        + ods_table(ods_row(ods_cell(repeated=16384), repeated=1048576), "空表")
        + ods_table("".join(failed), "公式")
    )


ROSTER = [
    Sheet(
        "团员",
        [
            ["团员名册"],
            ["姓名", "人数", "金额", "出生日期", "备注"],
            ["章程", 12, 1998.1, date(2017, 5, 4), True],
            ["李\n梅", None, None, datetime(2017, 5, 4, 15, 30)],
            ["𠮷野", "110105194912310020"],
            [FORMULA_ERROR, None, None, None, "=1+1"],
        ],
        ((0, 0, 0, 4),),
    ),
    Sheet("空表", []),
    Sheet("公式", [["合计"], [], [None, FORMULA_ERROR], [None, None, FORMULA_ERROR]]),
]
FORMATS = {"xlsx": roster_xlsx(), "ods": roster_ods(), "xls": OLD_WORKBOOK.read_bytes()}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("file_name", ["", "名册.xlsx", "名册.xls", "名册.csv", "名" * 300 + ".ods"])
def test_every_format_is_read_by_its_content_whatever_its_name(kind, file_name):
    sheets = read_workbook(FORMATS[kind], file_name)
    assert sheets == ROSTER
    assert [type(cell) for cell in sheets[0].rows[2][2:]] == [float, date, bool]


def test_a_long_sheet_comes_in_parts_that_know_their_place():
    def fill(book, page):
        page.merge_range(1, 0, 2500, 0, "天翌物业团支部")
        for number in range(1, 2501):
            page.write_number(number, 1, number)
        book.add_worksheet("空表")

    parts = list(stream_workbook(workbook(fill)))
    areas = ((1, 0, 2500, 0),)
    assert [(part.number, part.name, part.merged, part.first_row, len(part.rows)) for part in parts] == [
        (0, "团员", areas, 0, 1000),
        (0, "团员", areas, 1000, 1000),
        (0, "团员", areas, 2000, 501),
        (1, "空表", (), 0, 0),
    ]
    assert [part.rows[0] for part in parts[:3]] == [["姓名", "性别"], [None, 1000.0], [None, 2000.0]]
    assert parts[3] == SheetPart(1, "空表", (), 0, [])


def test_long_texts_come_in_smaller_parts():
    data = workbook(
        lambda book, page: [page.write_string(number, 0, f"{number:03}" * 10_000) for number in range(1, 400)]
    )
    parts = list(stream_workbook(data))
    assert [part.first_row for part in parts] == [0, 100, 200, 300]
    assert [row for part in parts for row in part.rows] == read_workbook(data)[0].rows


def test_a_sheet_that_begins_below_and_to_the_right_keeps_its_places():
    data = with_sheet(lambda xml: re.sub(rb"<row.*</row>", b'<row r="3"><c r="C3"><v>7</v></c></row>', xml))
    assert read_workbook(data) == [Sheet("团员", [[], [], [None, None, 7.0]])]


def test_cells_that_do_not_say_where_they_are_follow_each_other():
    data = with_cells(
        '<row r="4"><c t="e"><v>#N/A</v></c><c><v>5</v></c></row><row><c/><c t=\'e\'><v>#N/A</v></c></row>'
    )
    assert read_workbook(data)[0].rows[1:] == [[], [], [FORMULA_ERROR, 5.0], [None, FORMULA_ERROR]]


def test_notes_and_spaces_inside_an_open_document_cell_are_told_apart():
    note = "<office:annotation><text:p>备注：待核</text:p></office:annotation>"
    spaced = "<text:p>第一<text:s text:c='3'/>行<text:line-break/><text:span>第二行</text:span></text:p>"
    data = open_document(ods_table(ods_row(f"<table:table-cell>{note}{spaced}</table:table-cell>")))
    assert read_workbook(data) == [Sheet("团员", [["第一   行\n第二行"]])]


def test_repeated_filled_cells_of_an_open_document_are_all_there():
    rows = ods_row(ods_cell("甲", repeated=2), ods_cell(repeated=2), ods_cell("乙"), repeated=2) + ods_row(
        ods_cell(), repeated=2
    )
    data = open_document(
        ods_table(rows + ods_row(ods_cell("8:30", 'office:value-type="time" office:time-value="PT08H30M00S"')))
    )
    assert read_workbook(data)[0].rows == [["甲", "甲", None, None, "乙"]] * 2 + [[], [], ["08:30:00"]]


def rows_of(fill):
    """The rows below the headings of a workbook filled by `fill`."""
    return read_workbook(workbook(fill))[0].rows[1:]


def test_cells_keep_their_kind():
    def fill(book, page):
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.write_row(1, 0, ["章程", 12, 1998.1, True])
        page.write_datetime(2, 0, datetime(2017, 5, 4), day)
        page.write_datetime(2, 1, datetime(2017, 5, 4, 15, 30), moment)
        page.write_formula(3, 0, '="a"&"b"', None, "ab")
        page.write_string(4, 1, "  𠮷\n=1+1 ")

    assert rows_of(fill) == [
        ["章程", 12.0, 1998.1, True],
        [date(2017, 5, 4), datetime(2017, 5, 4, 15, 30)],
        ["ab"],
        [None, "  𠮷\n=1+1 "],
    ]
    assert [type(cell) for cell in rows_of(fill)[0]] == [str, float, float, bool]
    assert [type(cell) for cell in rows_of(fill)[1]] == [date, datetime]


def test_row_numbers_and_columns_count_from_the_first_cell():
    assert rows_of(lambda book, page: page.write_string(4, 3, "x")) == [[], [], [], [None, None, None, "x"]]


def test_a_formula_that_failed_is_marked_and_not_empty():
    def fill(book, page):
        other = book.add_worksheet("团干部")
        other.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        page.write_formula(1, 0, "=NA()", None, "#N/A")
        page.write_string(1, 1, "男")

    assert [sheet.rows[1:] for sheet in read_workbook(workbook(fill))] == [
        [[FORMULA_ERROR, "男"]],
        [[], [None, FORMULA_ERROR]],
    ]


def test_a_failed_formula_is_marked_however_far_down_it_is():
    def fill(book, page):
        for number in range(1, 30_000):
            page.write_string(number, 0, "章程")
        page.write_formula(29_999, 1, "=NA()", None, "#N/A")

    rows = read_workbook(workbook(fill))[0].rows
    assert [(number, row) for number, row in enumerate(rows) if FORMULA_ERROR in row] == [
        (29_999, ["章程", FORMULA_ERROR])
    ]


def test_a_failed_formula_is_marked_wherever_its_sheet_lies_in_the_file():
    data = workbook(lambda book, page: page.write_formula(1, 0, "=NA()", None, "#N/A"))
    data = repacked(data, lambda name, content: content.replace(b"worksheets/sheet1.xml", b"worktables/sheet1.xml"))
    data = repacked(data, lambda name, content: content.replace("团员".encode(), b"a>b"))
    data = data.replace(b"xl/worksheets/sheet1.xml", b"xl/worktables/sheet1.xml")
    assert read_workbook(data) == [Sheet("a>b", [["姓名", "性别"], [FORMULA_ERROR]])]


def test_an_old_workbook_of_a_few_cells_is_read():
    assert read_workbook(SMALL_OLD_WORKBOOK.read_bytes()) == [Sheet("A", [[7.0], [None, FORMULA_ERROR]])]


def test_a_date_that_excel_does_not_know_stays_a_number():
    def fill(book, page):
        page.write_number(1, 0, 99_999_999, book.add_format({"num_format": "yyyy-mm-dd"}))

    assert rows_of(fill) == [[99_999_999.0]]


def test_dates_counted_from_1904_are_the_same_days():
    data = workbook(
        lambda book, page: page.write_datetime(
            1, 0, datetime(2017, 5, 4), book.add_format({"num_format": "yyyy-mm-dd"})
        ),
        date_1904=True,
    )
    assert read_workbook(data)[0].rows[1] == [date(2017, 5, 4)]


def test_hidden_sheets_and_charts_are_left_out():
    def fill(book, page):
        hidden, very_hidden = book.add_worksheet("选项"), book.add_worksheet("内部")
        for sheet in (hidden, very_hidden):
            sheet.write_string(0, 0, "x")
        hidden.hide()
        very_hidden.very_hidden()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=团员!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)
        book.add_worksheet("空表")

    assert read_workbook(workbook(fill)) == [Sheet("团员", [["姓名", "性别"]]), Sheet("空表", [])]


def test_a_wrong_dimension_loses_no_row():
    data = with_sheet(lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml))
    assert read_workbook(data)[0].rows == [["姓名", "性别"]]


def test_strict_open_xml_is_read_whole():
    names = [
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    ]

    def strict(name, content):
        for transitional, iso in names:
            content = content.replace(transitional, iso)
        return content

    data = repacked(workbook(lambda book, page: page.write_row(1, 0, ["章程", "男"])), strict)
    assert read_workbook(data) == [Sheet("团员", [["姓名", "性别"], ["章程", "男"]])]


def test_two_sheets_of_one_name_are_both_told_of():
    data = repacked(
        workbook(lambda book, page: book.add_worksheet("团干").write_string(0, 0, "职务")),
        lambda name, content: (
            content.replace("团干".encode(), "团员".encode()) if name == "xl/workbook.xml" else content
        ),
    )
    assert [sheet.name for sheet in read_workbook(data)] == ["团员", "团员"]


AWKWARD = [
    "=1+1",
    "@x",
    "-1",
    "+8",
    "007",
    "110105194912310020",
    "2017-05-04",
    "𠮷",
    "一\n二",
    "http://x.test",
    "{=A1}",
]


def written(rows, headings=None, **options):
    headings = headings or [Heading("姓名", required=True), Heading("备注")]
    stream = io.BytesIO()
    write_workbook(stream, [("团员", headings, rows)], **options)
    return stream.getvalue()


def test_every_text_is_written_as_text():
    data = written([[text, ""] for text in AWKWARD])
    assert read_workbook(data)[0].rows == [["姓名", "备注"], *[[text] for text in AWKWARD]]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read(SHEET).decode()
        assert "<f>" not in sheet
        assert {*re.findall(r'<c [^>]*?t="(\w+)"', sheet)} == {"s"}
        assert 'numFmtId="49"' in archive.read("xl/styles.xml").decode()
        assert "hyperlink" not in sheet


def test_days_and_answers_are_written_as_the_ledger_spells_them():
    row = [date(2017, 5, 4), True]
    assert read_workbook(written([row, [None, False]]))[0].rows[1:] == [["2017-05-04", "是"], [None, "否"]]


def test_a_text_too_long_for_a_cell_ends_with_a_mark():
    longest, longer = "字" * CELL_LIMIT, "字" * (CELL_LIMIT + 1)
    rows = read_workbook(written([[longest, longer]]))[0].rows
    assert rows[1] == [longest, "字" * (CELL_LIMIT - len(CUT)) + CUT]


def test_a_template_marks_required_headings_and_offers_drop_downs():
    many = tuple(f"选择项目{number}" for number in range(60))
    headings = [Heading("姓名", required=True), Heading("性别", choices=("男", "女")), Heading("类型", choices=many)]
    data = written([], headings, template=True)
    assert read_workbook(data) == [Sheet("团员", [["姓名*", "性别", "类型"]])]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read(SHEET).decode()
    lists = re.findall(r'<dataValidation type="list".*?sqref="(.*?)".*?<formula1>(.*?)</formula1>', sheet)
    assert lists == [("B2:B2001", '"男,女"'), ("C2:C2001", "选项!$A$1:$A$60")]
    assert re.findall(r'<col min="(\d)" max="(\d)" width="[\d.]+" style="1"', sheet) == [("1", "3")]


@settings(max_examples=settings.default.max_examples // 5)
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])), max_size=3)))
def test_printable_text_comes_back_as_it_was_written(rows):
    headings = [Heading("一"), Heading("二"), Heading("三")]
    expected = [[cell or None for cell in row] for row in rows]
    for row in expected:
        while row and row[-1] is None:
            row.pop()
    while expected and not expected[-1]:
        expected.pop()
    assert read_workbook(written(rows, headings))[0].rows[1:] == expected


@pytest.mark.parametrize("far", [" ", "\n\t", None])
def test_a_blank_cell_far_below_the_last_row_costs_nothing(far):
    data = far_below([["姓名"], ["章程"]], far)
    parts = list(stream_workbook(data))
    assert [(part.first_row, part.rows) for part in parts] == [(0, [["姓名"], ["章程"]])]


def test_a_filled_cell_far_below_keeps_its_place():
    data = far_below([["姓名"], ["章程"]], "陆远")
    first, last = stream_workbook(data)
    assert (first.first_row, first.rows) == (0, [["姓名"], ["章程"]])
    assert (last.first_row, [row for row in last.rows if row]) == (49_000, [["陆远"]])
    assert last.rows.index(["陆远"]) == 999
    [sheet] = read_workbook(data)
    assert (len(sheet.rows), sheet.rows[-1]) == (50_000, ["陆远"])


def far_below(rows, cell):
    """A workbook of some rows with one more cell in row 50,000."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("团员")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        if cell is None:
            page.write_blank(49_999, 0, None, book.add_format({"bold": True}))
        else:
            page.write_string(49_999, 0, cell)
    return stream.getvalue()
