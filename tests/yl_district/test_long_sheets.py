"""Sheets written row by row are valid workbooks, and text that Excel opens."""

import io
import zipfile

import pytest

from yl_district.spreadsheets import long_sheets
from yl_district.spreadsheets.workbooks import CELL_LIMIT, CUT, Heading, read_workbook

HEADINGS = [Heading("姓名", required=True), Heading("性别", choices=("男", "女")), Heading("备注")]


def workbook(rows, headings=HEADINGS):
    stream = io.BytesIO()
    long_sheets.write_long_sheet(stream, "团员", headings, iter(rows))
    return stream.getvalue()


def read(data):
    (sheet,) = read_workbook(data)
    return sheet.rows


def part(data, name="xl/worksheets/sheet1.xml"):
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


def test_rows_are_read_as_they_were_written_and_empty_cells_are_left_out():
    rows = [["章程", "女", "a\nb"], ["顾清", "", ""], ["", "", "末"], ["&<>\"'", "\U00020000", "_x0041_"]]
    assert read(workbook(rows)) == [
        ["姓名", "性别", "备注"],
        ["章程", "女", "a\nb"],
        ["顾清"],
        [None, None, "末"],
        rows[3],
    ]


def test_texts_that_look_like_numbers_days_formulas_or_addresses_stay_text():
    rows = [["110105199805040012", "2017-05-04", "=1+1"], ["007", "https://example.org", "1e5"]]
    assert read(workbook(rows))[1:] == rows


def test_outer_blanks_are_kept_and_what_no_workbook_holds_is_left_out():
    assert read(workbook([[" 章程 ", "a  b", "x\x00\x0b\ud800y"]]))[1] == [" 章程 ", "a  b", "xy"]


def test_a_text_longer_than_a_cell_says_that_it_was_cut():
    text = read(workbook([["<" * (CELL_LIMIT + 1), "女", ""]]))[1][0]
    assert (len(text), text[-len(CUT) :]) == (CELL_LIMIT, CUT)


def test_many_rows_come_back_in_their_order():
    rows = [[f"章程{number}", "男", str(number)] for number in range(1201)]
    assert read(workbook(rows))[1:] == rows


def test_without_rows_there_are_the_headings():
    assert read(workbook([])) == [["姓名", "性别", "备注"]]


def test_columns_are_preset_to_text_and_short_choices_are_drop_downs():
    long = Heading("民族", choices=tuple(f"民族{number}" for number in range(60)))
    data = workbook([["章程", "女", "备注", "汉族"]] * 2, [*HEADINGS, long])
    assert 'numFmtId="49"' in part(data, "xl/styles.xml")
    assert part(data).count("<dataValidation ") == 1
    assert 'sqref="B2:B3"><formula1>"男,女"</formula1>' in part(data)


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(long_sheets, "EXCEL_ROWS", 3)
    assert len(read(workbook([["章程", "", ""]] * 2))) == 3
    with pytest.raises(long_sheets.TooManyRows):
        workbook([["章程", "", ""]] * 3)


def test_text_has_a_byte_order_mark_windows_line_ends_and_quoted_separators():
    stream = io.BytesIO()
    long_sheets.write_csv(stream, HEADINGS, [["章程", "女", '说"好",\n再见'], ["=1", "", "-"]])
    assert stream.getvalue() == ('\ufeff姓名,性别,备注\r\n章程,女,"说""好"",\n再见"\r\n' + "'=1,,'-\r\n").encode()
