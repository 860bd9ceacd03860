"""Inspects a zipped workbook before it is opened: its format, unpacked size and used ranges, and its error cells."""

import lzma
import re
import struct
import zipfile
import zlib
from xml.parsers.expat import ExpatError

from .limits import COLUMNS, UNPACKED, Refused, check_area

# Raised by the libraries that read a damaged file.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ExpatError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    RuntimeError,
    OverflowError,
)
CHUNK_SIZE = 1 << 20
ENCRYPTED = 1  # bit in the flags of a zipped part
TAIL = 1000  # bytes of a chunk that are scanned again with the next one
CELL_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3}[0-9]{1,7})["']""")
# Cells in far columns or rows. Most sheets have none, so this search is cheaper than one for every cell.
FAR = re.compile(rb"""r=["']([A-Z]{3}[0-9]{1,7}|[A-Z]{1,2}[0-9]{6,7})["']""")
SPARE_CELLS, SPARE_SHARE = 100_000, 10  # a used range of so many cells, and so many for each filled one, is not sparse
ERRORS = (b't="e"', b"t='e'")
# No tag may hold a "<": otherwise the search for the end of unclosed tags would take quadratic time.
TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^<>]*)>")
PLACE = re.compile(rb"""\sr=["']([A-Z]{0,3})([0-9]{1,7})["']""")
# A sheet's name may contain ">", and its attributes come in any order.
LISTED_SHEET = re.compile(rb"""<(?:\w+:)?sheet\s((?:[^<>"']|"[^"<]*"|'[^'<]*')*+)>""")
SHEET_KEY = re.compile(rb"""(?:^|\s)\w+:id=["']([^"']+)["']""")
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*>")
ATTRIBUTE = re.compile(rb"""\b(Id|Target)=["']([^"']*)["']""")


def archive_kind(archive):
    """Returns "xlsx" for a workbook of Excel, "ods" for one of LibreOffice and "docx" for a document of Word.

    Raises Refused for other archives.
    """
    if any(part.flag_bits & ENCRYPTED for part in archive.infolist()):
        raise Refused("encrypted")
    names = set(archive.namelist())
    if "META-INF/manifest.xml" in names and b"encryption-data" in head_of(archive, "META-INF/manifest.xml"):
        raise Refused("encrypted")
    if "xl/workbook.bin" in names:
        raise Refused("binary")
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if {"content.xml", "mimetype"} <= names and b"spreadsheet" in head_of(archive, "mimetype"):
        return "ods"
    raise Refused("other")


def head_of(archive, name):
    """Returns the beginning of one part of the archive, at most `CHUNK_SIZE` bytes."""
    with archive.open(name) as part:
        return part.read(CHUNK_SIZE)


def chunks(archive, name):
    """Yields one part of the archive unpacked, in pieces of at most `CHUNK_SIZE` bytes."""
    with archive.open(name) as part:
        while chunk := part.read(CHUNK_SIZE):
            yield chunk


def unpacked_chunks(archive):
    """Yields (name, chunk) for all parts of the archive; raises Refused once they unpack to more than `UNPACKED`."""
    # The sizes that the archive states are not trusted.
    room = UNPACKED
    for name in archive.namelist():
        for chunk in chunks(archive, name):
            room -= len(chunk)
            if room < 0:
                raise Refused("too large", "解压后超过 400 MB 的工作簿")
            yield name, chunk


def check_unpacked(archive):
    """Raises Refused for an archive that unpacks to more than `UNPACKED` bytes."""
    for _ in unpacked_chunks(archive):
        pass


def sheet_errors(archive, watching=None):
    """Returns the cells whose formula failed, as {row: [columns]} for each sheet in the workbook's order, and the names
    of the sheets' parts that are sparse.

    `watching` is {part's name: object whose `add(chunk)` looks at the part, too}. Raises Refused for an archive that
    unpacks to more than `UNPACKED` bytes, or a sheet whose used range is too large though it is not sparse.
    """
    parts = listed_parts(archive)
    scans = {name: SheetScan() for name in parts}
    for name, chunk in unpacked_chunks(archive):
        if name in scans:
            scans[name].add(chunk)
        if watching and name in watching:
            watching[name].add(chunk)
    sparse = [name for name, scan in scans.items() if scan.is_sparse]
    for name in scans.keys() - set(sparse):
        check_area(scans[name].height, scans[name].width)
    return [xlsx_error_cells(archive, name) if scans[name].has_errors else {} for name in parts], sparse


class SheetScan:
    """Estimate of a sheet's used range, made from its XML while it is unpacked.

    The first cells give the width, the last cells of each chunk the height; far cells are searched for everywhere. A
    sheet that is larger than estimated is measured again after loading, within the memory limit of the child process.
    """

    def __init__(self):
        self.has_errors, self.width, self.height, self.values, self.tail = False, 0, 0, 0, b""

    @property
    def is_sparse(self):
        """Whether most of a used range that is not small holds nothing, or it may reach too far to the right."""
        return self.width > COLUMNS or self.width * self.height > SPARE_CELLS + SPARE_SHARE * self.values

    def add(self, chunk):
        """Scans one more chunk."""
        piece = self.tail + chunk
        for place in CELL_REFERENCE.findall(piece[-TAIL:] if self.tail else piece) + FAR.findall(piece):
            letters = place.rstrip(b"0123456789")
            self.width = max(self.width, column_number(letters))
            self.height = max(self.height, int(place[len(letters) :]))
        self.has_errors = self.has_errors or any(mark in piece for mark in ERRORS)
        self.values += chunk.count(b"</c>")
        self.tail = piece[-TAIL:]


def column_number(letters):
    """Returns the number of a column given by its letters as bytes, with A as 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def xlsx_error_cells(archive, name):
    """Returns the cells of one sheet whose formula failed, as {row: [columns]} counted from 0."""
    # A cell without a reference follows the previous one, as python-calamine has it.
    errors, row, column, rest = {}, -1, -1, b""
    for chunk in chunks(archive, name):
        piece = rest + chunk
        end = piece.rfind(b">") + 1
        for kind, attributes in TAG.findall(piece, 0, end):
            place = PLACE.search(attributes)
            if kind == b"row":
                row, column = int(place[2]) - 1 if place else row + 1, -1
                continue
            column = column_number(place[1]) - 1 if place else column + 1
            if any(mark in attributes for mark in ERRORS):
                errors.setdefault(int(place[2]) - 1 if place else row, []).append(column)
        rest = piece[end:]
    return errors


def listed_parts(archive):
    """Returns the part names of the sheets in the workbook's order, "xl/" for a sheet listed without a part."""
    tags = RELATIONSHIP.findall(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {found[b"Id"]: found[b"Target"].decode() for found in (dict(ATTRIBUTE.findall(tag)) for tag in tags)}
    keys = [SHEET_KEY.search(attributes) for attributes in LISTED_SHEET.findall(archive.read("xl/workbook.xml"))]
    parts = [targets.get(key[1], "") if key else "" for key in keys]
    return [part[1:] if part.startswith("/") else f"xl/{part}" for part in parts]
