"""The rows of an import's parts, read as its mapping says."""

from typing import NamedTuple


class ReadRow(NamedTuple):
    place: int
    number: int
    sheet: str
    cells: dict | None
    is_blank: bool


class Reader:
    def __init__(self, batch):
        self.headings = None
        self.columns = []

    def read(self, part):
        for place, row in enumerate(part.rows):
            if self.headings is None:
                self.headings = self.columns = row
                yield ReadRow(place, place + 1, "", None, False)
                continue
            yield ReadRow(place, part.first_row + place + 1, "", dict(zip(self.headings, row, strict=False)), not row)


def reader_of(batch):
    return Reader(batch)
