"""Workbooks in and out.

Reading happens in a child process with bounded memory and time, since a legal file of a few kilobytes can exhaust both;
writing types every text as text, so that no cell can run as a formula.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

READER = Path(__file__).with_name("spreadsheet_reader.py")
READING_SECONDS = 60


class UnreadableWorkbook(Exception):
    """A file that is no workbook, or one that must not be opened; says what was found, expected and what to do."""

    def __init__(self, found, expected, remedy):
        super().__init__(f"{found}；应为{expected}。{remedy}。")
        self.found, self.expected, self.remedy = found, expected, remedy


WORKBOOK = "未加密的 Excel 工作簿（.xlsx）"
SAVE_AGAIN = "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”后重新上传"
REFUSALS = {
    "empty": ("空文件", WORKBOOK, "请确认文件已保存完整后重新上传"),
    "encrypted": ("设置了打开密码的工作簿", WORKBOOK, "请在 Excel 中清除打开密码，保存后重新上传"),
    "old": ("旧格式工作簿（.xls）或其他 Office 97 文件", WORKBOOK, SAVE_AGAIN),
    "html": ("网页文件", WORKBOOK, SAVE_AGAIN),
    "binary": ("二进制工作簿（.xlsb）", WORKBOOK, SAVE_AGAIN),
    "other": ("不是工作簿的文件", WORKBOOK, SAVE_AGAIN),
    "damaged": ("损坏的工作簿", WORKBOOK, "请重新保存或向发送人索取完整的文件"),
    "crashed": ("无法安全打开的工作簿", WORKBOOK, "文件可能损坏或异常庞大，请把数据复制到新建的工作簿后重新上传"),
}


@dataclass(frozen=True)
class Sheet:
    """One visible sheet: its rows from the first on, each cell None, text, number, truth value, date or datetime."""

    name: str
    rows: list


def read_workbook(data):
    """The visible sheets of an .xlsx workbook given as bytes; raises UnreadableWorkbook."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        try:
            child = subprocess.run(
                [sys.executable, "-I", str(READER), file.name], capture_output=True, timeout=READING_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise UnreadableWorkbook(*REFUSALS["crashed"]) from None
    if child.returncode:
        raise UnreadableWorkbook(*REFUSALS["crashed"])
    answer = json.loads(child.stdout)
    if "refusal" in answer:
        found, expected, remedy = REFUSALS.get(answer["refusal"]) or REFUSALS["crashed"]
        if answer["refusal"] == "too large":
            found, expected = answer["found"], "大小正常的工作表"
            remedy = "请删除该处多余的内容，或把数据复制到新建的工作簿后重新上传"
        raise UnreadableWorkbook(found, expected, remedy)
    return [Sheet(sheet["name"], [_decoded(row) for row in sheet["rows"]]) for sheet in answer["sheets"]]


def _decoded(row):
    return [_decoded_cell(cell) if isinstance(cell, dict) else cell for cell in row]


def _decoded_cell(cell):
    moment = datetime.fromisoformat(cell["moment"])
    return moment if moment.time() != datetime.min.time() else moment.date()


@dataclass(frozen=True)
class Heading:
    """A column to be written: its heading, and how Excel should treat what is typed below it."""

    text: str
    required: bool = False
    choices: tuple = ()
    width: int = 14


TEXT_FORMAT = 49  # Excel's own number for "@": what is typed stays text
LIST_LIMIT = 255  # characters that Excel takes as a drop-down's own list
TEMPLATE_ROWS = 2000
EXCEL_ROWS = 1_048_576
CELL_LIMIT = 32_767  # characters that an Excel cell holds
CUT = "……（原文过长，以下从略）"  # how a text ends that was longer than that


def write_workbook(stream, sheets, template=False, height=1):
    """Writes `sheets`, a list of (name, headings, rows), as an .xlsx workbook to `stream`.

    All columns are preset to text, so that long numbers keep their digits; with `template` the drop-downs reach far
    below the headings, and required headings carry a star. They reach down to row `height` at least.
    """
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
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
                last = TEMPLATE_ROWS if template else max(len(rows), height - 1, 1)
                page.data_validation(1, number, last, number, _drop_down(heading, lists))
        for row_number, row in enumerate(rows, 1):
            for number, value in enumerate(row):
                if value not in (None, ""):
                    page.write_string(row_number, number, within_limit(as_text(value)), text)
    if lists:
        _write_lists(book, lists)
    book.close()


def within_limit(text):
    """The text, or as much of it as a cell holds, with a word that it was cut."""
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(CUT)] + CUT


def _drop_down(heading, lists):
    source = list(heading.choices)
    if len(",".join(source)) > LIST_LIMIT:
        if source not in lists:
            lists.append(source)
        column = xlsxwriter.utility.xl_col_to_name(lists.index(source))
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
    """A value as the ledger writes it: days as 2017-05-04, truth as 是/否."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)
