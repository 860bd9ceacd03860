"""Finds in an .xlsx workbook what Excel shows of rows and columns but their cells do not hold.

These are rows and columns that are hidden or filtered away, rows struck through, and formulas without a stored value.
Each sheet's XML is read once more only where a search while it was unpacked has found signs of any.
"""

import re

from .archives import CHUNK_SIZE, PLACE, TAIL, chunks, column_number
from .limits import COLUMNS

HIDDEN_LOOK = re.compile(rb"""\s(?:hidden=["'](?:1|true)["']|(?:ht|width)=["']0(?:\.0*)?["'])""")
# Most sheets hold none of these words, which is found faster; widths are said before the rows alone.
HIDING_ROWS, HIDING_COLUMNS = (b"hidden=", b'ht="0', b"ht='0"), (b'width="0', b"width='0")
ROWS_TAG, PREFIXED_ROWS_TAG = b"sheetData", re.compile(rb"<\w+:sheetData")
FORMULA_TAG, PREFIXED_FORMULA_END = b"<f", b":f>"
FILTERED = b"filterColumn"
COLUMN_TAG = re.compile(rb"<(?:\w+:)?col\b([^<>]*)>")
SPAN = re.compile(rb"""\s(min|max)=["']([0-9]{1,5})["']""")
STYLE = re.compile(rb"""\ss=["']([0-9]{1,6})["']""")
# A formula with nothing, or an empty value, behind it.
UNCOMPUTED = rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^<>]*/>)\s*(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></)"
WITHOUT_VALUE = re.compile(UNCOMPUTED)
EMPTY_TEXT = re.compile(rb"""\st=["']str["']""")  # a formula whose value is an empty text
ROWS_AND_CELLS = re.compile(rb"<(?:\w+:)?(row|c)\b([^<>]*)>|" + UNCOMPUTED)
STRIKE = re.compile(rb"""<(?:\w+:)?strike\s*(?:/|>|val=["'](?:1|true)["'])""")
FONT_TAG = re.compile(rb"<(?:\w+:)?font[\s/>]")
CELL_FORMAT = re.compile(rb"<(?:\w+:)?xf\b([^<>]*)>")
FONT_OF = re.compile(rb"""\sfontId=["']([0-9]{1,6})["']""")
STYLES = "xl/styles.xml"
MOST_STYLES = 8 * CHUNK_SIZE


class SheetMarks:
    """What a sheet shows of its rows and columns, in ranges [first, last] counted from 0.

    `uncomputed` is {row: [columns]} of formulas without a value; it is not passed on with the others.
    """

    def __init__(self, is_filtered=False):
        self.is_hidden, self.is_filtered = False, is_filtered
        self.hidden_rows, self.struck_rows, self.hidden_columns = [], [], []
        self.uncomputed = {}

    def as_dict(self):
        """Returns the marks that there are, as JSON can store them."""
        return {name: value for name, value in vars(self).items() if value and name != "uncomputed"}


def add_to_ranges(ranges, first, last=None):
    """Adds a number, or all from `first` to `last`, to ranges [first, last] in ascending order."""
    last = first if last is None else last
    if ranges and first <= ranges[-1][1] + 1:
        ranges[-1][1] = max(ranges[-1][1], last)
    else:
        ranges.append([first, last])


class MarkSigns:
    """Looks in a sheet's XML, while it is unpacked, for signs of marks; `struck` are the styles that strike through."""

    def __init__(self, struck):
        self.struck = struck
        self.uses_struck = struck and re.compile(rb"""\ss=["'](?:%s)["']""" % b"|".join(struck))
        self.is_marked, self.is_filtered, self.tail = False, False, b""
        self.hiding, self.formula = HIDING_ROWS + HIDING_COLUMNS, b""

    def add(self, chunk):
        """Looks at one more chunk."""
        piece = self.tail + chunk
        self.is_filtered = self.is_filtered or FILTERED in piece
        begins = not self.formula and ROWS_TAG in piece
        if begins:
            self.formula = PREFIXED_FORMULA_END if PREFIXED_ROWS_TAG.search(piece) else FORMULA_TAG
        self.is_marked = self.is_marked or bool(
            (any(word in piece for word in self.hiding) and HIDDEN_LOOK.search(piece))
            or (self.struck and self.uses_struck.search(piece))
            or (self.formula and self.formula in piece and WITHOUT_VALUE.search(piece))
        )
        self.hiding = HIDING_ROWS if begins else self.hiding
        self.tail = chunk[-TAIL:]


def struck_styles(archive):
    """Returns the numbers, as bytes, of the cell styles whose font is struck through."""
    if STYLES not in archive.namelist():
        return frozenset()
    with archive.open(STYLES) as part:
        text = part.read(MOST_STYLES)
    fonts = FONT_TAG.split(between(text, b"fonts"))[1:]
    struck = {number for number, font in enumerate(fonts) if STRIKE.search(font)}
    if not struck:
        return frozenset()
    formats = CELL_FORMAT.findall(between(text, b"cellXfs"))
    used = [FONT_OF.search(attributes) for attributes in formats]
    return frozenset(b"%d" % number for number, font in enumerate(used) if font and int(font[1]) in struck)


def between(text, tag):
    """Returns what is inside the first element with this tag."""
    begin = re.search(rb"<(?:\w+:)?%s\b" % tag, text)
    end = begin and re.compile(rb"</(?:\w+:)?%s>" % tag).search(text, begin.end())
    return text[begin.end() : end.start()] if end else b""


def xlsx_marks(archive, name, signs):
    """Returns the SheetMarks of one sheet of a workbook."""
    marks = SheetMarks(is_filtered=signs.is_filtered)
    if not signs.is_marked:
        return marks
    reading, rest = MarkReading(marks, signs.struck), b""
    for chunk in chunks(archive, name):
        piece = rest + chunk
        end = piece.rfind(b"row>") + 4
        if end < 4:
            end = piece.rfind(b">") + 1 if len(piece) > 8 * CHUNK_SIZE else 0
        reading.add(piece[:end])
        rest = piece[end:]
    reading.add(rest)
    reading.end_row()
    return marks


class MarkReading:
    """Collects the SheetMarks of a sheet from its XML, given in whole rows."""

    def __init__(self, marks, struck):
        self.marks, self.struck = marks, struck
        self.row = self.column = -1
        self.cell = b""
        self.filled = self.struck_cells = 0

    def add(self, piece):
        """Reads some whole rows."""
        if self.row < 0:
            for attributes in COLUMN_TAG.findall(piece):
                self.add_columns(attributes)
        for found in ROWS_AND_CELLS.finditer(piece):
            kind, attributes = found.groups()
            if kind == b"row":
                self.end_row()
                place = PLACE.search(attributes)
                self.row, self.column = int(place[2]) - 1 if place else self.row + 1, -1
                if HIDDEN_LOOK.search(attributes):
                    add_to_ranges(self.marks.hidden_rows, self.row)
            elif kind:
                self.add_cell(attributes)
            elif not EMPTY_TEXT.search(self.cell):
                self.marks.uncomputed.setdefault(self.row, []).append(self.column)

    def add_cell(self, attributes):
        """Reads the beginning of a cell."""
        place, self.cell = PLACE.search(attributes), attributes
        self.column = column_number(place[1]) - 1 if place else self.column + 1
        if not attributes.endswith(b"/"):
            self.filled += 1
            style = STYLE.search(attributes)
            self.struck_cells += bool(style and style[1] in self.struck)

    def end_row(self):
        """Marks the row before as struck through where most of its cells are."""
        if 2 * self.struck_cells > self.filled:
            add_to_ranges(self.marks.struck_rows, self.row)
        self.filled = self.struck_cells = 0

    def add_columns(self, attributes):
        """Reads the width and state of some columns."""
        span = {key: int(number) - 1 for key, number in SPAN.findall(attributes)}
        if HIDDEN_LOOK.search(attributes) and {b"min", b"max"} <= span.keys() and span[b"min"] < COLUMNS:
            add_to_ranges(self.marks.hidden_columns, span[b"min"], min(span[b"max"], COLUMNS - 1))
