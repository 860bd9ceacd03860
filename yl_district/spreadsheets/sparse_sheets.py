"""Closes the gaps in the sheets of an .xlsx workbook before it is loaded.

A loaded sheet holds every cell up to its last row and column: one space in row 1,048,576 would cost what a million rows
cost. So blank cells at the end of a row, and rows without other cells, are left out, and the rest is numbered anew.
"""

import io
import re
import zipfile

from .archives import CHUNK_SIZE, PLACE, chunks, column_number
from .limits import Refused, check_area
from .sheet_marks import EMPTY_TEXT

ROW_START = re.compile(rb"<((?:\w+:)?)row\b([^<>]*)>")
CELL_START = re.compile(rb"<(?:\w+:)?c\b([^<>]*)>")
ROWS_END = re.compile(rb"</(?:\w+:)?sheetData>")
OWN_ROW = re.compile(rb"""(<(?:\w+:)?c\b[^<>]*?\sr=["'][A-Z]{1,3})[0-9]{1,7}""")
HOLDS_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
TEXT_OR_VALUE = re.compile(rb"<(?:\w+:)?[tv]\b[^<>]*>([^<]*)<")
IS_SHARED = re.compile(rb"""\st=["']s["']""")
SHARED_TEXTS = "xl/sharedstrings.xml"
SHARED_TEXT_START = re.compile(rb"<(?:\w+:)?si\b[^<>]*>")
LONGEST_BLANK = 200  # bytes of XML of a shared text that may be blank
LONGEST_ROW = 32 * CHUNK_SIZE
READ_PARTS = (".xml", ".rels")


def without_gaps(archive, names):
    """Returns a copy of a workbook without gaps in the parts of these names, and the places of their remaining rows.

    The copy is a stream; the places are {name: [row]}, counted from 0. Raises Refused for too large a used range.
    """
    stream, blanks = io.BytesIO(), blank_texts(archive)
    closings = {name: GapClosing(blanks) for name in names}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name in dict.fromkeys(archive.namelist()):
            if name.endswith(READ_PARTS):
                pieces = chunks(archive, name)
                with copy.open(name, "w") as part:
                    part.writelines(closings[name].closed(pieces) if name in closings else pieces)
    stream.seek(0)
    return stream, {name: closing.places for name, closing in closings.items()}


def blank_texts(archive):
    """Returns the numbers, as bytes, of the workbook's shared texts that are blank."""
    names = [name for name in archive.namelist() if name.lower() == SHARED_TEXTS]
    texts = enumerate(shared_texts(archive, names[0]) if names else ())
    return {b"%d" % number for number, text in texts if len(text) < LONGEST_BLANK and has_no_text(written_in(text))}


def shared_texts(archive, name):
    """Yields the XML of each shared text."""
    rest = b""
    for chunk in chunks(archive, name):
        before, *texts = SHARED_TEXT_START.split(rest + chunk)
        yield from texts[:-1]
        rest = b"<si>" + texts[-1] if texts else before
    yield from SHARED_TEXT_START.split(rest)[1:]


def written_in(xml):
    """Returns the text, or the value, in the XML of a cell or of a shared text."""
    return b"".join(TEXT_OR_VALUE.findall(xml))


def has_no_text(text):
    """Whether a text in bytes is empty or blank."""
    return not text.decode("utf-8", "replace").strip()


class GapClosing:
    """Leaves out what is blank of a sheet's rows; `places` are the rows that remain, counted from 0.

    `blanks` are the numbers, as bytes, of the shared texts that are blank.
    """

    def __init__(self, blanks):
        self.blanks, self.places = blanks, []
        self.row, self.height, self.width = -1, 0, 0

    def closed(self, pieces):
        """Yields the sheet's XML, given in pieces, without gaps; raises Refused for too large a used range."""
        rest, is_over = b"", False
        for piece in pieces:
            if is_over:
                yield piece
                continue
            rest += piece
            end = ROWS_END.search(rest)
            before, *found = ROW_START.split(rest[: end.start()] if end else rest)
            rows = list(zip(*[iter(found)] * 3, strict=True))
            if end:
                is_over, rest = True, rest[end.start() :]
            elif rows:
                prefix, attributes, content = rows.pop()
                rest = b"<%srow%s>%s" % (prefix, attributes, content)
            else:
                before, rest = b"", before
            yield before + b"".join(self.closed_row(*row) for row in rows)
            if is_over:
                yield rest
            elif len(rest) > LONGEST_ROW:
                raise Refused("crashed")
        if not is_over:
            yield rest

    def closed_row(self, prefix, attributes, content):
        """Returns a row's XML without blank cells at its end, numbered anew; nothing where no cell is left."""
        place = PLACE.search(attributes)
        self.row = int(place[2]) - 1 if place else self.row + 1
        if content.count(b"</") < 2:  # no cell holds anything
            return b""
        starts = list(CELL_START.finditer(content))
        ends = [start.start() for start in starts[1:]] + [len(content)]
        count = len(starts)
        while count and self.is_blank_cell(starts[count - 1][1], content[starts[count - 1].end() : ends[count - 1]]):
            count -= 1
        if not count:
            return b""
        self.measure([start[1] for start in starts[:count]])
        self.places.append(self.row)
        number, end = len(self.places), b"</%srow>" % prefix
        cells = content[: ends[count - 1]] if count < len(starts) else content.rpartition(end)[0]
        if number <= self.row:
            cells = OWN_ROW.sub(rb"\g<1>%d" % number, cells)
        return b'<%srow r="%d">%s%s' % (prefix, number, cells, end)

    def is_blank_cell(self, attributes, content):
        """Whether a cell holds nothing, or blanks alone."""
        if attributes.endswith(b"/"):
            return True
        text = written_in(content)
        if not text and HOLDS_FORMULA.search(content):
            return bool(EMPTY_TEXT.search(attributes))
        return has_no_text(text) or (text.strip() in self.blanks and bool(IS_SHARED.search(attributes)))

    def measure(self, cells):
        """Adds a row, given the attributes of its cells, to the used range; raises Refused for one too large."""
        places = [PLACE.search(attributes) for attributes in cells]
        self.height = max(self.height, self.row + 1, *(int(place[2]) for place in places if place))
        last = places[-1]
        self.width = max(self.width, column_number(last[1]) if last else len(cells))
        check_area(self.height, self.width)
