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
from itertools import count, repeat

from .archives import DAMAGE, archive_kind, check_unpacked, listed_parts, sheet_errors
from .delimited_text import read_delimited, trimmed
from .limits import (
    CHARACTERS,
    CPU_SECONDS,
    FORMULA_ERROR,
    MEMORY,
    PART_ROWS,
    UNCOMPUTED_FORMULA,
    Refused,
    check_area,
    check_merges,
)
from .sheet_marks import MarkSigns, SheetMarks, struck_styles, xlsx_marks
from .sparse_sheets import without_gaps
from .xls import MAGIC, xls_errors
from .xls_marks import xls_marks

PART_CHARACTERS = 4_000_000  # bounds what either process holds of a sheet of long texts
ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")


def sheets_of(path):
    """Yields the sheets of the file at `path` as (name, merged areas, SheetMarks, rows); raises Refused."""
    with open(path, "rb") as file:
        head = file.read(len(MAGIC))
        if not head:
            raise Refused("empty")
        if head == MAGIC:
            data = head + file.read()
            yield from read_excel(path, xls_errors(data), xls_marks(data))
        elif not head.startswith(ARCHIVE):
            yield "", (), SheetMarks(), read_delimited(path)
        else:
            with zipfile.ZipFile(file) as archive:
                kind = archive_kind(archive)
                if kind != "xlsx":
                    check_unpacked(archive)
                    yield from streamed(archive, kind)
                else:
                    struck = struck_styles(archive)
                    parts = listed_parts(archive)
                    signs = {name: MarkSigns(struck) for name in parts}
                    errors, sparse = sheet_errors(archive, signs)
                    marks = [xlsx_marks(archive, name, signs[name]) for name in parts]
                    source, places = without_gaps(archive, sparse) if sparse else (path, {})
                    yield from read_excel(source, errors, marks, [places.get(name) for name in parts])


def streamed(archive, kind):
    """Returns the sheets of an archive of the other kinds; only the reader that is needed is loaded."""
    if kind == "ods":
        from .ods import read_ods as read
    else:
        from .word_tables import read_word_tables as read
    return read(archive)


def read_excel(source, errors, marks, places=()):
    """Yields the sheets of an Excel workbook as (name, merged areas, SheetMarks, rows); raises Refused.

    `errors` lists the cells of each sheet whose formula failed, as {row: [columns]}, `marks` its SheetMarks, and
    `places` the rows that it had before its gaps were closed, where they were. The source is a path or a stream.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_object(source)
        told = any(errors) or any(one.as_dict() or one.uncomputed for one in marks)
        if not book.sheets_metadata or (told and len(errors) != len(book.sheets_metadata)):
            raise Refused("damaged")
        for place, sheet in enumerate(book.sheets_metadata):
            if sheet.typ == SheetTypeEnum.WorkSheet:
                cells, own = book.get_sheet_by_index(place), marks[place] if place < len(marks) else SheetMarks()
                rows = places[place] if place < len(places) else None
                own.is_hidden = sheet.visible != SheetVisibleEnum.Visible
                failed = errors[place] if any(errors) else {}
                yield sheet.name, sheet_merges(cells), own, rows_of(cells, failed, own.uncomputed, rows)
    except CalamineError:
        raise Refused("damaged") from None


def sheet_merges(sheet):
    """Returns the merged areas of a loaded sheet; raises Refused for more than `MERGES`."""
    ranges = sheet.merged_cell_ranges or []
    check_merges(len(ranges))
    return [(*first, *last) for first, last in ranges]


def rows_of(sheet, errors, uncomputed, places=None):
    """Yields the rows of a loaded sheet, each at its place where these are given; raises Refused.

    The cells of `errors` hold `FORMULA_ERROR`, those of `uncomputed` which are empty `UNCOMPUTED_FORMULA`.
    """
    if sheet.start is None:
        return
    check_area(sheet.end[0] + 1, sheet.end[1] + 1)
    left = [None] * sheet.start[1]
    before = -1
    for place, row in zip(places or count(), sheet.iter_rows(), strict=False):
        yield from repeat([], place - before - 1)
        before = place
        if row.count("") == len(row) and place not in errors and place not in uncomputed:
            yield []
            continue
        cells = left + [None if cell == "" else cell for cell in row]
        for column in errors.get(place, ()):
            cells += [None] * (column + 1 - len(cells))
            cells[column] = FORMULA_ERROR
        for column in uncomputed.get(place, ()):
            cells += [None] * (column + 1 - len(cells))
            cells[column] = UNCOMPUTED_FORMULA if cells[column] is None else cells[column]
        yield cells


def print_sheets(sheets, out):
    """Prints each sheet in parts as [number, name, facts, number of the first row, rows]; raises Refused.

    The facts are [merged areas, marks]. Parts of blank rows alone are left out.
    """
    is_visible = False
    for number, (name, merged, marks, rows) in enumerate(sheets):
        is_visible = is_visible or not marks.is_hidden
        first, part, room, facts = 0, [], CHARACTERS, [merged, marks.as_dict()]
        for place, cells in filled_rows(rows):
            if place >= first + PART_ROWS:
                room = print_part(out, number, name, facts, first, part, room)
                first, part, facts = place - place % PART_ROWS, [], None
            part += [[]] * (place - first - len(part))
            part.append(cells)
        print_part(out, number, name, facts, first, part, room)
    if not is_visible:
        raise Refused("hidden")


def filled_rows(rows):
    """Yields (place, cells) of the rows that are not blank; a sheet may have a million blank ones below its last."""
    for place, row in enumerate(rows):
        cells = trimmed(row)
        if any(cell is not None and not (cell.__class__ is str and cell.isspace()) for cell in cells):
            yield place, cells


def print_part(out, number, name, facts, first, rows, room):
    """Prints some rows of a sheet and returns how many of its `room` characters are left; raises Refused for none.

    The facts are printed with the first rows of a sheet only, and null with the others.
    """
    text = encoded(rows)
    if len(text) > PART_CHARACTERS and len(rows) > 1:
        half = len(rows) // 2
        room = print_part(out, number, name, facts, first, rows[:half], room)
        return print_part(out, number, name, None, first + half, rows[half:], room)
    room -= len(text)
    if room < 0:
        raise Refused("too large", f"某一工作表的内容超过 {CHARACTERS} 个字")
    out.write(f"[{number},{encoded(name)},{encoded(facts)},{first},{text}]\n".encode())
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
