"""Reads spreadsheet files of every supported format, and writes .xlsx workbooks.

Files are read in a child process with limited memory and time, because a valid file of a few kilobytes can exhaust
both. Every text is written with the type text, so that no cell can run as a formula.
"""

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePath

from .delimited_text import pasted_rows
from .limits import PART_ROWS, Refused
from .numbered_entries import numbered_rows

CHILD_FOLDER = Path(__file__).parents[2]
READER = "import sys; sys.path.append(sys.argv[1]); from yl_district.spreadsheets.child import main; main(sys.argv[2])"
READING_SECONDS = 60  # of waiting for the child process; time that the caller takes between rows is not counted
PIECE = 1 << 16


class UnreadableWorkbook(Exception):
    """A file that is not a workbook or not safe to open: what was found, what was expected and the remedy.

    `sheet` is the name of the sheet that is to blame, where it is one.
    """

    def __init__(self, found, expected, remedy, sheet=None):
        super().__init__(f"{found}；应为{expected}。{remedy}。")
        self.found, self.expected, self.remedy, self.sheet = found, expected, remedy, sheet


WORKBOOK = "未加密的 Excel 工作簿（.xlsx、.xls）、.ods 表格、.csv 文本或含表格的 .docx 文件"
SAVE_AGAIN = "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”后重新上传"
REFUSALS = {
    "empty": ("空文件", WORKBOOK, "请确认文件已保存完整后重新上传"),
    "encrypted": ("设置了打开密码的工作簿", WORKBOOK, "请在 Excel 或 WPS 中清除打开密码，保存后重新上传"),
    "html": ("网页或 XML 文件", WORKBOOK, SAVE_AGAIN),
    "binary": ("二进制工作簿（.xlsb）", WORKBOOK, SAVE_AGAIN),
    "other": ("不是表格的文件", WORKBOOK, SAVE_AGAIN),
    "no table": ("没有表格的 Word 文件", WORKBOOK, "名单不在表格中的，请复制后直接粘贴，每人一行"),
    "hidden": ("没有可见工作表的工作簿", WORKBOOK, "请取消隐藏要导入的工作表，保存后重新上传"),
    "encoding": (
        "编码混杂或无法识别的文本",
        "UTF-8、GB18030（GBK）或带标记的 UTF-16 编码的文本",
        "请在 Excel 或 WPS 中打开并核对有无乱码，另存为“Excel 工作簿（.xlsx）”后重新上传",
    ),
    "quotes": ("双引号没有成对的文本", "双引号成对的 .csv 文本", f"请补上或删去多余的双引号；或{SAVE_AGAIN[1:]}"),
    "too large": (
        "异常庞大的工作簿",
        "大小正常的工作表",
        "请删除该处多余的内容，或把数据复制到新建的工作簿后重新上传",
    ),
    "damaged": ("损坏的工作簿", WORKBOOK, "请重新保存或向发送人索取完整的文件"),
    "crashed": ("无法安全打开的工作簿", WORKBOOK, "文件可能损坏或异常庞大，请把数据复制到新建的工作簿后重新上传"),
}


@dataclass(frozen=True)
class Sheet:
    """A visible sheet; its rows begin with the first, and a cell is None, str, int, float, bool, date or datetime.

    `merged` lists its merged areas as (first row, first column, last row, last column), counted from 0.
    """

    name: str
    rows: list
    merged: tuple = ()


@dataclass(frozen=True)
class SheetPart:
    """Consecutive rows of a sheet; the sheet's `number` and the row number `first_row` count from 0.

    `marks` are what the sheet shows beside its cells, as of SheetMarks.as_dict.
    """

    number: int
    name: str
    merged: tuple
    first_row: int
    rows: list
    marks: dict = field(default_factory=dict)


def read_workbook(data, file_name=""):
    """Returns the visible sheets of a file given as bytes; raises UnreadableWorkbook."""
    sheets = {}
    for part in stream_workbook(data, file_name):
        if not part.marks.get("is_hidden"):
            rows = sheets.setdefault(part.number, Sheet(part.name, [], part.merged)).rows
            rows += [[]] * (part.first_row - len(rows)) + part.rows
    return list(sheets.values())


def read_pasted(text):
    """Returns text pasted from a spreadsheet, or from a chat, as a list of one sheet; raises UnreadableWorkbook."""
    try:
        return [Sheet("", numbered_rows(text) or pasted_rows(text))]
    except Refused as refused:
        raise unreadable(refused.answer) from None


def stream_pasted(text):
    """Yields text pasted from a spreadsheet as SheetParts; raises UnreadableWorkbook."""
    for sheet in read_pasted(text):
        for first in range(0, max(len(sheet.rows), 1), PART_ROWS):
            yield SheetPart(0, sheet.name, sheet.merged, first, sheet.rows[first : first + PART_ROWS])


def stream_workbook(data, file_name=""):
    """Yields the sheets of a file given as bytes, hidden ones too, as SheetParts of at most `PART_ROWS` rows.

    Raises UnreadableWorkbook before or between parts; the caller must then discard the parts received before.
    """
    # A file without a name disappears with its last reader, however this process ends.
    with unnamed_file() as file:
        file.write(data)
        file.flush()
        own = file.fileno()
        command = [sys.executable, "-I", "-c", READER, str(CHILD_FOLDER), f"/dev/fd/{own}"]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, pass_fds=[own], **streams) as child:
            try:
                yield from parts(child_lines(child.stdout), file_name)
            finally:
                child.kill()


def unnamed_file():
    """Returns a new file in memory, or in the folder of temporary files where the system has none in memory."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("upload"), "w+b")
    return tempfile.TemporaryFile()


def parts(answers, file_name):
    """Yields the SheetParts that the child process printed; raises UnreadableWorkbook unless it says it read all."""
    merged, marks = (), {}
    for line in answers:
        answer = json.loads(line, object_hook=decoded)
        if isinstance(answer, dict):
            if answer["refusal"] is None:
                return
            raise unreadable(answer, file_name)
        number, name, facts, first_row, rows = answer
        if facts is not None:
            merged, marks = tuple(map(tuple, facts[0])), facts[1]
        yield SheetPart(number, name, merged, first_row, rows, marks)
    raise unreadable({"refusal": "crashed"})


def child_lines(pipe):
    """Yields the lines that the child process prints, until it ends or has taken `READING_SECONDS` in all."""
    left, pieces = READING_SECONDS, []
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while left > 0:
            began = time.monotonic()
            ready = selector.select(left)
            left -= time.monotonic() - began
            piece = os.read(pipe.fileno(), PIECE) if ready else b""
            if not piece:
                return
            *ended, rest = piece.split(b"\n")
            for end in ended:
                yield b"".join([*pieces, end])
                pieces = []
            pieces.append(rest)


def decoded(cell):
    """Returns the date or datetime that a JSON object stands for; any other object, the last line, as it is."""
    if "moment" not in cell:
        return cell
    moment = datetime.fromisoformat(cell["moment"])
    return moment if moment.time() != datetime.min.time() else moment.date()


def unreadable(answer, file_name=""):
    """Returns the exception for a refusal by the child process.

    A file that is not a table is described by its extension, unless that is one of a table.
    """
    found, expected, remedy = REFUSALS[answer["refusal"]]
    ending = PurePath(file_name).suffix[:10]
    if answer["refusal"] == "other" and ending and ending.lower() not in WORKBOOK:
        found = f"{found}（{ending}）"
    return UnreadableWorkbook(answer.get("found") or found, expected, remedy)


@dataclass(frozen=True)
class Heading:
    """The heading of a column to be written, and how Excel treats what is typed below it."""

    text: str
    required: bool = False
    choices: tuple = ()
    width: int = 14


TEXT_FORMAT = 49  # Excel's built-in number format "@": what is typed stays text
LIST_LIMIT = 255  # characters of a drop-down's choices that Excel stores in the cell's validation itself
TEMPLATE_ROWS = 2000
EXCEL_ROWS = 1_048_576
CELL_LIMIT = 32_767  # characters that an Excel cell holds
CUT = "……（原文过长，以下从略）"  # end of a text that was longer


def new_workbook(stream):
    """An .xlsx workbook to be written to `stream`."""
    # Loaded only here: it would take a fifth of the time in which a process that writes no workbook starts.
    from xlsxwriter import Workbook

    return Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})


def column_letters(place):
    """The letters by which Excel names the column at a place, from 0."""
    from xlsxwriter.utility import xl_col_to_name

    return xl_col_to_name(place)


def write_workbook(stream, sheets, template=False):
    """Writes `sheets`, a list of (name, headings, rows), as an .xlsx workbook to `stream`.

    All columns have the format text, so that long numbers keep their digits. With `template` the drop-downs reach
    `TEMPLATE_ROWS` rows down, and required headings are marked with a star.
    """
    book = new_workbook(stream)
    book.set_properties({"title": "年度工作台账", "created": datetime(2017, 1, 1)})
    text = book.add_format({"num_format": TEXT_FORMAT, "valign": "top"})
    style = {"bold": True, "bottom": 1, "num_format": TEXT_FORMAT, "bg_color": "#F1F5F9"}
    plain, required = book.add_format(style), book.add_format(style | {"font_color": "#C2281D"})
    lists = []
    for name, headings, rows in sheets:
        page = book.add_worksheet(name)
        page.freeze_panes(1, 1)
        for number, heading in enumerate(headings):
            page.set_column(number, number, heading.width, text)
            mark = "*" if template and heading.required else ""
            page.write_string(0, number, heading.text + mark, required if heading.required else plain)
            if heading.choices:
                last = TEMPLATE_ROWS if template else max(len(rows), 1)
                page.data_validation(1, number, last, number, _drop_down(heading, lists))
        for row_number, row in enumerate(rows, 1):
            for number, value in enumerate(row):
                if value not in (None, ""):
                    page.write_string(row_number, number, within_limit(as_text(value)), text)
    if lists:
        _write_lists(book, lists)
    book.close()


def within_limit(text):
    """Returns the text, shortened to what a cell holds and ending in `CUT` where it is longer."""
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(CUT)] + CUT


def _drop_down(heading, lists):
    source = list(heading.choices)
    if len(",".join(source)) > LIST_LIMIT:
        if source not in lists:
            lists.append(source)
        column = column_letters(lists.index(source))
        source = f"=选项!${column}$1:${column}${len(source)}"
    return {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": heading.text,
        "error_message": "请从下拉表中选择。",
    }


def _write_lists(book, lists):
    page = book.add_worksheet("选项")
    page.hide()
    for column, values in enumerate(lists):
        for row, value in enumerate(values):
            page.write_string(row, column, value)


def as_text(value):
    """Returns a value as text as the ledger writes it: dates as 2017-05-04, bools as 是 or 否."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)


def write_typed_workbook(stream, sheets):
    """Writes `sheets`, a list of (name, headings, rows), as an .xlsx workbook whose cells keep the types they have."""
    book = new_workbook(stream)
    text, bold = book.add_format({"num_format": TEXT_FORMAT}), book.add_format({"bold": True, "bottom": 1})
    days = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    taken = set()
    for number, (name, headings, rows) in enumerate(sheets, 1):
        page = book.add_worksheet(sheet_name(name, number, taken))
        page.freeze_panes(1, 1)
        page.set_column(0, len(headings) - 1, 16, text)
        for column, heading in enumerate(headings):
            page.write_string(0, column, heading, bold)
        for row_number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                _write_typed(page, row_number, column, value, text, days)
    book.close()


def _write_typed(page, row, column, value, text, days):
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value)
    elif isinstance(value, date):
        page.write_datetime(row, column, value, days[type(value)])
    elif value:
        page.write_string(row, column, within_limit(value), text)


NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def sheet_name(name, number, taken):
    """Returns a sheet name that Excel accepts and that is not in `taken`, and adds it there in lower case."""
    wanted = " ".join(name.translate(NOT_IN_SHEET_NAMES).split())[:31] or f"表{number}"
    if wanted.casefold() in taken:
        wanted = f"{wanted[:27]} {number}"
    taken.add(wanted.casefold())
    return wanted
