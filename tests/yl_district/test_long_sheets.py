"""Sheets written row by row are valid workbooks, and text that Excel opens."""

import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from yl_district.spreadsheets import long_sheets
from yl_district.spreadsheets.workbooks import CELL_LIMIT, CUT, Heading, read_workbook, unnamed_file

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


def open_files():
    """The paths of all files that this process has open."""
    found = []
    for entry in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{entry}"))
    return found


@pytest.mark.parametrize("has_memory", [True, False])
def test_while_a_sheet_is_written_it_is_in_no_file_that_anybody_could_open(has_memory, monkeypatch, tmp_path):
    """It lies in memory, else in the folder of temporary files, and never has a name."""
    folder = Path("/dev/shm") if has_memory else tmp_path
    monkeypatch.setattr(long_sheets, "has_room_for_nameless_files", lambda _: has_memory)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", os.environ["TMPDIR"])
    seen = []

    def rows():
        for number in range(3):
            yield ["名字"]
            seen.append([path for path in open_files() if path.startswith(f"{folder}/#")] if number else [])

    long_sheets.write_long_sheet(io.BytesIO(), "团员", [Heading("姓名")], rows())
    assert [len(paths) for paths in seen[1:]] == [1, 1]
    assert [path.name for path in tmp_path.iterdir()] == []


def test_without_memory_for_files_there_is_no_room(tmp_path):
    assert long_sheets.has_room_for_nameless_files(tmp_path / "missing") is False


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="no files in memory here")
def test_an_uploaded_workbook_is_read_from_memory():
    with unnamed_file() as file:
        assert os.readlink(f"/proc/self/fd/{file.fileno()}").startswith("/memfd:")
