"""Writes one sheet of any length row by row in constant memory, as an .xlsx workbook or as CSV that Excel opens."""

import csv
import io
import os
import re
import tempfile
from contextlib import contextmanager
from itertools import chain

import rustpy_xlsxwriter
from rustpy_xlsxwriter import Format

from .formulas import neutralised
from .workbooks import CELL_LIMIT, EXCEL_ROWS, LIST_LIMIT, TEXT_FORMAT, within_limit, write_workbook

# Where the system keeps files in memory, and what the longest sheet may take there before it is packed.
IN_MEMORY_FOLDER, LONGEST_SHEET = "/dev/shm", 2 << 30
UNWRITABLE_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


class TooManyRows(Exception):
    """More rows than a sheet of an Excel workbook can have."""


def write_long_sheet(stream, name, headings, rows):
    """Writes one sheet as an .xlsx workbook with every cell as text; raises TooManyRows."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        write_workbook(stream, [(name, headings, [])])
        return
    text, bold = Format().set_num_format_index(TEXT_FORMAT), Format().set_bold().set_background_color("#F1F5F9")
    names = [heading.text for heading in headings]
    with sheets_in_memory():
        rustpy_xlsxwriter.write_worksheet(
            row_dicts(names, chain([first], rows)),
            stream,
            name,
            freeze_row=1,
            freeze_col=1,
            header_format=bold,
            column_formats=dict.fromkeys(names, text),
            column_widths={heading.text: heading.width for heading in headings},
            data_validations={heading.text: drop_down(heading) for heading in headings if is_short(heading)},
        )


@contextmanager
def sheets_in_memory(folder=IN_MEMORY_FOLDER):
    """Has the library, which looks at TMPDIR, write its files without a name in memory where there is room.

    Elsewhere they lie, as nameless, in the folder of temporary files, which only this user can enter. Processes that
    are started afterwards have that folder alone.
    """
    own = tempfile.gettempdir()
    os.environ["TMPDIR"] = folder if has_room_for_nameless_files(folder) else own
    try:
        yield
    finally:
        os.environ["TMPDIR"] = own


def has_room_for_nameless_files(folder):
    """Whether the folder takes files that never have a name, the longest sheet among them."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_EXCL, 0o600))
        found = os.statvfs(folder)
    except (AttributeError, OSError):
        return False
    return found.f_bavail * found.f_frsize > LONGEST_SHEET


def row_dicts(names, rows):
    """Yields the rows as dicts by heading; raises TooManyRows."""
    for number, row in enumerate(rows, 2):
        if number > EXCEL_ROWS:
            raise TooManyRows
        yield dict(zip(names, writable_cells(row), strict=True))


def writable_cells(row):
    """Returns the texts of a row as Excel cells can hold them, None for empty ones."""
    together = "".join(row)
    if together.isprintable() and len(together) <= CELL_LIMIT:
        return [text or None for text in row]  # as nearly all are, which one look at the row tells
    return map(writable, row)


def writable(text):
    """Returns the text as an Excel cell can hold it, None where nothing is left."""
    if len(text) > CELL_LIMIT:
        text = within_limit(text)
    return UNWRITABLE_IN_XML.sub("", text) or None


def is_short(heading):
    """Whether the heading's choices fit into the validation of a cell."""
    return bool(heading.choices) and len(",".join(heading.choices)) <= LIST_LIMIT


def drop_down(heading):
    """Returns the data validation that offers a column's choices, and only warns of other input."""
    return {
        "type": "list",
        "values": list(heading.choices),
        "error_style": "warning",
        "error_title": heading.text,
        "error_message": "请从下拉表中选择。",
    }


def write_csv(stream, headings, rows):
    """Writes the rows as CSV in UTF-8, without formulas."""
    # Excel recognises the encoding by the byte order mark.
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([heading.text for heading in headings])
    writer.writerows(map(neutralised, row) for row in rows)
    text.detach()
