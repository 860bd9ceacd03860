"""Parts tables that stand side by side in a sheet: each is read as a sheet of its own, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from ..recognition.blocks import TableBlock, areas_in, cells_in, side_by_side
from ..recognition.layout import LOOKED_AT, find_layout
from ..spreadsheets.workbooks import column_letters
from .kinds import ImportKind, vocabulary_of
from .models import ImportPart

if TYPE_CHECKING:
    from .steps import ReadFile


def part_blocks(kind: ImportKind, file: ReadFile, committee: Model | None) -> None:
    """Replaces each sheet of blocks side by side by one sheet for each, of the same name and row numbers."""
    vocabulary = vocabulary_of(kind.key, committee)
    known, required = vocabulary.known_now(), vocabulary.required
    found: dict[int, list[TableBlock]] = {}
    headings_at: dict[int, int] = {}
    for sheet in file.sheets:
        rows: list[Any] = []
        for part in file.parts:
            if part.sheet == sheet["number"] and len(rows) < LOOKED_AT:
                rows += part.rows
        layout = find_layout(rows, sheet["merged"], known)
        headings_at[sheet["number"]] = layout.first_heading_row if layout else 0
        found[sheet["number"]] = side_by_side(layout.headings, known, required) if layout else []
    if any(found.values()):
        sheets, parts = list(sheets_of_blocks(file, found)), list(parts_of_blocks(file, found, headings_at))
        file.sheets, file.parts = sheets, parts
        for number, part in enumerate(file.parts):
            part.number = number


def sheets_of_blocks(file: ReadFile, found: dict[int, list[TableBlock]]) -> Iterator[dict[str, Any]]:
    """Yields the sheets with each block as one, numbered anew."""
    number = 0
    for sheet in file.sheets:
        facts = [block_facts(block, sheet) for block in found[sheet["number"]]]
        for own in facts or [{}]:
            yield sheet | {"number": number} | own
            number += 1


def block_facts(block: TableBlock, sheet: dict[str, Any]) -> dict[str, Any]:
    """The merged areas and marks of a sheet as those of one block."""
    hidden = sheet["marks"].get("hidden_columns", ())
    areas = areas_in(block, [(0, first, 1, last) for first, last in hidden])
    own = {"hidden_columns": [[left, right] for _, left, _, right in areas]} if areas else {"hidden_columns": []}
    name = f"{column_letters(block.first)}–{column_letters(block.last)}"
    marks = sheet["marks"] | own | {"block": name, "differs": block.differs}
    return {"merged": areas_in(block, sheet["merged"]), "marks": marks}


def parts_of_blocks(
    file: ReadFile, found: dict[int, list[TableBlock]], headings_at: dict[int, int]
) -> Iterator[ImportPart]:
    """Yields the parts of the sheets that `sheets_of_blocks` yields."""
    number = 0
    for sheet, blocks in found.items():
        parts = [part for part in file.parts if part.sheet == sheet]
        merged = next(one["merged"] for one in file.sheets if one["number"] == sheet)
        for block in blocks:
            for part in parts:
                own = ImportPart(sheet=number, first_row=part.first_row)
                own.rows = cells_in(block, blocks, part.rows, part.first_row, merged, headings_at[sheet])
                yield own
            number += 1
        for part in () if blocks else parts:
            part.sheet = number
            yield part
        number += not blocks
