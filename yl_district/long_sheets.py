"""One sheet of any length as a file, written row by row in constant memory: a workbook, or text that Excel opens.

Frame, styles and drop-downs of the workbook are those of `write_workbook`; only its rows are written here, since a
library that looks at every cell takes several times as long.
"""

import csv
import io
import re
import zipfile
from itertools import islice

from xlsxwriter.utility import xl_col_to_name

from .formulas import neutralised
from .spreadsheets import CELL_LIMIT, EXCEL_ROWS, within_limit, write_workbook

BATCH = 500
PART = "xl/worksheets/sheet1.xml"
END = b"</sheetData>"
DIMENSION = re.compile(rb"<dimension [^>]*/>")  # optional, and not known before the last row
TEXT_STYLE = re.compile(rb'<col [^>]*\bstyle="([0-9]+)"')
# What cannot stand in the workbook's text as it is; `_x0041_` would be read as the character of that number.
SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x(?=[0-9A-Fa-f]{4}_)")
PRESERVED = ' xml:space="preserve"'  # else a reader may drop the blanks around a text
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_x": "_x005F_x", "\r": "_x000D_"}


class TooManyRows(Exception):
    """More rows than a sheet of a workbook holds."""


def write_long_sheet(stream, name, headings, rows):
    """Writes one sheet as an .xlsx workbook; raises TooManyRows."""
    frame = io.BytesIO()
    write_workbook(frame, [(name, headings, [])], height=EXCEL_ROWS)
    with (
        zipfile.ZipFile(frame) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for part in source.infolist():
            if part.filename != PART:
                target.writestr(part, source.read(part), zipfile.ZIP_DEFLATED)
        before, after = DIMENSION.sub(b"", source.read(PART)).split(END)
        with target.open(source.getinfo(PART), "w", force_zip64=True) as sheet:
            sheet.write(before)
            for text in row_texts(len(headings), rows, int(TEXT_STYLE.search(before)[1])):
                sheet.write(text.encode())
            sheet.write(END + after)


def row_texts(width, rows, style):
    """The rows below the headings as the text of a sheet's part, some hundreds at a time."""
    columns = [f'<c r="{xl_col_to_name(number)}' for number in range(width)]
    numbered = enumerate(rows, 2)
    while batch := list(islice(numbered, BATCH)):
        if batch[-1][0] > EXCEL_ROWS:
            raise TooManyRows
        yield "".join(row_text(columns, number, row, style) for number, row in batch)


def row_text(columns, number, row, style):
    """One row; cells without text are left out."""
    whole = f"|{'|'.join(row)}|"
    if len(whole) > CELL_LIMIT:
        row = [within_limit(text) for text in row]
    # Quick to see, and true of nearly every row: nothing in it has to be written otherwise.
    if not whole.isprintable() or any(part in whole for part in ENTITIES):
        row = [SPECIAL.sub(escaped, text) for text in row]
        space = PRESERVED
    else:
        space = PRESERVED if "| " in whole or " |" in whole else ""
    middle = f'{number}" s="{style}" t="inlineStr"><is><t{space}>'
    cells = [f"{column}{middle}{text}</t></is></c>" for column, text in zip(columns, row, strict=True) if text]
    return f'<row r="{number}">{"".join(cells)}</row>'


def escaped(match):
    """How a workbook's text states what it cannot hold as it is; what no text may hold is left out."""
    return ENTITIES.get(match[0], "")


def write_csv(stream, headings, rows):
    """Writes the rows as UTF-8 text with a byte order mark, by which Excel knows the encoding; no cell can run."""
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([heading.text for heading in headings])
    writer.writerows(map(neutralised, row) for row in rows)
    text.detach()
