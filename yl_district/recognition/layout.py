"""Finds the table in a sheet: the rows of its headings, below titles and notes, and the text of each heading.

Rows are lists of cells, numbered from 0, as `spreadsheets` reads them; `merged` are the sheet's merged areas as (first
row, first column, last row, last column).
"""

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ..sheets.cells import CONTROL, cell_at, is_blank, plain
from .headings import JOINT, heading_key, heading_keys
from .row_words import is_note

LOOKED_AT = 40  # rows of a sheet in which headings are searched for
HEADING_ROWS = 20  # of these, the rows in which the headings may begin
OWN_HEADINGS = 3  # known headings by which a row above the fullest one is a row of headings itself
MOST_HEADING_ROWS = 3  # rows that the headings may take
LABEL_LENGTH = 20
DAY_PARTS = frozenset("年 月 日".split())
FORM_LABELS = 3  # with so many known headings further down, a sheet is a form to fill in
VALUE = re.compile(r"[0-9]{5}|[0-9]{4}\s*[-./年]\s*[0-9]")  # a number or day, which no heading holds
DEFAULT_NAMES = ("sheet", "工作表")


@dataclass(frozen=True)
class Layout:
    """The first and last row of a table's headings, and the heading of each column, "" where it has none."""

    first_heading_row: int
    last_heading_row: int
    headings: list


def find_layout(rows, merged, known):
    """Returns the Layout with most headings in `known`, the first of several such; None where there is none.

    `known` contains heading keys. Headings in two or three rows are joined, those over several columns first. A row
    above that holds little else than known headings has precedence, since rows below it are read by it.
    """
    rows, merged = rows[:LOOKED_AT], [cell for cell in merged if cell[0] < LOOKED_AT]
    layouts = [_layout_at(rows, merged, known, first) for first in range(min(HEADING_ROWS, len(rows)))]
    best = max(layouts, key=lambda layout: len(known_keys(layout.headings, known)), default=None)
    if not best or not known_keys(best.headings, known):
        return None
    above = (one for one in layouts if one.last_heading_row < best.first_heading_row)
    return next((one for one in above if is_heading_row(rows[one.last_heading_row], known)), best)


def is_heading_row(row, known):
    """Whether the row holds texts only, and most of them, at least OWN_HEADINGS, are different known headings."""
    filled = [cell for cell in row if not is_blank(cell)]
    if not all(isinstance(cell, str) for cell in filled):
        return False
    found = known_keys(filled, known)
    return len(found) >= OWN_HEADINGS and 3 * len(found) > 2 * len(filled)


def layout_by_hand(rows, merged, first, last):
    """Returns the Layout whose headings are in the rows `first` to `last`; in none where `last` is before `first`."""
    rows = rows[: max(LOOKED_AT, last + 1)]
    if last < first:
        return Layout(first, last, [""] * max(map(len, rows), default=0))
    return Layout(first, last, _headings(rows, merged, first, last))


def guessed_layout(rows):
    """Returns the Layout, without headings, of a table whose headings nobody knows: data begin where two cells stand.

    A first row of texts without digits above rows with digits is left out as that of the headings. It is not taken for
    them, since headings are kept in plain text, and it may be about a person.
    """
    wide = [place for place, row in enumerate(rows) if sum(not is_blank(cell) for cell in row) > 1]
    first = wide[0] if wide else next((place for place, row in enumerate(rows) if row), 0)
    is_headed = len(wide) > 1 and not _has_digits(rows[first]) and any(_has_digits(rows[one]) for one in wide[1:])
    return layout_by_hand(rows, (), first + is_headed, first + is_headed - 1)


def _has_digits(row):
    """Whether a row has a number or a day, or a text with a digit."""
    return any(not isinstance(cell, str) or any(map(str.isdigit, cell)) for cell in row if not is_blank(cell))


def known_keys(headings, known):
    """Returns the set of heading keys by which `headings` are known."""
    keys = (next((key for key in heading_keys(heading) if key in known), None) for heading in headings if heading)
    return {key for key in keys if key is not None}


def _layout_at(rows, merged, known, first):
    """Returns the Layout of the headings that begin in row `first`."""
    last = first
    if _are_labels(rows[first]):
        while last + 1 < min(len(rows), first + MOST_HEADING_ROWS) and _goes_on(rows, merged, known, first, last):
            last += 1
    return Layout(first, last, _headings(rows, merged, first, last))


def _are_labels(row):
    """Whether a row can hold headings over several columns: at least two short texts, and no remarks."""
    filled = [cell for cell in row if not is_blank(cell)]
    return len(filled) > 1 and all(
        isinstance(cell, str) and len(cell) <= LABEL_LENGTH and ":" not in heading_key(cell) and not is_note(cell)
        for cell in filled
    )


def _goes_on(rows, merged, known, first, last):
    """Whether the headings continue below row `last`: in a cell merged downwards, or in a row of sub-headings.

    They never do in a row of data, such as one with a long number or a day, whatever is merged into it.
    """
    if any(isinstance(cell, date) or VALUE.search(plain(cell)) for cell in rows[last + 1] if not is_blank(cell)):
        return False
    for top, _, bottom, _ in merged:
        if first <= top <= last < bottom < first + MOST_HEADING_ROWS:
            return True
    above = [cell_at(rows[last], place) for place in range(max(map(len, rows)))]
    for top, left, bottom, _ in merged:
        if first <= top < bottom == last and left < len(above):
            above[left] = cell_at(rows[top], left)
    return _names_sub_columns(above, rows[last + 1], _spans(merged, last), known)


def _spans(merged, row):
    """Returns the range of columns of each cell merged sideways whose last row is `row`."""
    return [range(left, right + 1) for _, left, bottom, right in merged if bottom == row and right > left]


def _names_sub_columns(above, below, spans, known):
    """Whether `below` is a row of sub-headings: only texts under headings over several columns, and some known."""
    # A row of data also has a cell under a heading over one column.
    filled = {place for place, cell in enumerate(below) if not is_blank(cell)}
    for place in filled:
        is_spanned = any(place in span for span in spans)
        starts_span = place + 1 in filled and is_blank(cell_at(above, place + 1))
        if not isinstance(below[place], str) or not (is_spanned or starts_span or is_blank(cell_at(above, place))):
            return False
    keys = {heading_key(below[place]) for place in filled}
    return any(len(filled.intersection(span)) > 1 for span in spans) or any(
        key in known or key in DAY_PARTS for key in keys
    )


def _headings(rows, merged, first, last):
    """Returns the heading of every column: its texts from the first heading row to the last, joined."""
    width = max(map(len, rows))
    texts = [[_label(cell_at(row, place)) for place in range(width)] for row in rows[first : last + 1]]
    for top, left, bottom, right in merged:
        for row in range(max(top, first), min(bottom, last) + 1):
            # A cell merged sideways is the heading of the columns below it; in the last row it is one wide column.
            for place in range(left, min(right if bottom < last else left, width - 1) + 1):
                texts[row - first][place] = _label(cell_at(rows[top], left)) if top >= first else ""
    for above, below in pairwise(texts):
        _spread(above, below)
    return [JOINT.join(dict.fromkeys(filter(None, column))) for column in zip(*texts, strict=True)]


def _label(cell):
    """Returns the text of a heading's cell on one line."""
    return "" if is_blank(cell) else " ".join(CONTROL.sub("", plain(cell)).split())


def _spread(above, below):
    """Extends headings to the right over blanks that have sub-headings below."""
    # A sheet saved as CSV has lost its merged cells.
    for place in range(1, len(above)):
        if not above[place] and below[place] and below[place - 1] not in ("", above[place - 1]):
            above[place] = above[place - 1]


@dataclass(frozen=True)
class SheetCandidate:
    """A sheet and its `kind`: "table", with its Layout, "form", "other" or "empty".

    `has_own_name` is true for a name given by a person, which may be that of a branch.
    """

    number: int
    name: str
    kind: str
    layout: Layout | None
    has_own_name: bool


def sheet_candidates(sheets, known, required):
    """Returns a SheetCandidate for each sheet.

    A table has two known headings, one of them for a column in `required`.
    """
    return [
        SheetCandidate(number, sheet.name, *_kind_and_layout(sheet, known, required), has_own_name(sheet.name))
        for number, sheet in enumerate(sheets)
    ]


def _kind_and_layout(sheet, known, required):
    """Returns the kind of a sheet, and the Layout of a table, else None."""
    if all(is_blank(cell) for row in sheet.rows for cell in row):
        return "empty", None
    layout = find_layout(sheet.rows, sheet.merged, known)
    keys = known_keys(layout.headings, known) if layout else set()
    if len(keys) < 2 or not any(column in required for key in keys for column in known[key]):
        return "other", None
    # Rows of headings further down are read as such, and make no form of a list.
    below = [row for row in sheet.rows[layout.last_heading_row + 1 : LOOKED_AT] if not is_heading_row(row, known)]
    further = {heading_key(cell) for row in below for cell in row} & known.keys() - keys
    return ("form", None) if len(further) >= FORM_LABELS else ("table", layout)


def has_own_name(name):
    """Whether a sheet's name differs from the default names of Excel and WPS."""
    text = plain(name).casefold()
    return not any(
        text.startswith(default) and not text.removeprefix(default).strip("0123456789 ()") for default in DEFAULT_NAMES
    )
