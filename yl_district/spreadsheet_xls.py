"""Looks into an .xls workbook: finds its stream in the compound file, passwords, and cells with a formula's error."""

from array import array
from struct import unpack_from

from .spreadsheet_limits import Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAST_SECTOR = 0xFFFFFFFA  # higher numbers end a chain
HEADER_SECTORS = 109  # numbers of the allocation table's sectors that fit into the header
ROOT = 5
END, PASSWORD, LISTED_SHEET, FORMULA, TRUTH_OR_ERROR = 0x000A, 0x002F, 0x0085, 0x0006, 0x0205
BEGIN = {0x0009, 0x0209, 0x0409, 0x0809}


def xls_errors(data):
    """The cells that hold a formula's error, as {row: [columns]} for each sheet in the workbook's order.

    Raises Refused for a compound file that is no workbook, or one with a password.
    """
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("encrypted")
    streams = CompoundFile(data).streams
    if not streams:
        raise Refused("damaged")
    if not {"workbook", "book"} & streams.keys():
        raise Refused("other")
    book = streams.get("workbook") or streams["book"]
    sheets = []
    for kind, place, _ in records(book, 0):
        if kind == PASSWORD:
            raise Refused("encrypted")
        if kind == LISTED_SHEET:
            sheets.append(unpack_from("<I", book, place)[0])
    return [error_cells(book, start) for start in sheets]


def error_cells(book, start):
    """The cells of the sheet at `start` that hold a formula's error."""
    errors = {}
    for kind, place, length in records(book, start):
        failed = kind == TRUTH_OR_ERROR and length >= 8 and book[place + 7] == 1
        failed = failed or (kind == FORMULA and book[place + 6] == 2 and book[place + 12 : place + 14] == b"\xff\xff")
        if failed:
            row, column = unpack_from("<HH", book, place)
            errors.setdefault(row, []).append(column)
    return errors


def records(book, place):
    """The records of the substream at `place` as (kind, place of the content, length), without charts inside it."""
    depth = 0
    while place + 4 <= len(book):
        kind, length = unpack_from("<HH", book, place)
        if kind in BEGIN:
            depth += 1
        elif kind == END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, place + 4, length
        place += 4 + length


class CompoundFile:
    """The streams of a compound file by their names in small letters."""

    def __init__(self, data):
        self.data = data
        self.size, small = (1 << exponent for exponent in unpack_from("<HH", data, 30))
        first_entry, _, cutoff, first_small = unpack_from("<IIII", data, 48)
        self.table = self.allocation_table()
        small_table = numbers(self.read(self.sectors(first_small)))
        entries = [entry for entry in pieces(self.read(self.sectors(first_entry)), 128) if entry[66]]
        roots = [entry for entry in entries if entry[66] == ROOT]
        small_sectors = self.read(self.sectors(unpack_from("<I", roots[0], 116)[0])) if roots else b""
        self.streams = {}
        for entry in entries:
            start, length = unpack_from("<II", entry, 116)
            name = entry[: max(unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace").lower()
            if name not in ("workbook", "book"):
                self.streams.setdefault(name, b"")
            elif length < cutoff:
                parts = (small_sectors[one * small : (one + 1) * small] for one in chain(start, small_table))
                self.streams[name] = b"".join(parts)[:length]
            else:
                self.streams[name] = self.read(self.sectors(start))[:length]

    def allocation_table(self):
        """Which sector follows which."""
        further, count = unpack_from("<II", self.data, 68)
        places = numbers(self.data[76 : 76 + 4 * HEADER_SECTORS])
        for _ in range(min(count, len(self.data) // self.size)):
            if further >= LAST_SECTOR:
                break
            *more, further = numbers(self.sector(further))
            places.extend(more)
        return numbers(self.read(place for place in places if place < LAST_SECTOR))

    def sectors(self, start):
        return chain(start, self.table)

    def sector(self, number):
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def read(self, sectors):
        return b"".join(self.sector(number) for number in sectors)


def chain(number, table):
    """The sectors from `number` on; a chain that bites its tail ends where every sector has been seen."""
    for _ in range(len(table)):
        if number >= LAST_SECTOR:
            return
        yield number
        number = table[number]


def numbers(data):
    """Little-endian numbers of four bytes."""
    return array("I", data[: len(data) // 4 * 4])


def pieces(data, length):
    return [data[start : start + length] for start in range(0, len(data) - length + 1, length)]
