"""Finds in an .xls workbook what Excel shows of rows and columns but their cells do not hold."""

from struct import unpack_from

from .limits import COLUMNS
from .sheet_marks import SheetMarks, add_to_ranges
from .xls import BOUNDSHEET, CompoundFile, biff_records

FONT_RECORD, FORMAT_OF_CELL, ROW_RECORD, COLUMN_RECORD, FILTER_MODE, MANY_NUMBERS = (
    0x0031,
    0x00E0,
    0x0208,
    0x007D,
    0x009B,
    0x00BD,
)
# Number, RK, label, label of the shared table, rich text, formula, boolean or error: row, column, format.
CELL_RECORDS = {0x0203, 0x027E, 0x0204, 0x00FD, 0x00D6, 0x0006, 0x0205}
STRUCK_FONT, HIDDEN_ROW, HIDDEN_COLUMN = 0x0008, 0x20, 0x0001
MISSING_FONT = 4  # the number that no font has


def xls_marks(data):
    """Returns the SheetMarks of each sheet of a workbook, in its order, without whether it is hidden."""
    streams = CompoundFile(data).streams
    book = streams.get("workbook") or streams["book"]
    starts, fonts, formats = [], [], []
    for kind, place, length in biff_records(book, 0):
        if kind == BOUNDSHEET:
            starts.append(unpack_from("<I", book, place)[0])
        elif kind == FONT_RECORD and length >= 4:
            fonts.append(bool(unpack_from("<H", book, place + 2)[0] & STRUCK_FONT))
        elif kind == FORMAT_OF_CELL and length >= 2:
            formats.append(unpack_from("<H", book, place)[0])
    fonts.insert(MISSING_FONT, False)
    struck = {number for number, font in enumerate(formats) if font < len(fonts) and fonts[font]}
    return [marks_of_sheet(book, start, struck) for start in starts]


def marks_of_sheet(book, start, struck):
    """Returns the SheetMarks of the sheet at `start`; `struck` are the formats that strike through."""
    marks, cells, hidden = SheetMarks(), {}, set()
    for kind, place, length in biff_records(book, start):
        if kind == ROW_RECORD and length >= 16:
            row, flags = unpack_from("<H", book, place)[0], book[place + 12]
            if flags & HIDDEN_ROW:
                hidden.add(row)
        elif kind == COLUMN_RECORD and length >= 10:
            first, last, _, _, flags = unpack_from("<HHHHH", book, place)
            if flags & HIDDEN_COLUMN and first < COLUMNS:
                add_to_ranges(marks.hidden_columns, first, min(last, COLUMNS - 1))
        elif kind == FILTER_MODE:
            marks.is_filtered = True
        elif (struck and kind in CELL_RECORDS and length >= 6) or (struck and kind == MANY_NUMBERS):
            row, _, own = unpack_from("<HHH", book, place)
            cells.setdefault(row, []).append(own in struck)
    for row in sorted(hidden):
        add_to_ranges(marks.hidden_rows, row)
    for row in sorted(row for row, are_struck in cells.items() if 2 * sum(are_struck) > len(are_struck)):
        add_to_ranges(marks.struck_rows, row)
    return marks
