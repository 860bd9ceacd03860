"""A far blank cell costs nothing: neither a refusal nor the memory of a million rows, in every format."""

import io
import re
import zipfile
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from tests.spreadsheet_files import SHEET, ods_cell, ods_row, ods_table, open_document, repacked, with_cells, workbook
from yl_district.spreadsheets.archives import listed_parts, sheet_errors
from yl_district.spreadsheets.limits import FORMULA_ERROR, UNCOMPUTED_FORMULA
from yl_district.spreadsheets.sparse_sheets import blank_texts, without_gaps
from yl_district.spreadsheets.workbooks import read_workbook, stream_workbook

WIDE = [f"第{number}列" for number in range(20)]
PEOPLE = [[f"{name}{number}" for number in range(20)] for name in ("章程", "顾清", "沈禾")]
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383


def roster(book, page):
    """Writes twenty headings and three people."""
    for number, row in enumerate([WIDE, *PEOPLE]):
        page.write_row(number, 0, row)


def with_far_cell(write, row=LAST_ROW, column=0):
    """A wide roster with one more cell, which `write(book, page, row, column)` has written."""

    def fill(book, page):
        roster(book, page)
        write(book, page, row, column)

    return workbook(fill)


def prefixed(data):
    """The same workbook with a prefix before each tag of its first sheet."""
    return repacked(
        data,
        lambda name, xml: (
            re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml).replace(b" xmlns=", b" xmlns:x=") if name == SHEET else xml
        ),
    )


BLANKS = {
    "a space": lambda book, page, *place: page.write_string(*place, " "),
    "a wide space and a line break": lambda book, page, *place: page.write_string(*place, "\u3000\n"),
    "a formatted cell": lambda book, page, *place: page.write_blank(*place, None, book.add_format({"bold": True})),
    "a formula that came to a space": lambda book, page, *place: page.write_formula(*place, '=" "', None, " "),
}


def loaded_cells(data):
    """How many cells the library holds of a workbook's sheets once their gaps are closed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _, sparse = sheet_errors(archive)
        stream, _ = without_gaps(archive, sparse)
    book = CalamineWorkbook.from_filelike(stream)
    sheets = [book.get_sheet_by_index(number) for number in range(len(book.sheets_metadata))]
    return sum(sheet.height * sheet.width for sheet in sheets)


FAR = [(LAST_ROW, 0), (LAST_ROW, LAST_COLUMN), (2, LAST_COLUMN), (65_535, 19)]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("kind", "place"),
    [
        pytest.param(kind, place, marks=() if (number + other) % 4 == 0 else pytest.mark.full)
        for number, kind in enumerate(BLANKS)
        for other, place in enumerate(FAR)
    ],
)
def test_a_far_blank_cell_is_no_cell(kind, place):
    data = with_far_cell(BLANKS[kind], *place)
    (part,) = stream_workbook(data)
    assert part.rows == [WIDE, *PEOPLE]
    assert loaded_cells(data) == 4 * 20


def test_a_sheet_whose_tags_have_a_prefix_is_the_same():
    data = prefixed(with_far_cell(BLANKS["a space"], 500_000))
    assert read_workbook(data)[0].rows == [WIDE, *PEOPLE]
    assert loaded_cells(data) == 4 * 20


def test_a_formula_that_was_never_computed_is_told_between_other_rows():
    cells = [
        '<row r="200000"><c r="A200000"><f>B1</f></c></row>',
        '<row r="200001"><c r="A200001"><v>1</v></c></row>',
        '<row r="200002"><c r="A200002"><f>B1</f></c></row>',
    ]
    rows = read_workbook(with_cells("".join(cells)))[0].rows
    assert [(place, row) for place, row in enumerate(rows) if row] == [
        (0, ["姓名", "性别"]),
        (199_999, [UNCOMPUTED_FORMULA]),
        (200_000, [1.0]),
    ]


def test_a_blank_written_in_its_cell_or_in_a_row_of_its_own_is_none():
    cells = [
        '<row r="1048575"><c r="A1048575" t="inlineStr"><is><t xml:space="preserve"> </t></is></c></row>',
        '<row r="1048576"><c r="A1048576" t="str"><f>""</f><v></v></c><c r="B1048576"><v/></c>',
        '<c r="C1048576"></c></row>',
    ]
    data = with_cells("".join(cells), workbook(roster))
    assert read_workbook(data)[0].rows == [WIDE, *PEOPLE]
    assert loaded_cells(data) == 4 * 20


def test_a_million_rows_that_are_formatted_are_none():
    rows = "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(5, 200_000))
    data = with_cells(rows, workbook(roster))
    assert read_workbook(data)[0].rows == [WIDE, *PEOPLE]
    assert loaded_cells(data) == 4 * 20


def test_what_lies_far_down_keeps_its_place_and_kind():
    def fill(book, page):
        day, moment = (book.add_format({"num_format": text}) for text in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        page.merge_range(200_000, 0, 200_001, 0, "天翌物业")
        page.write_row(200_002, 1, ["陆远", " ", 12.5, True])
        page.write_datetime(300_000, 0, datetime(2017, 5, 4), day)
        page.write_datetime(300_000, 1, datetime(2017, 5, 4, 15, 30), moment)
        page.write_formula(300_001, 1, "=NA()", None, "#N/A")
        page.write_string(300_001, 2, " ")
        page.write_formula(300_002, 0, '="a"', None, "ab")
        page.set_row(300_000, None, None, {"hidden": True})

    parts = [part for part in stream_workbook(workbook(fill)) if part.rows]
    found = {part.first_row + place: row for part in parts for place, row in enumerate(part.rows) if row}
    assert found == {
        0: ["姓名", "性别"],
        200_000: ["天翌物业"],
        200_002: [None, "陆远", " ", 12.5, True],
        300_000: [date(2017, 5, 4), datetime(2017, 5, 4, 15, 30)],
        300_001: [None, FORMULA_ERROR],
        300_002: ["ab"],
    }
    assert parts[0].merged == ((200_000, 0, 200_001, 0),)
    assert parts[0].marks == {"hidden_rows": [[300_000, 300_000]]}


def test_cells_without_a_place_follow_each_other_there_too():
    data = with_cells(
        '<row r="500000"><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c><c t="s"><v>0</v></c><c/></row>'
    )
    rows = read_workbook(data)[0].rows
    assert {place: row for place, row in enumerate(rows) if row} == {
        0: ["姓名", "性别"],
        499_999: [1.0, 2.0],
        500_001: [3.0, "姓名"],
    }


def test_other_sheets_are_read_as_they_are():
    def fill(book, page):
        page.write_string(LAST_ROW, 0, " ")
        other = book.add_worksheet("团干部")
        other.write_row(0, 0, ["职务", " "])
        other.write_row(3, 1, ["书记", " "])

    assert [sheet.rows for sheet in read_workbook(workbook(fill))] == [
        [["姓名", "性别"]],
        [["职务", " "], [], [], [None, "书记", " "]],
    ]


def test_shared_texts_are_counted_across_pieces(monkeypatch):
    texts = ["甲", " ", "乙", "\u3000", *(f"{number:05}" * 50 for number in range(99)), "\t"]
    data = workbook(lambda book, page: [page.write_string(row, 0, text) for row, text in enumerate(texts, 1)])
    for size in (37, 1 << 20):
        monkeypatch.setattr("yl_district.spreadsheets.archives.CHUNK_SIZE", size)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert blank_texts(archive) == {b"3", b"5", b"105"}


def test_gaps_are_closed_alike_however_the_sheet_is_cut_into_pieces(monkeypatch):
    def fill(book, page):
        roster(book, page)
        page.write_row(150_000, 3, ["陆远", " ", "x", " "])
        page.write_string(LAST_ROW, 0, " ")

    data, found = workbook(fill), set()
    for size in (61, 997, 1 << 20):
        monkeypatch.setattr("yl_district.spreadsheets.archives.CHUNK_SIZE", size)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            stream, places = without_gaps(archive, listed_parts(archive))
        found.add(zipfile.ZipFile(stream).read(SHEET))
        assert places == {SHEET: [0, 1, 2, 3, 150_000]}
    assert len(found) == 1


def test_a_list_without_gaps_is_loaded_as_it_is():
    data = workbook(lambda book, page: [page.write_row(row, 0, PEOPLE[0]) for row in range(1, 6_000)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sheet_errors(archive) == ([{}], [])


FAR_SPACE = ods_row(ods_cell(), repeated=LAST_ROW - 4) + ods_row(ods_cell(" "))
OTHERS = {
    "ods": open_document(ods_table("".join(ods_row(*map(ods_cell, row)) for row in [WIDE, *PEOPLE]) + FAR_SPACE)),
    "ods, far to the right": open_document(
        ods_table(
            "".join(ods_row(*map(ods_cell, row), ods_cell(repeated=9_999), ods_cell(" ")) for row in [WIDE, *PEOPLE])
        )
    ),
    "csv": ("\n".join(map(",".join, [WIDE, *PEOPLE])) + ("\n" + "," * 19) * 601_000 + "\n ,,").encode(),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_far_blank_is_none_in_other_formats(kind):
    (part,) = stream_workbook(OTHERS[kind])
    assert part.rows == [WIDE, *PEOPLE]
