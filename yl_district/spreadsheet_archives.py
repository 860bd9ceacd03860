"""Looks into a zipped workbook before it is opened: what it is, what it unpacks to, how far its sheets reach."""

import lzma
import re
import struct
import zipfile
import zlib
from xml.parsers.expat import ExpatError

from .spreadsheet_limits import UNPACKED, Refused, check_area

# What reading a damaged file raises.
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
CHUNK = 1 << 20
ENCRYPTED = 1  # the bit of a zipped part's flags
TAIL = 1000  # bytes of a piece that are looked at again with the next
REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3}[0-9]{1,7})["']""")
# Cells in far columns or far rows, which most sheets lack: cheaper to look for than every cell.
FAR = re.compile(rb"""r=["']([A-Z]{3}[0-9]{1,7}|[A-Z]{1,2}[0-9]{6,7})["']""")
ERRORS = (b't="e"', b"t='e'")
# No tag holds a "<", so that tags which never end cannot be looked for again and again.
TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^<>]*)>")
PLACE = re.compile(rb"""\sr=["']([A-Z]{0,3})([0-9]{1,7})["']""")
# A sheet's name may hold a ">", and its part lie anywhere.
LISTED_SHEET = re.compile(rb"""<(?:\w+:)?sheet\s((?:[^<>"']|"[^"<]*"|'[^'<]*')*+)>""")
SHEET_KEY = re.compile(rb"""(?:^|\s)\w+:id=["']([^"']+)["']""")
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*>")
ATTRIBUTE = re.compile(rb"""\b(Id|Target)=["']([^"']*)["']""")


def archive_kind(archive):
    """Whether an archive is a workbook of Excel ("xlsx") or of LibreOffice ("ods"); raises Refused for others."""
    if any(part.flag_bits & ENCRYPTED for part in archive.infolist()):
        raise Refused("encrypted")
    names = set(archive.namelist())
    if "META-INF/manifest.xml" in names and b"encryption-data" in head_of(archive, "META-INF/manifest.xml"):
        raise Refused("encrypted")
    if "xl/workbook.bin" in names:
        raise Refused("binary")
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if {"content.xml", "mimetype"} <= names and b"spreadsheet" in head_of(archive, "mimetype"):
        return "ods"
    raise Refused("other")


def head_of(archive, name):
    with archive.open(name) as part:
        return part.read(CHUNK)


def chunks(archive, name):
    """One part of the archive, unpacked piece by piece."""
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            yield chunk


def unpacked(archive):
    """Every part's name and pieces; raises Refused where all together are too much, whatever the archive says."""
    room = UNPACKED
    for name in archive.namelist():
        for chunk in chunks(archive, name):
            room -= len(chunk)
            if room < 0:
                raise Refused("too large", "解压后超过 400 MB 的工作簿")
            yield name, chunk


def check_unpacked(archive):
    """Raises Refused for an archive that unpacks to too much."""
    for _ in unpacked(archive):
        pass


def sheet_errors(archive):
    """The cells that hold a formula's error, as {row: [columns]} for each sheet in the workbook's order.

    Raises Refused for an archive that unpacks to too much, or for a sheet whose used range is seen to be absurd.
    """
    parts = listed_parts(archive)
    looks = {name: Look() for name in parts}
    for name, chunk in unpacked(archive):
        if name in looks:
            looks[name].add(chunk)
    return [error_cells(archive, name) if looks[name].has_errors else {} for name in parts]


class Look:
    """A quick look at a sheet's XML while it is unpacked.

    The first cells tell how wide a sheet is, the last of each piece how long, and far cells speak for themselves. What
    is missed here is measured again when the sheet has been loaded, which the child's memory bounds.
    """

    def __init__(self):
        self.has_errors, self.width, self.height, self.tail = False, 0, 0, b""

    def add(self, chunk):
        """Takes one more piece in; raises Refused where the used range is absurd."""
        piece = self.tail + chunk
        for place in REFERENCE.findall(piece[-TAIL:] if self.tail else piece) + FAR.findall(piece):
            letters = place.rstrip(b"0123456789")
            self.width = max(self.width, column_number(letters))
            self.height = max(self.height, int(place[len(letters) :]))
        self.has_errors = self.has_errors or any(mark in piece for mark in ERRORS)
        self.tail = piece[-TAIL:]
        check_area(self.height, self.width)


def column_number(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def error_cells(archive, name):
    """The cells of one sheet that hold a formula's error, as {row: [columns]}, placed as the reader places them."""
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
    """The sheets' parts in the workbook's order; "" for one that is listed without a part."""
    tags = RELATIONSHIP.findall(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {found[b"Id"]: found[b"Target"].decode() for found in (dict(ATTRIBUTE.findall(tag)) for tag in tags)}
    keys = [SHEET_KEY.search(attributes) for attributes in LISTED_SHEET.findall(archive.read("xl/workbook.xml"))]
    parts = [targets.get(key[1], "") if key else "" for key in keys]
    return [part[1:] if part.startswith("/") else f"xl/{part}" for part in parts]
