"""Where the table is in a sheet: below which titles and notes its headings stand, and what they say.

Rows are lists of cells, numbered from 0, as the reader of workbooks gives them; `merged` are the sheet's merged cells
as (first row, first column, last row, last column).
"""

from dataclasses import dataclass
from itertools import pairwise

from .cells import CONTROL, is_blank, plain
from .headings import JOINT, heading_key, heading_keys
from .sheet_words import is_note

LOOKED_AT = 40  # rows of a sheet that are looked at to find its headings
HEADING_ROWS = 20  # of these, so many may stand above the headings
DEEPEST = 3  # rows that one set of headings may take
LABEL_LENGTH = 20
DAY_PARTS = frozenset("年 月 日".split())
FORM_LABELS = 3  # known headings further down, from which a sheet is a form to fill in
DEFAULT_NAMES = ("sheet", "工作表")


@dataclass(frozen=True)
class Layout:
    """The first and the last row of a table's headings, and the headings by place; "" where a column has none."""

    first_heading_row: int
    last_heading_row: int
    headings: list


def find_layout(rows, merged, known):
    """The Layout of the rows with most headings in `known`, the first of several; None where there is none.

    `known` holds heading keys. Headings in two or three rows are joined, those over several columns first.
    """
    rows, merged = rows[:LOOKED_AT], [cell for cell in merged if cell[0] < LOOKED_AT]
    layouts = [_layout_at(rows, merged, known, first) for first in range(min(HEADING_ROWS, len(rows)))]
    best = max(layouts, key=lambda layout: len(known_keys(layout.headings, known)), default=None)
    return best if best and known_keys(best.headings, known) else None


def known_keys(headings, known):
    """The heading keys by which `headings` are known, each once."""
    found = (next((key for key in heading_keys(heading) if key in known), None) for heading in headings if heading)
    return {key for key in found if key is not None}


def _layout_at(rows, merged, known, first):
    last = first
    if _are_labels(rows[first]):
        while last + 1 < min(len(rows), first + DEEPEST) and _goes_on(rows, merged, known, first, last):
            last += 1
    return Layout(first, last, _headings(rows, merged, first, last))


def _are_labels(row):
    """Whether a row can hold headings over several columns: short texts, more than one, and no remarks."""
    filled = [cell for cell in row if not is_blank(cell)]
    return len(filled) > 1 and all(
        isinstance(cell, str) and len(cell) <= LABEL_LENGTH and ":" not in heading_key(cell) and not is_note(cell)
        for cell in filled
    )


def _goes_on(rows, merged, known, first, last):
    """Whether the headings go on below row `last`: by a cell merged downwards, or by a row that names sub-columns."""
    for top, _, bottom, _ in merged:
        if first <= top <= last < bottom < first + DEEPEST:
            return True
    above = [_at(rows[last], place) for place in range(max(map(len, rows)))]
    for top, left, bottom, _ in merged:
        if first <= top < bottom == last and left < len(above):
            above[left] = _at(rows[top], left)
    return _names_sub_columns(above, rows[last + 1], _spans(merged, last), known)


def _spans(merged, row):
    """The columns of each cell merged sideways that ends in a row."""
    return [range(left, right + 1) for _, left, bottom, right in merged if bottom == row and right > left]


def _names_sub_columns(above, below, spans, known):
    """Whether `below` holds nothing but texts under headings that span several columns, and these look like headings.

    A row of data has something under a heading of one column.
    """
    filled = {place for place, cell in enumerate(below) if not is_blank(cell)}
    for place in filled:
        is_spanned = any(place in span for span in spans)
        starts_span = place + 1 in filled and is_blank(_at(above, place + 1))
        if not isinstance(below[place], str) or not (is_spanned or starts_span or is_blank(_at(above, place))):
            return False
    keys = {heading_key(below[place]) for place in filled}
    return any(len(filled.intersection(span)) > 1 for span in spans) or any(
        key in known or key in DAY_PARTS for key in keys
    )


def _at(row, place):
    return row[place] if place < len(row) else None


def _headings(rows, merged, first, last):
    """The heading of every place: its texts from the first heading row to the last, joined."""
    width = max(map(len, rows))
    texts = [[_label(_at(row, place)) for place in range(width)] for row in rows[first : last + 1]]
    for top, left, bottom, right in merged:
        for row in range(max(top, first), min(bottom, last) + 1):
            # What is merged sideways heads the columns below it; without any, it is one wide column.
            for place in range(left, min(right if bottom < last else left, width - 1) + 1):
                texts[row - first][place] = _label(_at(rows[top], left)) if top >= first else ""
    for above, below in pairwise(texts):
        _spread(above, below)
    return [JOINT.join(dict.fromkeys(filter(None, column))) for column in zip(*texts, strict=True)]


def _label(cell):
    return "" if is_blank(cell) else " ".join(CONTROL.sub("", plain(cell)).split())


def _spread(above, below):
    """Lets a heading go on to its right over blanks that have sub-columns below, as after saving as csv."""
    for place in range(1, len(above)):
        if not above[place] and below[place] and below[place - 1] not in ("", above[place - 1]):
            above[place] = above[place - 1]


@dataclass(frozen=True)
class SheetCandidate:
    """What a sheet is: a table with its Layout, a form to fill in, something other, or empty.

    `has_own_name` where its name was given by somebody, so that it may be the name of a branch.
    """

    number: int
    name: str
    kind: str
    layout: Layout | None
    has_own_name: bool


def sheet_candidates(sheets, known, required):
    """A SheetCandidate for each sheet: a table has two known headings, one of them of a column in `required`."""
    return [
        SheetCandidate(number, sheet.name, *_kind_and_layout(sheet, known, required), has_own_name(sheet.name))
        for number, sheet in enumerate(sheets)
    ]


def _kind_and_layout(sheet, known, required):
    if all(is_blank(cell) for row in sheet.rows for cell in row):
        return "empty", None
    layout = find_layout(sheet.rows, sheet.merged, known)
    keys = known_keys(layout.headings, known) if layout else set()
    if len(keys) < 2 or not any(column in required for key in keys for column in known[key]):
        return "other", None
    below = sheet.rows[layout.last_heading_row + 1 : LOOKED_AT]
    further = {heading_key(cell) for row in below for cell in row} & known.keys() - keys
    return ("form", None) if len(further) >= FORM_LABELS else ("table", layout)


def has_own_name(name):
    """Whether a sheet's name is not one that Excel or WPS gave it."""
    text = plain(name).casefold()
    return not any(
        text.startswith(default) and not text.removeprefix(default).strip("0123456789 ()") for default in DEFAULT_NAMES
    )
