"""Reads the rows of an import's parts according to its mapping."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Mapping_
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from ..recognition.mapping import STATE_DAY_ASKED, MappedReader, Mapping, SheetMapping
from ..recognition.rows import RowKind
from ..sheets.cells import is_blank, plain
from ..sheets.day_texts import year_said
from ..spreadsheets.workbooks import SheetPart
from .kinds import headings_of, vocabulary_of
from .models import ImportBatch, ImportPart


class ReadRow(NamedTuple):
    """A row of a part: its place there, its row number and sheet name as in Excel, and its cells by column.

    `cells` is None for a row without data; `what` is the label of such a row's kind. `columns` is {place: column} by
    the headings nearest above.
    """

    place: int
    number: int
    sheet: str
    cells: dict[str, Any] | None
    is_blank: bool
    what: str = ""
    columns: Mapping_[int, str] = MappingProxyType({})


class PartReader:
    """Reads an import's parts, which must come in order."""

    def __init__(self, batch: ImportBatch) -> None:
        self.mapping = Mapping.from_json(batch.mapping)
        self.batch = batch
        self.years: dict[int, int] = {}
        self.reader = MappedReader(self.mapping, partial(vocabulary_of, committee=batch.organisation), batch.answers)
        self.sheets = {sheet["number"]: sheet for sheet in batch.sheets}

    def may_fill(self, part: ImportPart, columns: Collection[str]) -> bool:
        """Whether any row of the part below the headings has a value in one of these columns."""
        sheet = self.reader.sheets.get(part.sheet)
        if sheet is None or not columns:
            return False
        if STATE_DAY_ASKED in self.reader.answers or not sheet.given.keys().isdisjoint(columns):
            return True
        places = [place for place, column in sheet.columns.items() if column in columns]
        # A row of headings further down may bring such a column.
        words = headings_of(sheet.kind, frozenset(columns))
        for number, row in enumerate(part.rows, part.first_row):
            if number > sheet.last_heading_row and (
                any(place < len(row) and not is_blank(row[place]) for place in places) or not words.isdisjoint(row)
            ):
                return True
        return False

    def year_of(self, number: int) -> int:
        """The year that a sheet's name or the lines above its headings say, 0 where they say none or several."""
        if number not in self.years:
            sheet = self.reader.sheets.get(number)
            first = self.batch.parts.filter(sheet=number).order_by("number").first()
            above = first.rows[: sheet.first_heading_row] if sheet and first else []
            said = [plain(cell) for row in above for cell in row if isinstance(cell, str)]
            self.years[number] = year_said([plain(self.sheets[number]["name"]), *said])
        return self.years[number]

    def read(self, part: ImportPart, unpacked: list[list[Any]] | None = None) -> Iterator[ReadRow]:
        """Yields a ReadRow for every row of the part except headings, including those of sheets not taken.

        `unpacked` are its `rows`, where they are at hand already.
        """
        sheet, rows = self.sheets[part.sheet], part.rows if unpacked is None else unpacked
        merged = tuple(tuple(area) for area in sheet["merged"])
        told = SheetPart(part.sheet, sheet["name"], merged, part.first_row, rows, sheet.get("marks", {}))
        seen = set()
        for _, row, cells, columns in self.reader.read(told):
            place = row.number - 1 - part.first_row
            seen.add(place)
            is_data = row.kind is RowKind.DATA
            of_row = place, row.number, sheet["name"], cells if is_data else None
            yield ReadRow(*of_row, row.kind is RowKind.BLANK, row.kind.label, columns)
        mapped = self.reader.sheets.get(part.sheet)
        for place, row in enumerate(rows if mapped and len(seen) < len(rows) else ()):
            if place not in seen and not self._is_heading(mapped, part.first_row + place):
                yield ReadRow(place, part.first_row + place + 1, sheet["name"], None, all(map(is_blank, row)))

    def _is_heading(self, mapped: SheetMapping, row: int) -> bool:
        return mapped.first_heading_row <= row <= mapped.last_heading_row
