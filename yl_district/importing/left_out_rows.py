"""Rows of a sheet that a person leaves out: by their numbers, or by what one of their cells says.

Only numbers are kept, since the mapping is plain text and a cell can be personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..sheets.cells import cell_at, full_text, text_key
from .models import ImportBatch
from .versions import KeyRanges, as_ranges

MOST_LEFT_OUT = 5_000
SPLIT = re.compile(r"[、，,;；\s]+")
RUN = re.compile(r"([0-9]{1,7})(?:[-–—~至到]([0-9]{1,7}))?")


class UnreadableRows(ValueError):
    """A text that is no list of row numbers; the message says what is."""


def row_numbers_in(text: str) -> set[int]:
    """The numbers in a text such as “5、8-10”; raises UnreadableRows."""
    found: set[int] = set()
    for word in filter(None, SPLIT.split(text)):
        match = RUN.fullmatch(word)
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else 0
        if not 0 < first <= last or last - first > MOST_LEFT_OUT:
            raise UnreadableRows(f"“{word[:20]}”不是行号，请写成“5、8-10”这样。")
        found.update(range(first, last + 1))
        refuse_too_many(found)
    return found


def rows_in_words(ranges: KeyRanges) -> str:
    """Ranges of row numbers as `row_numbers_in` reads them."""
    return "、".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges)


def rows_saying(batch: ImportBatch, sheet: int, place: int, text: str) -> set[int]:
    """The numbers of a sheet's rows whose cell at a place is this text, as it is compared."""
    wanted = text_key(text)
    return {
        number
        for part in batch.in_parts([sheet])
        for number, row in enumerate(part.rows, part.first_row + 1)
        if text_key(full_text(cell_at(row, place))) == wanted
    }


def left_out_ranges(rows: Iterable[int]) -> KeyRanges:
    """Row numbers as ranges; raises UnreadableRows where they are too many."""
    rows = set(rows)
    refuse_too_many(rows)
    return as_ranges(rows)


def refuse_too_many(rows: set[int]) -> None:
    """Raises UnreadableRows for more rows than can be left out."""
    if len(rows) > MOST_LEFT_OUT:
        raise UnreadableRows(f"不导入的行超过 {MOST_LEFT_OUT} 行：请在表格中删去后重新上传。")
