"""Inspects an .xls workbook, a stream in a compound file, for passwords and for cells whose formula failed."""

from array import array
from struct import unpack_from

from .limits import Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAST_SECTOR = 0xFFFFFFFA  # numbers from here on end a chain
HEADER_SECTORS = 109  # sectors of the allocation table that are listed in the header
ROOT_STORAGE = 5
EOF, FILEPASS, BOUNDSHEET, FORMULA, BOOLERR = 0x000A, 0x002F, 0x0085, 0x0006, 0x0205
BEGIN = {0x0009, 0x0209, 0x0409, 0x0809}


def xls_errors(data):
    """Returns the cells whose formula failed, as {row: [columns]} for each sheet in the workbook's order.

    Raises Refused for a compound file that is not a workbook, or one with a password.
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
    for kind, place, _ in biff_records(book, 0):
        if kind == FILEPASS:
            raise Refused("encrypted")
        if kind == BOUNDSHEET:
            sheets.append(unpack_from("<I", book, place)[0])
    return [xls_error_cells(book, start) for start in sheets]


def xls_error_cells(book, start):
    """Returns the cells of the sheet at `start` whose formula failed, as {row: [columns]}."""
    errors = {}
    for kind, place, length in biff_records(book, start):
        failed = kind == BOOLERR and length >= 8 and book[place + 7] == 1
        failed = failed or (kind == FORMULA and book[place + 6] == 2 and book[place + 12 : place + 14] == b"\xff\xff")
        if failed:
            row, column = unpack_from("<HH", book, place)
            errors.setdefault(row, []).append(column)
    return errors


def biff_records(book, place):
    """Yields the records of the substream at `place` as (kind, place of the content, length).

    Those of substreams inside it, such as charts, are left out.
    """
    depth = 0
    while place + 4 <= len(book):
        kind, length = unpack_from("<HH", book, place)
        if kind in BEGIN:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, place + 4, length
        place += 4 + length


class CompoundFile:
    """A compound file; `streams` are its streams by lower-case name, of which only a workbook's has its content."""

    def __init__(self, data):
        self.data = data
        self.size, small = (1 << exponent for exponent in unpack_from("<HH", data, 30))
        first_entry, _, cutoff, first_small = unpack_from("<IIII", data, 48)
        self.table = self.allocation_table()
        small_table = numbers(self.read(self.sectors(first_small)))
        entries = [entry for entry in pieces(self.read(self.sectors(first_entry)), 128) if entry[66]]
        roots = [entry for entry in entries if entry[66] == ROOT_STORAGE]
        small_sectors = self.read(self.sectors(unpack_from("<I", roots[0], 116)[0])) if roots else b""
        self.streams = {}
        for entry in entries:
            start, length = unpack_from("<II", entry, 116)
            name = entry[: max(unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace").lower()
            if name not in ("workbook", "book"):
                self.streams.setdefault(name, b"")
            elif length < cutoff:
                parts = (small_sectors[number * small : (number + 1) * small] for number in chain(start, small_table))
                self.streams[name] = b"".join(parts)[:length]
            else:
                self.streams[name] = self.read(self.sectors(start))[:length]

    def allocation_table(self):
        """Returns the number of the next sector for each sector."""
        further, count = unpack_from("<II", self.data, 68)
        places = numbers(self.data[76 : 76 + 4 * HEADER_SECTORS])
        for _ in range(min(count, len(self.data) // self.size)):
            if further >= LAST_SECTOR:
                break
            *more, further = numbers(self.sector(further))
            places.extend(more)
        return numbers(self.read(place for place in places if place < LAST_SECTOR))

    def sectors(self, start):
        """Yields the numbers of the sectors in the chain from `start` on."""
        return chain(start, self.table)

    def sector(self, number):
        """Returns the content of a sector."""
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def read(self, sectors):
        """Returns the content of these sectors."""
        return b"".join(self.sector(number) for number in sectors)


def chain(number, table):
    """Yields the sectors from `number` on until the chain ends."""
    # A circular chain ends after as many steps as there are sectors.
    for _ in range(len(table)):
        if number >= LAST_SECTOR:
            return
        yield number
        number = table[number]


def numbers(data):
    """Returns the little-endian unsigned 32-bit numbers in `data`."""
    return array("I", data[: len(data) // 4 * 4])


def pieces(data, length):
    """Returns the data in pieces of this length, without a shorter one at the end."""
    return [data[start : start + length] for start in range(0, len(data) - length + 1, length)]
