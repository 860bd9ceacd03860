"""Malicious, oversized and damaged files are refused with a clear message within seconds."""

import io
import os
import resource
import struct
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.spreadsheet_files import (
    OLD_WORKBOOK,
    OLE,
    SHEET,
    far_cell,
    mutated,
    mutated_inside,
    ods_cell,
    ods_row,
    ods_table,
    open_document,
    repacked,
    with_cells,
    with_sheet,
    workbook,
)
from yl_district.spreadsheets import workbooks
from yl_district.spreadsheets.workbooks import UnreadableWorkbook, read_workbook, stream_workbook

WORKBOOK = "未加密的 Excel 工作簿（.xlsx、.xls）、.ods 表格、.csv 文本或含表格的 .docx 文件"
SAVE_AGAIN = "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”后重新上传"
NO_PASSWORD = ("设置了打开密码的工作簿", WORKBOOK, "请在 Excel 或 WPS 中清除打开密码，保存后重新上传")
DAMAGED = ("损坏的工作簿", WORKBOOK, "请重新保存或向发送人索取完整的文件")
WEB_PAGE = ("网页或 XML 文件", WORKBOOK, SAVE_AGAIN)
NO_TABLE = ("不是表格的文件", WORKBOOK, SAVE_AGAIN)
HIDDEN = ("没有可见工作表的工作簿", WORKBOOK, "请取消隐藏要导入的工作表，保存后重新上传")
ROOM = ("大小正常的工作表", "请删除该处多余的内容，或把数据复制到新建的工作簿后重新上传")
CRASHED = ("无法安全打开的工作簿", WORKBOOK, "文件可能损坏或异常庞大，请把数据复制到新建的工作簿后重新上传")
OLD = OLD_WORKBOOK.read_bytes()
OPEN = open_document(ods_table(ods_row(ods_cell("姓名"), ods_cell("性别"))))
LAUGHS = "<!DOCTYPE lolz [" + '<!ENTITY a0 "哈哈">'
LAUGHS += "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"


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
            cells = b'<row><c t="s"><v>0</v></c></row>' * 5_000
            return content.replace(b"</sheetData>", cells + b"</sheetData>")
        return content

    return repacked(workbook(), change)


def flipped(data):
    """The archive with inverted bytes in the middle of its first compressed part."""
    return data[:60] + bytes(255 - byte for byte in data[60:80]) + data[80:]


def laughing(part):
    """A workbook one of whose parts declares entities that expand to two hundred thousand million characters."""

    def change(name, content):
        if name != part:
            return content
        head, _, body = content.partition(b"?>")
        return (
            head + b"?>" + LAUGHS.encode() + body.replace("姓名".encode(), b"&a11;").replace(b"<c ", b"<c b='&a11;' ")
        )

    return repacked(workbook(), change)


def zip_encrypted(data):
    """The archive with the encryption flag set on its parts."""
    return data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")


def with_hidden_sheets():
    """A workbook whose only visible sheet is a chart."""

    def fill(book, page):
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=团员!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)
        book.get_worksheet_by_name("图").activate()
        book.get_worksheet_by_name("图").set_first_sheet()
        page.hide()

    return workbook(fill)


REFUSED = {
    "nothing": (b"", "空文件", WORKBOOK, "请确认文件已保存完整后重新上传"),
    "blanks": (b"\xef\xbb\xbf \r\n\t\r\n", "空文件", WORKBOOK, "请确认文件已保存完整后重新上传"),
    "a web page": (b"\xef\xbb\xbf <html><table></table></html>", *WEB_PAGE),
    "a web page in UTF-16": ("<table></table>".encode("utf-16"), *WEB_PAGE),
    "a workbook as XML": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', *WEB_PAGE),
    "a web archive": (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", *WEB_PAGE),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, *NO_TABLE),
    "a printed page": (b"%PDF-1.7 \xe5\xe4", *NO_TABLE),
    "a program": (b"MZ\x90\0\3\0\0\0\4\0\0\0" + b"\0" * 100, *NO_TABLE),
    "an old text document": (OLD.replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")), *NO_TABLE),
    "another archive": (repacked(workbook(), lambda name, one: None if name.startswith("xl/") else one), *NO_TABLE),
    "an OpenDocument text": (
        repacked(
            OPEN, lambda name, content: content if name != "mimetype" else content.replace(b"spreadsheet", b"text")
        ),
        *NO_TABLE,
    ),
    "a binary workbook": (
        repacked(workbook(), lambda name, content: content).replace(b"xl/workbook.xml", b"xl/workbook.bin"),
        "二进制工作簿（.xlsb）",
        WORKBOOK,
        SAVE_AGAIN,
    ),
    "a workbook with a password": (OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"), *NO_PASSWORD),
    "an old workbook with a password": (OLD.replace(b"\x5c\0\x70\0", b"\x2f\0\x70\0"), *NO_PASSWORD),
    "an OpenDocument sheet with a password": (
        open_document("", manifest="<manifest><file-entry><encryption-data/></file-entry></manifest>"),
        *NO_PASSWORD,
    ),
    "an archive with a password": (zip_encrypted(repacked(workbook(), lambda name, content: content)), *NO_PASSWORD),
    "half a workbook": (workbook()[:3000], *DAMAGED),
    "half an old workbook": (OLD[:2000], *DAMAGED),
    "only the head of an old workbook": (OLE, *DAMAGED),
    "half an OpenDocument sheet": (OPEN[: len(OPEN) // 2], *DAMAGED),
    "a workbook with turned bytes": (flipped(workbook()), *DAMAGED),
    "a workbook without its list of sheets": (
        repacked(workbook(), lambda name, content: None if name == "xl/workbook.xml" else content),
        *DAMAGED,
    ),
    "broken XML": (with_sheet(lambda xml: xml[: len(xml) // 2]), *DAMAGED),
    "tags that never end": (with_cells("<row <c t='e' " * 300_000), *DAMAGED),
    "lists of sheets that never end": (
        repacked(workbook(), lambda name, one: one.replace(b"</sheets>", b"<sheet <Relationship " * 300_000)),
        *DAMAGED,
    ),
    "broken XML of an OpenDocument sheet": (open_document("<table:table>"), *DAMAGED),
    "an OpenDocument sheet whose number is none": (
        open_document(ods_table(ods_row(ods_cell("1", 'office:value-type="float" office:value="一"')))),
        *DAMAGED,
    ),
    "a workbook that shows only a chart": (with_hidden_sheets(), *HIDDEN),
    "an OpenDocument sheet without sheets": (open_document(""), *HIDDEN),
    "an OpenDocument sheet that is hidden": (open_document(ods_table("", style="hidden")), *HIDDEN),
}
FILLED = ods_cell("x", repeated=1000)
TOO_LARGE = {
    "the last cell of all": (far_cell("XFD1048576"), "某一工作表的有内容区域达 1048576 行 × 16384 列", *ROOM),
    "a very wide row": (far_cell("XFD2"), "某一工作表的有内容区域达 2 行 × 16384 列", *ROOM),
    "a long way down and across": (far_cell("CV1000000"), "某一工作表的有内容区域达 1000000 行 × 100 列", *ROOM),
    "a long way down in the middle of a sheet": (
        with_cells('<row r="9"><c r="CV900000"><v>1</v></c></row>' + '<row r="10"><c r="A10"><v>1</v></c></row>' * 99),
        "某一工作表的有内容区域达 900000 行 × 100 列",
        *ROOM,
    ),
    "an archive that unpacks to too much": (bomb, "解压后超过 400 MB 的工作簿", *ROOM),
    "one long text a thousand times": (flooded_with_text(), "某一工作表的内容超过 120000000 个字", *ROOM),
    "a far cell that a simple look does not find": (
        with_cells("<row r = '1048576'><c r = 'XFD1048576' t='n'><v>1</v></c></row>"),
        *CRASHED,
    ),
    "a wide cell that a simple look does not find": (
        with_cells("<row r = '3'><c r = 'XFD3' t='n'><v>1</v></c></row>"),
        "某一工作表的有内容区域达 3 行 × 16384 列",
        *ROOM,
    ),
    "a filled cell repeated across": (
        open_document(ods_table(ods_row(ods_cell("x", repeated=16384)))),
        "某一工作表的有内容区域达 1 行 × 16384 列",
        *ROOM,
    ),
    "filled rows repeated down": (
        open_document(ods_table(ods_row(FILLED, repeated=1048576))),
        "某一工作表的有内容区域达 1048576 行 × 1000 列",
        *ROOM,
    ),
    "a number of repeats that no sheet has": (
        open_document(ods_table(ods_row(ods_cell("x", repeated=10**15)))),
        f"某一工作表的有内容区域达 1 行 × {10**15} 列",
        *ROOM,
    ),
    "empty rows without end above a filled one": (
        open_document(ods_table(ods_row(ods_cell(), repeated=10**9) + ods_row(ods_cell("x")))),
        f"某一工作表的有内容区域达 {10**9 + 1} 行 × 1 列",
        *ROOM,
    ),
    "blanks repeated inside a cell": (
        open_document(ods_table(ods_row(ods_cell(f'<text:s text:c="{10**9}"/>')))),
        "某一单元格超过 1000000 个字的表格",
        *ROOM,
    ),
    "entities in an OpenDocument sheet": (open_document(ods_table(ods_row(ods_cell("&a11;"))), LAUGHS), *CRASHED),
}


@pytest.mark.sampled(3)
@pytest.mark.cpu(6)
@pytest.mark.parametrize("kind", [*REFUSED, *TOO_LARGE])
def test_what_is_no_sound_file_is_refused_within_seconds(kind):
    data, *answer = (REFUSED | TOO_LARGE)[kind]
    data = made(data)
    began = seconds_of_readers()
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(data)
    assert seconds_of_readers() - began < 20
    error = refused.value
    assert [error.found, error.expected, error.remedy] == answer
    assert str(error) == f"{answer[0]}；应为{answer[1]}。{answer[2]}。"


def made(data):
    """The bytes of a file; what takes long to make is made where it is tried."""
    return data() if callable(data) else data


def seconds_of_readers():
    """The CPU time used by reader processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_the_files_that_cost_too_much_are_small():
    assert max(len(made(data)) for data, *_ in TOO_LARGE.values()) < 1_000_000


def test_repeated_cells_far_cells_and_entities_are_refused_before_they_are_held(tmp_path):
    kinds = ["the last cell of all", "filled rows repeated down", "empty rows without end above a filled one"]
    kinds += ["blanks repeated inside a cell", "entities in an OpenDocument sheet"]
    for kind in kinds:
        (tmp_path / kind).write_bytes(TOO_LARGE[kind][0])
    reading = f"""
import pathlib, resource
from yl_district.spreadsheets.workbooks import UnreadableWorkbook, read_workbook
for path in pathlib.Path({str(tmp_path)!r}).iterdir():
    try:
        read_workbook(path.read_bytes())
    except UnreadableWorkbook:
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    answer = subprocess.run(
        [sys.executable, "-c", reading], capture_output=True, check=True, cwd=workbooks.CHILD_FOLDER
    )
    kilobytes = [int(line) for line in answer.stdout.split()]
    assert len(kilobytes) == len(kinds)
    assert max(kilobytes) < 64 * 1024


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_entities_of_a_workbook_are_never_expanded(part):
    try:
        cells = [cell for sheet in read_workbook(laughing(part)) for row in sheet.rows for cell in row]
    except UnreadableWorkbook as error:
        cells = [error.found]
    assert max(map(len, cells)) < 50


def test_a_million_declared_rows_are_no_rows():
    data = with_sheet(lambda xml: xml.replace(b'<dimension ref="A1:B1"', b'<dimension ref="A1:XFD1048576"'))
    assert read_workbook(data)[0].rows == [["姓名", "性别"]]
    formatted = with_cells('<row r="1048576" ht="20" customHeight="1"/>')
    assert read_workbook(formatted)[0].rows == [["姓名", "性别"]]


@pytest.mark.parametrize(
    ("name", "found"),
    [("说明.wps", "不是表格的文件（.wps）"), ("照片", "不是表格的文件"), ("照片.XLSX", "不是表格的文件")],
)
def test_what_is_no_table_is_told_by_its_ending(name, found):
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(b"\x89PNG\r\n\x1a\n", name)
    assert refused.value.found == found


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(workbooks, "READING_SECONDS", 0.001)
    with pytest.raises(UnreadableWorkbook) as refused:
        read_workbook(workbook())
    assert (refused.value.found, refused.value.expected, refused.value.remedy) == CRASHED


def readers():
    """The child processes still running."""
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text("utf-8").split()


def test_the_reader_is_a_process_of_its_own_that_ends_when_nobody_wants_more():
    before = readers()
    parts = stream_workbook(workbook(lambda book, page: [page.write_string(n, 0, "x" * 9000) for n in range(3000)]))
    assert next(parts).first_row == 0
    assert len(readers()) == len(before) + 1
    parts.close()
    assert readers() == before


def test_a_file_that_breaks_off_after_its_first_sheet_is_refused_between_parts():
    def fill(book, page):
        book.add_worksheet("团干部").write_string(0, 0, "职务")

    broken = repacked(workbook(fill), lambda name, one: one[: len(one) // 2] if name.endswith("sheet2.xml") else one)
    parts = stream_workbook(broken)
    assert next(parts).rows == [["姓名", "性别"]]
    with pytest.raises(UnreadableWorkbook) as refused:
        next(parts)
    assert refused.value.found == "损坏的工作簿"


def outcome(data):
    """Whether a file is read or refused."""
    try:
        read_workbook(data)
        return "read"
    except UnreadableWorkbook:
        return "refused"


def mutants():
    """240 damaged files: .xlsx archives and their parts, .xls, OpenDocument sheets and texts."""
    text = '姓名,性别,备注\r\n章程,男,"第一行\r\n第二行"\r\n'.encode("gb18030") * 20
    book = workbook(lambda book, page: page.write_column(1, 0, ["章程"] * 50))
    for seed in range(40):
        yield from (mutated(data, seed) for data in (book, OPEN, OLD, text))
        yield from (mutated_inside(data, seed) for data in (book, OPEN))


@pytest.mark.cpu(26)
def test_damage_of_any_kind_is_read_or_refused_and_never_anything_else(promises):
    began = seconds_of_readers()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(outcome, mutants()))
    refused, read = answers.count("refused"), answers.count("read")
    promises.add("C1", files=len(answers), refused=refused, read=read)
    assert refused + read == 240
    assert min(refused, read) > 50
    assert seconds_of_readers() - began < 240


def test_an_old_workbook_whose_chains_bite_their_tails_is_refused():
    sector = struct.unpack_from("<I", OLD, 76)[0]
    table = 512 * (sector + 1)
    looped = OLD[:table] + struct.pack("<128I", *[1] * 128) + OLD[table + 512 :]
    assert outcome(looped) == "refused"


def test_the_child_that_reads_has_little_memory_and_time_to_itself():
    program = "\n".join(
        [
            "import resource, sys",
            "from yl_district.spreadsheets import child as reader",
            "reader.sheets_of = lambda path: path",
            "limits = lambda *_: [resource.getrlimit(kind)[1] for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]",
            "reader.print_sheets = lambda *_: print(*limits(), file=sys.stderr)",
            "reader.main('x')",
        ]
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert child.stderr.split() == [str(1 << 30), "40"]
