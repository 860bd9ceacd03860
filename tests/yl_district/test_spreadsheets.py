"""Workbooks in and out: what is read, what is refused and how soon, and that what is written stays text."""

import io
import re
import subprocess
import time
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from yl_district import spreadsheets
from yl_district.spreadsheet_limits import FORMULA_ERROR
from yl_district.spreadsheets import CELL_LIMIT, CUT, Heading, Sheet, UnreadableWorkbook, read_workbook, write_workbook

SHEET = "xl/worksheets/sheet1.xml"
WORKBOOK = "未加密的 Excel 工作簿（.xlsx）"
SAVE_AGAIN = "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”后重新上传"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(fill=None, **options):
    """The bytes of a workbook whose first sheet `fill(book, page)` has filled."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True} | options) as book:
        page = book.add_worksheet("团员")
        page.write_row(0, 0, ["姓名", "性别"])
        if fill:
            fill(book, page)
    return stream.getvalue()


def repacked(data, change, compression=zipfile.ZIP_DEFLATED):
    """The archive with every part passed through `change(name, content)`; parts answered with None are left out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", compression) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return stream.getvalue()


def with_sheet(replace):
    """A workbook whose first sheet's XML went through `replace`."""
    return repacked(workbook(), lambda name, content: replace(content) if name == SHEET else content)


def far_cell(place):
    """A workbook of a few kilobytes with one more cell, at `place`."""
    row = re.search(r"\d+", place)[0]
    cell = f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return with_sheet(lambda xml: xml.replace(b"</sheetData>", cell.encode()))


def bomb():
    """A small archive that unpacks to half a gigabyte."""
    stream = io.BytesIO(workbook())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/a.bin", "w") as part:
        for _ in range(512):
            part.write(bytes(1 << 20))
    return stream.getvalue()


def flooded_with_text():
    """A small archive whose cells all show one very long shared text."""

    def change(name, content):
        if name == "xl/sharedStrings.xml":
            return content.replace("姓名".encode(), b"x" * 30_000)
        if name == SHEET:
            cells = b'<row><c t="s"><v>0</v></c></row>' * 3_000
            return content.replace(b"</sheetData>", cells + b"</sheetData>")
        return content

    return repacked(workbook(), change)


def flipped(data):
    """The archive with bytes in the middle of its first compressed part turned over."""
    return data[:60] + bytes(255 - byte for byte in data[60:80]) + data[80:]


REFUSED = {
    "nothing": (b"", "空文件", WORKBOOK, "请确认文件已保存完整后重新上传"),
    "a web page called .xlsx": (b"\xef\xbb\xbf <html><table></table></html>", "网页文件", WORKBOOK, SAVE_AGAIN),
    "an old .xls": (OLE + b"\0" * 2000, "旧格式工作簿（.xls）或其他 Office 97 文件", WORKBOOK, SAVE_AGAIN),
    "a workbook with a password": (
        OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"),
        "设置了打开密码的工作簿",
        WORKBOOK,
        "请在 Excel 中清除打开密码，保存后重新上传",
    ),
    "plain text": ("姓名,性别\n章程,男".encode(), "不是工作簿的文件", WORKBOOK, SAVE_AGAIN),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "不是工作簿的文件", WORKBOOK, SAVE_AGAIN),
    "another archive": (
        repacked(workbook(), lambda name, content: None if name.startswith("xl/") else content),
        "不是工作簿的文件",
        WORKBOOK,
        SAVE_AGAIN,
    ),
    "a binary workbook": (
        repacked(workbook(), lambda name, content: content).replace(b"xl/workbook.xml", b"xl/workbook.bin"),
        "二进制工作簿（.xlsb）",
        WORKBOOK,
        SAVE_AGAIN,
    ),
    "half a workbook": (
        workbook()[:3000],
        "损坏的工作簿",
        WORKBOOK,
        "请重新保存或向发送人索取完整的文件",
    ),
    "a workbook with turned bytes": (
        flipped(workbook()),
        "损坏的工作簿",
        WORKBOOK,
        "请重新保存或向发送人索取完整的文件",
    ),
    "a workbook without its list of sheets": (
        repacked(workbook(), lambda name, content: None if name == "xl/workbook.xml" else content),
        "损坏的工作簿",
        WORKBOOK,
        "请重新保存或向发送人索取完整的文件",
    ),
    "broken XML": (
        with_sheet(lambda xml: xml[: len(xml) // 2]),
        "损坏的工作簿",
        WORKBOOK,
        "请重新保存或向发送人索取完整的文件",
    ),
}
ROOM = ("大小正常的工作表", "请删除该处多余的内容，或把数据复制到新建的工作簿后重新上传")
CRASHED = (
    "无法安全打开的工作簿",
    WORKBOOK,
    "文件可能损坏或异常庞大，请把数据复制到新建的工作簿后重新上传",
)
TOO_LARGE = {
    "the last cell of all": (far_cell("XFD1048576"), "某一工作表的有内容区域达 1048576 行 × 16384 列", *ROOM),
    "a very wide row": (far_cell("XFD2"), "某一工作表的有内容区域达 2 行 × 16384 列", *ROOM),
    "a long way down and across": (far_cell("CV1000000"), "某一工作表的有内容区域达 1000000 行 × 100 列", *ROOM),
    "an archive that unpacks to too much": (bomb(), "解压后超过 400 MB 的工作簿", *ROOM),
    "one long text a thousand times": (flooded_with_text(), "某一工作表的文字超过 60000000 个字", *ROOM),
    "a far cell that a simple look does not find": (
        with_sheet(
            lambda xml: xml.replace(
                b"</sheetData>", b"<row r='1048576'><c r='XFD1048576' t='n'><v>1</v></c></row></sheetData>"
            )
        ),
        *CRASHED,
    ),
}


@pytest.mark.parametrize("kind", [*REFUSED, *TOO_LARGE])
def test_what_is_no_sound_workbook_is_refused_within_seconds(kind):
    data, *answer = (REFUSED | TOO_LARGE)[kind]
    began = time.monotonic()
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(data)
    error = refused.value
    assert [error.found, error.expected, error.remedy] == answer
    assert str(error) == f"{answer[0]}；应为{answer[1]}。{answer[2]}。"
    assert time.monotonic() - began < 20


def test_the_files_that_cost_too_much_are_small():
    assert max(len(data) for data, *_ in TOO_LARGE.values()) < 1_000_000


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(spreadsheets, "READING_SECONDS", 0.001)
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(workbook())
    assert (refused.value.found, refused.value.expected, refused.value.remedy) == CRASHED


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


@settings(max_examples=25, deadline=None)
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


def test_the_reader_runs_in_a_process_of_its_own(monkeypatch):
    started = []
    run = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: started.append(command) or run(command, **options)
    )
    read_workbook(workbook())
    assert [command[1:3] for command in started] == [["-I", str(spreadsheets.READER)]]
