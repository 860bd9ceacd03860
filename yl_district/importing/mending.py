"""Correcting wrong rows: cells in place, or all wrong rows as a workbook to be uploaded again."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..sheets.cells import full_text, plain
from ..sheets.lost_digits import has_doubtful_digits, is_rounded
from ..spreadsheets.workbooks import write_typed_workbook
from .check import REFUSED
from .models import ImportBatch, ImportPart
from .outcomes import rows_at, wrong_columns
from .reading import PartReader

REASON_COLUMN = "失败原因"


@dataclass
class WrongRow:
    """A refused row: its position, its cells by column, and the check's findings."""

    part: ImportPart
    place: int
    number: int
    sheet: str
    cells: dict[str, Any]
    told: dict[str, Any]

    @property
    def reason(self) -> str:
        """All problems of the row in one text."""
        return "；".join(
            f"{one['column']}现为{one['found']}，应为{one['expected']}。{one['remedy']}"
            if one["column"]
            else one["remedy"]
            for one in self.told.get("problems", ())
        )


def rows_tagged(batch: ImportBatch, tags: Container[str]) -> Iterator[WrongRow]:
    """Yields the rows with one of the tags as WrongRows, in file order."""
    reader = PartReader(batch)
    for part in batch.in_parts():
        told = part.told
        for row in reader.read(part):
            if part.tags and part.tags[row.place] in tags:
                yield WrongRow(part, row.place, row.number, row.sheet, row.cells or {}, told.get(row.place, {}))


def columns_in_file(batch: ImportBatch) -> dict[int, list[str]]:
    """{sheet number: names of its columns in file order}.

    Sheets of one kind share their columns; the group and what is stated once come last where no column has them.
    """
    mapping = PartReader(batch).mapping
    found: dict[str, list[str]] = {}
    for sheet in mapping.sheets:
        names = found.setdefault(sheet.kind, [])
        names += [sheet.columns[place] for place in sorted(sheet.columns) if sheet.is_taken]
    for sheet in mapping.sheets:
        found[sheet.kind] += sheet.given if sheet.is_taken else ()
    for names in found.values() if mapping.group_column and mapping.group_from != "column" else ():
        names.append(mapping.group_column)
    return {sheet.number: list(dict.fromkeys(found[sheet.kind])) for sheet in mapping.sheets}


def write_wrong_rows(batch: ImportBatch, stream: BinaryIO) -> int:
    """Writes the wrong rows as a workbook with the reasons in the last column; returns the number of rows.

    Cells keep their types, so that a number where text is required does not become valid by the round trip.
    """
    names = columns_in_file(batch)
    sheets: dict[str, tuple[list[str], list[Any]]] = {}
    for row in rows_tagged(batch, REFUSED):
        own = names[row.part.sheet]
        _, rows = sheets.setdefault(row.sheet or "有误的行", (own, []))
        rows.append([*(kept_kind(row, name) for name in own), row.reason])
    write_typed_workbook(stream, [(name, [*own, REASON_COLUMN], rows) for name, (own, rows) in sheets.items()])
    return sum(len(rows) for _, rows in sheets.values())


def kept_kind(row: WrongRow, name: str) -> object:
    """A cell for the workbook; a wrong text whose digits a text file may have lost becomes a number, to stay wrong."""
    cell = row.cells.get(name)
    if row.sheet or not isinstance(cell, str) or name not in wrong_columns(row.told):
        return cell
    return float(plain(cell)) if has_doubtful_digits(cell) else cell


def column_places(batch: ImportBatch, part: ImportPart, place: int) -> dict[str, int]:
    """{column: place} by the headings nearest above the part's row at `place`."""
    [row] = rows_at(batch, [(part.number, place)])
    return {column: at for at, column in row.columns.items()}


def mend(batch: ImportBatch, part: ImportPart, place: int, cells: Mapping[str, str]) -> list[str]:
    """Sets the texts `cells`, {column: text}, in the part's row at `place`; returns the names of changed columns.

    Submitting all texts unchanged confirms wrong numbers and dates as text, except numbers that have lost digits.
    """
    rows, places, changed, confirmed = part.rows, column_places(batch, part, place), [], []
    row, wrong = rows[place], wrong_columns(part.told.get(place, {}))
    for column, text in cells.items():
        at = places.get(column)
        if at is None:
            continue
        row += [None] * (at + 1 - len(row))
        if full_text(row[at]) != full_text(text):
            row[at] = text or None
            changed.append(column)
        elif column in wrong and text and not isinstance(row[at], str) and not is_rounded(row[at]):
            confirmed.append((column, at))
    for column, at in () if changed else confirmed:
        row[at] = cells[column]
        changed.append(column)
    if changed:
        part.rows = rows
        part.save(update_fields=["content"])
    return changed
