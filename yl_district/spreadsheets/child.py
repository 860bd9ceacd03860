"""Reads one spreadsheet file and prints its cells as lines of JSON; runs as a child process with limits of its own.

The format is recognised by the first bytes, never by the file's name. The used range of a sheet is checked before it is
loaded: a single cell at XFD1048576 would otherwise yield seventeen thousand million empty cells.
"""

import json
import math
import resource
import sys
import zipfile
from datetime import date, time, timedelta

from .archives import DAMAGE, archive_kind, check_unpacked, sheet_errors
from .delimited_text import read_delimited, trimmed
from .limits import CHARACTERS, CPU_SECONDS, FORMULA_ERROR, MEMORY, PART_ROWS, Refused, check_area, check_merges
from .ods import read_ods
from .xls import MAGIC, xls_errors

PART_CHARACTERS = 4_000_000  # bounds what either process holds of a sheet of long texts
ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")


def sheets_of(path):
    """Yields the visible sheets of the file at `path` as (name, merged areas, rows); raises Refused."""
    with open(path, "rb") as file:
        head = file.read(len(MAGIC))
        if not head:
            raise Refused("empty")
        if head == MAGIC:
            yield from read_excel(path, xls_errors(head + file.read()))
        elif not head.startswith(ARCHIVE):
            yield "", (), read_delimited(path)
        else:
            with zipfile.ZipFile(file) as archive:
                if archive_kind(archive) == "ods":
                    check_unpacked(archive)
                    yield from read_ods(archive)
                else:
                    yield from read_excel(path, sheet_errors(archive))


def read_excel(path, errors):
    """Yields the visible sheets of an Excel workbook as (name, merged areas, rows); raises Refused.

    `errors` lists the cells of each sheet whose formula failed, as {row: [columns]}.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(path)
        if not book.sheets_metadata or (any(errors) and len(errors) != len(book.sheets_metadata)):
            raise Refused("damaged")
        for place, sheet in enumerate(book.sheets_metadata):
            if (sheet.visible, sheet.typ) == (SheetVisibleEnum.Visible, SheetTypeEnum.WorkSheet):
                cells = book.get_sheet_by_index(place)
                yield sheet.name, sheet_merges(cells), rows_of(cells, errors[place] if any(errors) else {})
    except CalamineError:
        raise Refused("damaged") from None


def sheet_merges(sheet):
    """Returns the merged areas of a loaded sheet; raises Refused for more than `MERGES`."""
    ranges = sheet.merged_cell_ranges or []
    check_merges(len(ranges))
    return [(*first, *last) for first, last in ranges]


def rows_of(sheet, errors):
    """Yields the rows of a loaded sheet, with `FORMULA_ERROR` in the cells of `errors`; raises Refused."""
    if sheet.start is None:
        return
    check_area(sheet.end[0] + 1, sheet.end[1] + 1)
    left = [None] * sheet.start[1]
    for number, row in enumerate(sheet.iter_rows()):
        cells = left + [None if cell == "" else cell for cell in row]
        for column in errors.get(number, ()):
            cells += [None] * (column + 1 - len(cells))
            cells[column] = FORMULA_ERROR
        yield cells


def print_sheets(sheets, out):
    """Prints each sheet in parts as [number, name, merged areas, number of the first row, rows]; raises Refused."""
    number = -1
    for number, (name, merged, rows) in enumerate(sheets):
        first, part, room = 0, [], CHARACTERS
        for row in rows:
            part.append(trimmed(row))
            if len(part) == PART_ROWS:
                room = print_part(out, number, name, merged, first, part, room)
                first, part, merged = first + PART_ROWS, [], None
        if part or not first:
            print_part(out, number, name, merged, first, part, room)
    if number < 0:
        raise Refused("hidden")


def print_part(out, number, name, merged, first, rows, room):
    """Prints some rows of a sheet and returns how many of its `room` characters are left; raises Refused for none.

    The merged areas are printed with the first rows of a sheet only, and null with the others.
    """
    text = encoded(rows)
    if len(text) > PART_CHARACTERS and len(rows) > 1:
        half = len(rows) // 2
        room = print_part(out, number, name, merged, first, rows[:half], room)
        return print_part(out, number, name, None, first + half, rows[half:], room)
    room -= len(text)
    if room < 0:
        raise Refused("too large", f"某一工作表的内容超过 {CHARACTERS} 个字")
    out.write(f"[{number},{encoded(name)},{encoded(merged)},{first},{text}]\n".encode())
    out.flush()
    return room


def encoded(cells):
    """Returns a value as JSON, with NaN and infinite numbers in rows of cells as text."""
    try:
        return ENCODER.encode(cells)
    except ValueError:
        return ENCODER.encode([[finite(cell) for cell in row] for row in cells])


def finite(cell):
    """Returns the cell, as text where it is NaN or infinite."""
    return str(cell) if isinstance(cell, float) and not math.isfinite(cell) else cell


def json_value(cell):
    """Returns a cell of a type that JSON lacks as one it has: a date as {"moment": …}, a time or duration as text."""
    if isinstance(cell, (time, timedelta)):
        return str(cell)
    if isinstance(cell, date):
        return {"moment": cell.isoformat()}
    raise TypeError(type(cell))


ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=json_value)


def main(path):
    """Prints the sheets of the file at `path`, then {"refusal": null}, or why the file is not read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    answer = {"refusal": None}
    try:
        print_sheets(sheets_of(path), sys.stdout.buffer)
    except Refused as refused:
        answer = refused.answer
    except BrokenPipeError:
        return
    except DAMAGE:
        answer = {"refusal": "damaged"}
    except MemoryError:
        answer = {"refusal": "crashed"}
    print(json.dumps(answer))
