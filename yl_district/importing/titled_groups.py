"""Groups that titles state for many rows, such as the activity of a sign-in list: told by them, chosen, or fixed."""

from __future__ import annotations

from collections.abc import Mapping as Mapping_
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from ..recognition.mapping import Mapping, SheetMapping
from ..recognition.rows import RowKind, RowReader
from ..sheets.cells import full_text, is_blank
from ..spreadsheets.workbooks import Sheet
from .models import ImportBatch


def guess_titled_group(
    batch: ImportBatch, mapping: Mapping, sheets: Sequence[Sheet], groups: Any, *, guesses: bool
) -> bool:
    """Takes the group from titles where no column has it; returns whether a person must confirm it.

    `groups` are those of `SheetResource.titled_groups`. Titles are those of sections, if each names a group, the lines
    above the headings, the names of the sheets and that of the file. With `guesses`, what these may mean is taken too.
    Sections that each name a group are taken as such where nobody has registered some of them: their rows say so.
    """
    taken = [sheet for sheet in mapping.sheets if sheet.is_taken]
    if not taken or any(mapping.group_column in sheet.columns.values() for sheet in taken):
        return False
    sections = [title for sheet in taken for title in section_titles(sheet, sheets[sheet.number])]
    if sections and all(groups.told_by(title) or groups.may_name(title) for title in sections):
        mapping.group_from = "section"
        return False
    above = titles_above(taken, sheets)
    stem = PurePath(batch.file_name).stem
    for titles in (above, [sheet.name for sheet in taken], [stem] * len(taken)):
        told = {groups.told_by(title) for title in titles}
        if len(told) == 1 and told != {""}:
            fix_group(mapping, groups, told.pop())
            return False
        if len(taken) > 1 and all(told) and titles is not above:
            mapping.group_from = "sheet"
            return False
    if not guesses:
        return False
    likely = {groups.likely(f"{line} {sheet.name} {stem}") for line, sheet in zip(above, taken, strict=True)}
    if len(likely) == 1 and likely != {""}:
        fix_group(mapping, groups, likely.pop())
        return True
    return False


def fix_group(mapping: Mapping, groups: Any, name: str) -> None:
    """States the group of this name for all rows, with the other cells that follow from it."""
    cells = groups.cells(name)
    mapping.group_from, mapping.group_value = "fixed", cells[mapping.group_column]
    for sheet in mapping.sheets:
        if sheet.is_taken:
            sheet.fixed |= {column: text for column, text in cells.items() if column != mapping.group_column}


def release_group(mapping: Mapping, groups: Any, name: str) -> None:
    """Takes back what `fix_group` has stated beside the group of this name."""
    for column, text in groups.cells(name).items():
        for sheet in mapping.sheets:
            if sheet.fixed.get(column) == text:
                del sheet.fixed[column]


def fixed_group(mapping: Mapping, groups: Any) -> str:
    """The name of the group that is stated for all rows, "" for none."""
    if mapping.group_from != "fixed":
        return ""
    stated: dict[str, str] = next((sheet.fixed for sheet in mapping.sheets if sheet.is_taken), {})
    return groups.label_of_cells(stated | {mapping.group_column: mapping.group_value})


def titles_above(taken: Sequence[SheetMapping], sheets: Sequence[Sheet]) -> list[str]:
    """The title above the headings of each sheet; of tables side by side the one that stands above any of them."""
    found: dict[str, str] = {}
    for sheet in taken:
        found[sheet.name] = found.get(sheet.name) or " ".join(lines_above(sheet, sheets[sheet.number].rows))
    return [found[sheet.name] for sheet in taken]


def lines_above(mapped: SheetMapping, rows: Sequence[Sequence[Any]]) -> list[str]:
    """The texts above the headings of a sheet with these first rows."""
    return [full_text(cell) for row in rows[: mapped.first_heading_row] for cell in row if not is_blank(cell)]


def titles_read(batch: ImportBatch, mapping: Mapping, rows: Mapping_[int, Sequence[Sequence[Any]]]) -> list[str]:
    """All titles of a list, first what stands above its headings, then the names of its sheets and of the file.

    `rows` are the first ones of the sheets by number.
    """
    taken = [sheet for sheet in mapping.sheets if sheet.is_taken]
    above = [line for sheet in taken for line in lines_above(sheet, rows.get(sheet.number, ()))]
    return list(dict.fromkeys(filter(None, [*above, *(sheet.name for sheet in taken), PurePath(batch.file_name).stem])))


def section_titles(mapped: SheetMapping, sheet: Sheet) -> list[str]:
    """The titles of the sections among the first rows of a sheet; "" where data stand above all sections."""
    reader = RowReader(mapped.layout, mapped.columns, sheet.merged)
    found = [row.section for row in reader.read(0, sheet.rows) if row.kind is RowKind.DATA]
    return list(dict.fromkeys(found)) if any(found) else []
