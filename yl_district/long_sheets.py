"""One sheet of any length as a file, written row by row in constant memory: a workbook, or text that Excel opens."""

import csv
import io
import re
from itertools import chain

import rustpy_xlsxwriter
from rustpy_xlsxwriter import Format

from .formulas import neutralised
from .spreadsheets import CELL_LIMIT, EXCEL_ROWS, LIST_LIMIT, TEXT_FORMAT, within_limit, write_workbook

UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


class TooManyRows(Exception):
    """More rows than a sheet of a workbook holds."""


def write_long_sheet(stream, name, headings, rows):
    """Writes one sheet as an .xlsx workbook, every cell as text; raises TooManyRows."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        write_workbook(stream, [(name, headings, [])])
        return
    text, bold = Format().set_num_format_index(TEXT_FORMAT), Format().set_bold().set_background_color("#F1F5F9")
    names = [heading.text for heading in headings]
    rustpy_xlsxwriter.write_worksheet(
        records(names, chain([first], rows)),
        stream,
        name,
        freeze_row=1,
        freeze_col=1,
        header_format=bold,
        column_formats=dict.fromkeys(names, text),
        column_widths={heading.text: heading.width for heading in headings},
        data_validations={heading.text: drop_down(heading) for heading in headings if is_short(heading)},
    )


def records(names, rows):
    """The rows as dicts by heading; raises TooManyRows."""
    for number, row in enumerate(rows, 2):
        if number > EXCEL_ROWS:
            raise TooManyRows
        yield dict(zip(names, map(held, row), strict=True))


def held(text):
    """A text as a cell can hold it, None for nothing."""
    if len(text) > CELL_LIMIT:
        text = within_limit(text)
    return UNWRITABLE.sub("", text) or None


def is_short(heading):
    """Whether Excel takes the heading's choices as a drop-down's own list."""
    return bool(heading.choices) and len(",".join(heading.choices)) <= LIST_LIMIT


def drop_down(heading):
    """The choices of a column, from which something else may be typed all the same."""
    return {
        "type": "list",
        "values": list(heading.choices),
        "error_style": "warning",
        "error_title": heading.text,
        "error_message": "请从下拉表中选择。",
    }


def write_csv(stream, headings, rows):
    """Writes the rows as UTF-8 text with a byte order mark, by which Excel knows the encoding; no cell can run."""
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([heading.text for heading in headings])
    writer.writerows(map(neutralised, row) for row in rows)
    text.detach()
