"""Reads one workbook and prints its cells as JSON; run as a child process with limits of its own.

A sheet's used range is measured before the workbook is opened: one cell at XFD1048576 would otherwise be answered with
seventeen thousand million empty ones.
"""

import json
import lzma
import math
import re
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 40
UNPACKED = 400 * 1024 * 1024
CELLS = 12_000_000
COLUMNS = 1_000
CHARACTERS = 60_000_000
CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
LISTED_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\s\w+:id="([^"]+)"')
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
ATTRIBUTE = re.compile(rb'\b(Id|Target)="([^"]*)"')
FORMULA_ERROR = "#公式错误"  # as the importing side knows it
CHUNK = 1 << 20
# What reading a damaged archive raises.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, LookupError, RuntimeError)


class Refused(Exception):
    """The file must not be opened; `answer` says why."""

    def __init__(self, refusal, found=""):
        super().__init__(refusal)
        self.answer = {"refusal": refusal, "found": found}


def column_number(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_kind(path):
    """Raises Refused for what is no .xlsx workbook, by its first bytes."""
    with open(path, "rb") as file:
        head = file.read(1 << 20)
    if not head:
        raise Refused("empty")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("encrypted" if "EncryptedPackage".encode("utf-16-le") in head else "old")
    if not head.startswith(b"PK"):
        raise Refused("html" if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else "other")


def check_size(path):
    """Raises Refused for a damaged archive, one that unpacks to too much, or a sheet whose used range is absurd.

    Returns the cells (row, column) of each sheet's part that hold a formula's error.
    """
    errors = {}
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "xl/workbook.bin" in names:
            raise Refused("binary")
        if not any(name.startswith("xl/") for name in names):
            raise Refused("other")
        unpacked = 0
        for name in names:
            is_sheet = name.startswith("xl/worksheets/") and name.endswith(".xml")
            width = height = 0
            tail = b""
            with archive.open(name) as part:
                while chunk := part.read(CHUNK):
                    unpacked += len(chunk)
                    if unpacked > UNPACKED:
                        raise Refused("too large", "解压后超过 400 MB 的工作簿")
                    if not is_sheet:
                        continue
                    for letters, row in CELL.findall(tail + chunk):
                        width, height = max(width, column_number(letters)), max(height, int(row))
                    for letters, row in ERROR_CELL.findall(tail + chunk):
                        errors.setdefault(name, set()).add((int(row) - 1, column_number(letters) - 1))
                    tail = chunk[-200:]
            if width > COLUMNS or width * height > CELLS:
                raise Refused("too large", f"某一工作表的有内容区域达 {height} 行 × {width} 列")
        return [errors.get(name, ()) for name in listed_parts(archive)] if errors else []


def listed_parts(archive):
    """The sheets' parts in the workbook's order."""
    tags = RELATIONSHIP.findall(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {found[b"Id"]: found[b"Target"].decode() for found in (dict(ATTRIBUTE.findall(tag)) for tag in tags)}
    parts = [targets.get(key, "") for key in LISTED_SHEET.findall(archive.read("xl/workbook.xml"))]
    return [part[1:] if part.startswith("/") else f"xl/{part}" for part in parts]


def encoded(cell):
    """A cell as JSON can hold it; None where it is empty."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, (datetime, date)):
        return {"moment": cell.isoformat()}
    if isinstance(cell, (time, timedelta)) or (isinstance(cell, float) and not math.isfinite(cell)):
        return str(cell)
    return cell


def encoded_rows(rows):
    """The rows with every cell encoded, and without the empty cells at their ends."""
    room = CHARACTERS
    for row in rows:
        cells = [encoded(cell) for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        room -= sum(len(cell) for cell in cells if isinstance(cell, str))
        if room < 0:
            raise Refused("too large", f"某一工作表的文字超过 {CHARACTERS} 个字")
        yield cells


def read(path, errors):
    """The visible sheets of the workbook at `path`, with a mark in the cells listed in `errors` by sheet."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(path)
        if not book.sheets_metadata:
            raise Refused("damaged")
        sheets = []
        for place, sheet in enumerate(book.sheets_metadata):
            if (sheet.visible, sheet.typ) == (SheetVisibleEnum.Visible, SheetTypeEnum.WorkSheet):
                rows = book.get_sheet_by_index(place).to_python(skip_empty_area=False)
                for row, column in errors[place] if errors else ():
                    if row < len(rows) and column < len(rows[row]):
                        rows[row][column] = FORMULA_ERROR
                sheets.append({"name": sheet.name, "rows": list(encoded_rows(rows))})
    except CalamineError:
        raise Refused("damaged") from None
    return {"sheets": sheets}


def main(path):
    """Prints the workbook's sheets, or why it is refused."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        check_kind(path)
        answer = read(path, check_size(path))
    except Refused as refused:
        answer = refused.answer
    except DAMAGE:
        answer = {"refusal": "damaged"}
    except MemoryError:
        answer = {"refusal": "crashed"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
