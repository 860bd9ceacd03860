"""What a spreadsheet shows of its rows and columns, beside their cells, in every format that can."""

import re
from struct import pack_into, unpack_from

import pytest

from tests.spreadsheet_files import (
    OLD_WORKBOOK,
    ods_cell,
    ods_row,
    ods_table,
    open_document,
    repacked,
    with_cells,
    with_sheet,
    workbook,
)
from yl_district.spreadsheets.limits import UNCOMPUTED_FORMULA
from yl_district.spreadsheets.workbooks import read_workbook, stream_workbook
from yl_district.spreadsheets.xls import CompoundFile, biff_records
from yl_district.spreadsheets.xls_marks import COLUMN_RECORD, FONT_RECORD, ROW_RECORD, xls_marks

PEOPLE = ["章程", "陆远", "顾清", "沈禾"]


def marks(data):
    """The marks of each sheet that has any, by its name."""
    return {part.name: part.marks for part in stream_workbook(data) if part.marks}


def filled(book, page):
    """Writes four people below the headings."""
    for number, name in enumerate(PEOPLE, 1):
        page.write_row(number, 0, [name, "男"])


def with_hidden_rows(book, page):
    filled(book, page)
    page.set_row(2, None, None, {"hidden": True})
    page.set_row(3, 0)


def with_filter(book, page):
    filled(book, page)
    page.autofilter(0, 0, 4, 1)
    page.filter_column(0, "x == 章程")
    for row in (2, 3, 4):
        page.set_row(row, options={"hidden": True})


def with_hidden_columns(book, page):
    filled(book, page)
    page.set_column(1, 1, None, None, {"hidden": True})
    page.set_column(3, 5, 0)


def with_struck_rows(book, page):
    filled(book, page)
    struck, dated = book.add_format({"font_strikeout": True}), book.add_format({"num_format": "0.00"})
    page.write_row(2, 0, ["陆远", "男"], struck)
    page.write_row(3, 0, ["顾清"], struck)
    page.write_row(5, 0, [1])
    page.write_row(5, 1, ["韩林", "女"], struck)
    page.write_row(4, 0, ["沈禾", "男"], dated)


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        (filled, {}),
        (with_hidden_rows, {"hidden_rows": [[2, 3]]}),
        (with_filter, {"is_filtered": True, "hidden_rows": [[2, 4]]}),
        (with_hidden_columns, {"hidden_columns": [[1, 1], [3, 5]]}),
        (with_struck_rows, {"struck_rows": [[2, 2], [5, 5]]}),
    ],
)
def test_marks_of_excels_sheets_are_found(fill, expected):
    assert marks(workbook(fill)) == ({"团员": expected} if expected else {})


def test_rows_without_numbers_are_counted():
    def change(xml):
        return re.sub(rb' r="[A-Z]*[0-9]+"', b"", xml).replace(b'hidden="1"', b"hidden='true'")

    assert marks(with_sheet(change, workbook(with_hidden_rows))) == {"团员": {"hidden_rows": [[2, 3]]}}


def test_rows_are_found_in_long_sheets():
    def fill(book, page):
        for row in range(1, 20_000):
            page.write_row(row, 0, [f"章{row}", "男"])
            if row % 1000 == 0:
                page.set_row(row, None, None, {"hidden": True})

    assert marks(workbook(fill)) == {"团员": {"hidden_rows": [[row, row] for row in range(1000, 20_000, 1000)]}}


def test_hidden_sheets_are_marked_and_not_among_the_visible():
    def fill(book, page):
        for name, hide in (("选项", "hide"), ("内部", "very_hidden")):
            getattr(book.add_worksheet(name), hide)()

    data = workbook(fill)
    assert marks(data) == {"选项": {"is_hidden": True}, "内部": {"is_hidden": True}}
    assert [sheet.name for sheet in read_workbook(data)] == ["团员"]


FORMULAS = {
    '<c r="A2"><f>B2</f></c>': UNCOMPUTED_FORMULA,
    '<c r="A2"><f>B2</f><v></v></c>': UNCOMPUTED_FORMULA,
    '<c r="A2"><f>B2</f><v/></c>': UNCOMPUTED_FORMULA,
    '<c r="A2"><f t="shared" si="0"/></c>': UNCOMPUTED_FORMULA,
    '<c r="A2" t="str"><f>B2</f><v></v></c>': None,
    '<c r="A2" t="str"><f>B2</f><v>章程</v></c>': "章程",
    '<c r="A2"><f>1+1</f><v>2</v></c>': 2.0,
    '<c r="A2"/>': None,
}


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_without_a_value_is_not_empty(cell):
    data = with_cells(f'<row r="2">{cell}<c r="B2" t="inlineStr"><is><t>男</t></is></c></row>')
    assert read_workbook(data)[0].rows[1] == [FORMULAS[cell], "男"]


def test_marks_of_open_documents_are_found():
    struck = (
        '<style:style style:name="gone" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="plain" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="none"/></style:style></office:automatic-styles>'
    )
    rows = [
        '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>',
        ods_row(ods_cell("姓名"), ods_cell("性别")),
        '<table:table-row table:visibility="collapse" table:number-rows-repeated="2">',
        f"{ods_cell('章程')}</table:table-row>",
        f'<table:table-row table:visibility="filter">{ods_cell("陆远")}</table:table-row>',
        ods_row(ods_cell("顾清", more='table:style-name="gone"'), ods_cell("男", more='table:style-name="gone"')),
        ods_row(ods_cell("沈禾", more='table:style-name="gone"'), ods_cell("女", more='table:style-name="plain"')),
    ]
    data = open_document(ods_table("".join(rows)) + ods_table(ods_row(ods_cell("x")), "选项", "hidden"))
    content = with_part(data, lambda text: text.replace("</office:automatic-styles>", struck))
    assert marks(content) == {
        "团员": {"is_filtered": True, "hidden_rows": [[1, 3]], "struck_rows": [[4, 4]], "hidden_columns": [[2, 2]]},
        "选项": {"is_hidden": True},
    }
    assert [sheet.name for sheet in read_workbook(content)] == ["团员"]


def with_part(data, change):
    """An OpenDocument spreadsheet whose content went through `change`."""
    return repacked(data, lambda name, one: change(one.decode()).encode() if name == "content.xml" else one)


def old_workbook(change):
    """The old workbook with each of its records passed to `change(kind, stream, place)`, which may alter them."""
    data = OLD_WORKBOOK.read_bytes()
    stream = CompoundFile(data).streams["workbook"]
    changed = bytearray(stream)
    starts = [0, *(unpack_from("<I", stream, place)[0] for kind, place, _ in biff_records(stream, 0) if kind == 0x0085)]
    for start in starts:
        for kind, place, _ in biff_records(stream, start):
            change(kind, changed, place)
    begin = data.index(stream[:512])
    assert data[begin : begin + len(stream)] == stream  # its sectors follow each other
    return data[:begin] + bytes(changed) + data[begin + len(stream) :]


def test_marks_of_old_workbooks_are_found():
    def change(kind, stream, place):
        if kind == ROW_RECORD and unpack_from("<H", stream, place)[0] == 2:
            stream[place + 12] |= 0x20
        elif kind == FONT_RECORD:
            pack_into("<H", stream, place + 2, unpack_from("<H", stream, place + 2)[0] | 8)
        elif kind == COLUMN_RECORD:
            pack_into("<H", stream, place + 8, 1)

    found = marks(old_workbook(change))
    assert found["团员"]["hidden_rows"] == [[2, 2]]
    assert found["团员"]["struck_rows"][0][0] == 0
    assert found["选项"]["is_hidden"]
    assert all(not one.as_dict() for one in xls_marks(OLD_WORKBOOK.read_bytes()))


def test_a_formula_without_a_value_is_found_in_a_sheet_whose_tags_have_a_prefix():
    def prefixed(xml):
        xml = xml.replace(
            b"</sheetData>", b'<row r="2"><c r="A2"><f>B1</f></c><c r="B2"><v>1</v></c></row></sheetData>'
        )
        return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml).replace(b" xmlns=", b" xmlns:x=")

    assert read_workbook(with_sheet(prefixed))[0].rows[1] == [UNCOMPUTED_FORMULA, 1.0]
