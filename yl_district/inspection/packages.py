"""Opens an Office file, a ZIP archive of parts, within limits and only where it is built as those of Office."""

import io
import posixpath
import struct
import zipfile
from dataclasses import dataclass

from ..spreadsheets.archives import CHUNK_SIZE, DAMAGE, ENCRYPTED
from .findings import Unsafe
from .xml_parts import scan_xml

TYPES_PART = "[Content_Types].xml"
END_RECORD = b"PK\x05\x06"
LOCAL_HEADER = struct.Struct("<26xHH")
# What may lie between two entries: a descriptor of the one before.
LARGEST_GAP = 24
# Readers look for the header of a PDF in so many first bytes.
PDF_HEADER_WITHIN = 1024


@dataclass(frozen=True)
class PackageLimits:
    """How much an Office file may hold, in bytes unpacked; parts beyond `ratio_from` may unpack to `ratio` times."""

    parts: int
    unpacked: int
    xml_part: int
    ratio: int = 200
    ratio_from: int = 8 * 1024 * 1024


class Package:
    """The parts of an Office file, with their content types; raises Unsafe for an archive that is no such file."""

    def __init__(self, data, limits):
        self.limits, self.room = limits, limits.unpacked
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
            self.entries = {entry.filename: entry for entry in self.archive.infolist() if not entry.is_dir()}
            check_entries(self.archive.infolist(), limits)
            check_places(data, self.archive)
            self.defaults, self.overrides = self.declared_types()
        except DAMAGE:
            raise Unsafe("damaged") from None

    def declared_types(self):
        """Returns the content types as {extension: type} and {part's name: type}."""
        defaults, overrides = {}, {}

        def start(name, attributes, _):
            if name == "Default":
                defaults[attributes.one("Extension").lower()] = attributes.one("ContentType")
            elif name == "Override":
                overrides[attributes.one("PartName").lstrip("/").lower()] = attributes.one("ContentType")

        if TYPES_PART in self.entries:
            scan_xml(self.chunks(TYPES_PART), TYPES_PART, start)
        return defaults, overrides

    def type_of(self, name):
        """Returns the content type of a part, "" where none is declared."""
        ending = posixpath.splitext(name)[1][1:].lower()
        return self.overrides.get(name.lower()) or self.defaults.get(ending, "")

    def is_xml(self, name):
        """Whether programs read the part as XML, by its type or its name."""
        kind = self.type_of(name)
        return kind.endswith("xml") or name.lower().endswith((".xml", ".rels", ".vml"))

    def chunks(self, name):
        """Yields a part unpacked in pieces, whatever size the archive declares; raises Unsafe beyond the limits."""
        entry, length = self.entries[name], 0
        try:
            with self.archive.open(entry) as part:
                while chunk := part.read(CHUNK_SIZE):
                    length += len(chunk)
                    self.room -= len(chunk)
                    self.check_size(name, entry, length)
                    yield chunk
        except DAMAGE:
            raise Unsafe("damaged", place=name) from None

    def check_size(self, name, entry, length):
        """Raises Unsafe where so much of a part, or of all of them, is too much."""
        is_bomb = length > self.limits.ratio_from and length > self.limits.ratio * entry.compress_size
        if self.room < 0 or is_bomb or (length > self.limits.xml_part and self.is_xml(name)):
            raise Unsafe("too large", place=name)

    def read(self, name):
        """Returns a part's content."""
        return b"".join(self.chunks(name))


def check_entries(entries, limits):
    """Raises Unsafe for too many parts, encrypted parts, or names that Office programs never write."""
    names = [entry.filename for entry in entries]
    if len(names) > limits.parts:
        raise Unsafe("parts", str(len(names)))
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise Unsafe("locked")
    if any(map(is_odd, names)) or len({name.lower() for name in names}) < len(names):
        raise Unsafe("structure")


def is_odd(name):
    """Whether a part has a name that Office programs never write."""
    is_outside = name.startswith(("/", "../")) or "\\" in name
    return is_outside or posixpath.normpath(name) != name.rstrip("/")


def check_places(data, archive):
    """Raises Unsafe where anything lies before, between or behind the entries, or where these overlap."""
    if data[-22:-18] != END_RECORD or b"%PDF-" in data[:PDF_HEADER_WITHIN]:
        raise Unsafe("structure")
    end = 0
    for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        if not 0 <= entry.header_offset - end <= (LARGEST_GAP if end else 0):
            raise Unsafe("structure")
        name, extra = LOCAL_HEADER.unpack_from(data, entry.header_offset)
        end = entry.header_offset + LOCAL_HEADER.size + name + extra + entry.compress_size
    if not 0 <= archive.start_dir - end <= LARGEST_GAP:
        raise Unsafe("structure")
