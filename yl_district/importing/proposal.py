"""Proposals of how to read a file: which sheets are tables of a kind, and what their headings mean.

Meanings that users confirmed are remembered for the kind: of headings, and of texts in place of names.
"""

from __future__ import annotations

from collections.abc import Mapping as Mapping_
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from ..recognition.headings import EXPORT_MARK, Recognised, heading_key, known_headings, recognise
from ..recognition.layout import LOOKED_AT, Layout, find_layout, guessed_layout, layout_by_hand, sheet_candidates
from ..recognition.mapping import Mapping, SheetMapping
from ..recognition.row_words import has_own_number
from ..recognition.twin_columns import without_equal_twins
from ..sheets.cells import is_blank, plain, text_key
from ..sheets.columns import Column
from ..sheets.resource import SheetResource
from ..spreadsheets.workbooks import Sheet, UnreadableWorkbook
from .guessed_columns import guessed
from .kinds import ImportKind, aliases, import_kinds, remembered, required_columns
from .models import LEDGER, ImportAlias, ImportBatch, ImportHeading
from .outcomes import known_names
from .titled_groups import fix_group, fixed_group, guess_titled_group, release_group

TO_CONFIRM = ("unknown", "ambiguous", "guessed")  # ways of recognising a heading that a person must confirm
# What a hidden sheet is that holds no table, or one without required columns.
HIDDEN_OTHER, HIDDEN_TABLE = "hidden", "hidden_table"
SAMPLED = 200  # rows read, beyond those searched for headings, for samples


@dataclass
class MappingProposal:
    """A Mapping, and {sheet's number: [Recognised]} of the headings of the sheets taken.

    `missing` lists the required columns that sheets lack, as (sheet's number, sheet's name, column); `rows` are the
    first ones of each sheet, which are shown where a person says what they are. The group `is_likely` where a person
    must confirm it. `committee` is that below the root for which the file is imported, None for the district.
    """

    mapping: Mapping = field(default_factory=Mapping)
    recognised: dict[int, list[Recognised]] = field(default_factory=dict)
    missing: list[tuple[int, str, str]] = field(default_factory=list)
    rows: dict[int, list[list[Any]]] = field(default_factory=dict)
    is_likely: bool = False
    committee: Model | None = None

    @property
    def is_sure(self) -> bool:
        """Whether the file can be read without asking the user."""
        open_ones = [one for found in self.recognised.values() for one in found if one.how in TO_CONFIRM]
        is_by_hand = any(sheet.by_hand for sheet in self.mapping.sheets)
        return not (open_ones or self.missing or is_by_hand or self.is_likely)

    def take(
        self,
        sheet: SheetMapping,
        layout: Layout,
        resource: type[SheetResource],
        memory: Mapping_[str, str | None],
        rows: Sequence[Sequence[Any]],
    ) -> None:
        """Maps the sheet as a table of the resource, and keeps how its headings were recognised."""
        sheet.is_taken = True
        sheet.first_heading_row, sheet.last_heading_row = layout.first_heading_row, layout.last_heading_row
        # Headings are kept in plain text, which somebody's number must not be.
        sheet.headings = ["" if has_own_number(heading) else heading for heading in layout.headings]
        columns = {item.column_name: item for item in resource.columns}
        below = rows[layout.last_heading_row + 1 :]
        found = recognise(layout.headings, columns, resource.synonyms, memory, below)
        # Further down they may differ, which is then asked.
        twins = {one.place for one in found if one.how == "ambiguous"}
        found = without_equal_twins(found, below)
        if sheet.by_hand:
            found = guessed(found, columns, below, self.committee)
        self.recognised[sheet.number] = found
        sheet.columns = {one.place: one.column for one in found if one.column}
        sheet.ignored = [one.place for one in found if one.how == "ignored" and one.place not in twins]

    def leave(self, sheet: SheetMapping) -> None:
        """Leaves a hidden sheet that lacks required columns, rather than ask about them."""
        sheet.is_taken, sheet.what = False, HIDDEN_TABLE
        del self.recognised[sheet.number]


def propose_mapping(batch: ImportBatch, *, guesses: bool = False) -> MappingProposal:
    """The MappingProposal for an import whose file is stored; `guesses` as for `propose_list`."""
    if batch.kind == LEDGER:
        return propose_ledger(batch)
    return propose_list(batch, import_kinds()[batch.kind], guesses=guesses)


def propose_list(batch: ImportBatch, kind: ImportKind, *, guesses: bool = False) -> MappingProposal:
    """The MappingProposal for a file whose tables are all of one kind.

    With `guesses`, sheets in which no table of the kind is recognised are taken as one of which a person says the rest,
    where there is no other, and the group is what a title may mean.
    """
    resource, memory, by_hand = kind.resource, remembered(kind.key, batch.organisation), laid_out_by_hand(batch)
    columns = {item.column_name: item for item in resource.columns}
    known, sheets = known_headings(columns, resource.synonyms, memory), first_rows(batch)
    proposal = MappingProposal(Mapping(group_column=resource.group), committee=batch.organisation)
    for sheet, candidate in zip(sheets, sheet_candidates(sheets, known, required_columns(resource)), strict=True):
        mapped = SheetMapping(candidate.number, candidate.name, False, kind=kind.key, what=candidate.kind)
        proposal.mapping.sheets.append(mapped)
        proposal.rows[mapped.number] = sheet.rows
        layout, is_unseen = by_hand.get(mapped.number, candidate.layout), is_hidden(batch, mapped.number)
        if layout is not None:
            mapped.by_hand = mapped.number in by_hand
            proposal.take(mapped, layout, resource, memory, sheet.rows)
            if is_unseen and not mapped.by_hand and missing_columns(Mapping([mapped])):
                proposal.leave(mapped)
        elif is_unseen:
            mapped.what = HIDDEN_OTHER
    if guesses and not proposal.recognised:
        for mapped in proposal.mapping.sheets:
            if mapped.what not in ("empty", HIDDEN_OTHER, HIDDEN_TABLE):
                mapped.what, mapped.by_hand, rows = "table", True, proposal.rows[mapped.number]
                layout = find_layout(rows, sheets[mapped.number].merged, known) or guessed_layout(rows[:LOOKED_AT])
                proposal.take(mapped, layout, resource, memory, rows)
    groups = resource.titled_groups(batch.user, batch.organisation)
    if groups is None:
        guess_group(batch, proposal.mapping, columns.get(resource.group))
    else:
        proposal.is_likely = guess_titled_group(batch, proposal.mapping, sheets, groups, guesses=guesses)
    proposal.missing = missing_columns(proposal.mapping)
    return proposal


def propose_ledger(batch: ImportBatch) -> MappingProposal:
    """The MappingProposal for a ledger, whose sheets are named after their kinds.

    Raises UnreadableWorkbook where no sheet belongs to the ledger, or a kind has two.
    """
    table, proposal = import_kinds(), MappingProposal(committee=batch.organisation)
    by_name, is_open = {kind.label: kind for kind in table.kinds}, table.may_take_in_cases(batch.user)
    by_hand = laid_out_by_hand(batch)
    for number, sheet in enumerate(first_rows(batch)):
        kind = by_name.get("".join(plain(sheet.name).split()))
        mapped = SheetMapping(number, sheet.name, False, kind=kind.key if kind else "")
        if kind and kind.key in [one.kind for one in proposal.mapping.sheets]:
            remedy = "请把同名工作表合并为一张，或改名其中一张"
            raise UnreadableWorkbook(sheet.name, "每种工作表只有一张", remedy, kind.label)
        proposal.mapping.sheets.append(mapped)
        proposal.rows[number] = sheet.rows
        is_empty = all(is_blank(cell) for row in sheet.rows for cell in row)
        is_closed = kind is not None and kind.is_case and not is_open
        unknown = HIDDEN_OTHER if is_hidden(batch, number) else "unknown"
        mapped.what = "empty" if is_empty else unknown if kind is None else "closed" if is_closed else "table"
        if kind and mapped.what == "table":
            take_ledger_sheet(proposal, mapped, kind, sheet, by_hand.get(number))
    if not any(sheet.kind for sheet in proposal.mapping.sheets):
        names = "、".join(sheet.name for sheet in proposal.mapping.sheets) or "没有工作表"
        expected = f"以下工作表中的至少一个：{'、'.join(by_name)}"
        raise UnreadableWorkbook(names[:80], expected, "请使用台账模板，工作表名称不要改动")
    proposal.missing = missing_columns(proposal.mapping)
    return proposal


def take_ledger_sheet(
    proposal: MappingProposal, mapped: SheetMapping, kind: ImportKind, sheet: Sheet, by_hand: Layout | None
) -> None:
    """Maps a sheet of the ledger; its first row is taken as headings where none is recognised, or set by hand."""
    columns, memory = {item.column_name: item for item in kind.resource.columns}, remembered(kind.key)
    known = known_headings(columns, kind.resource.synonyms, memory)
    texts = [cell if isinstance(cell, str) else "" for cell in sheet.rows[0]]
    layout = by_hand or find_layout(sheet.rows, sheet.merged, known) or Layout(0, 0, texts)
    mapped.by_hand = by_hand is not None
    proposal.take(mapped, layout, kind.resource, memory, sheet.rows)


def laid_out_by_hand(batch: ImportBatch) -> dict[int, Layout]:
    """{number of a sheet: its Layout as a person has set it}."""
    sheets = Mapping.from_json(batch.mapping).sheets if batch.mapping else ()
    return {sheet.number: sheet.layout for sheet in sheets if sheet.by_hand}


def lay_out(batch: ImportBatch, mapping: Mapping, heading_rows: Mapping_[int, tuple[int, int]]) -> None:
    """Reads sheets of a mapping anew by their rows of headings, {sheet's number: (first, last)}, numbered from 0.

    A last row before the first stands for a table without headings, whose data begin in the first.
    """
    sheets = first_rows(batch)
    for mapped in mapping.sheets:
        if mapped.number in heading_rows:
            sheet, resource = sheets[mapped.number], import_kinds()[mapped.kind].resource
            layout = layout_by_hand(sheet.rows, sheet.merged, *heading_rows[mapped.number])
            mapped.by_hand, mapped.what = True, "table"
            proposal = MappingProposal(mapping, committee=batch.organisation)
            proposal.take(mapped, layout, resource, remembered(mapped.kind, batch.organisation), sheet.rows)


def is_hidden(batch: ImportBatch, number: int) -> bool:
    """Whether a sheet of the file is hidden."""
    return any(sheet["number"] == number and sheet.get("marks", {}).get("is_hidden") for sheet in batch.sheets)


def first_rows(batch: ImportBatch) -> list[Sheet]:
    """The sheets of the file with only the first rows, as many as recognition needs."""
    rows: dict[int, list[Any]] = {}
    looked_at = batch.parts.filter(first_row__lt=LOOKED_AT + SAMPLED)
    for part in looked_at.order_by("number").iterator(chunk_size=1):
        kept = rows.setdefault(part.sheet, [])
        if len(kept) < LOOKED_AT + SAMPLED:
            kept += part.rows[: LOOKED_AT + SAMPLED - len(kept)]
    merged = {sheet["number"]: tuple(map(tuple, sheet["merged"])) for sheet in batch.sheets}
    return [Sheet(sheet["name"], rows.get(sheet["number"], []), merged[sheet["number"]]) for sheet in batch.sheets]


def guess_group(batch: ImportBatch, mapping: Mapping, item: Column | None) -> None:
    """Takes the group from the sheets' names, where no column has it and all sheets have known names.

    Unknown names, such as years or months, are taken only where the group is required and there are several sheets.
    """
    taken = [sheet for sheet in mapping.sheets if sheet.is_taken]
    if item is None or not taken or any(item.column_name in sheet.columns.values() for sheet in taken):
        return
    spellings = aliases(batch.kind, batch.organisation).get(item.column_name, {})
    known = known_names(item, batch.organisation).keys() | spellings.keys()
    if all(text_key(sheet.name) in known for sheet in taken) or (
        item.required and len({sheet.name for sheet in taken}) > 1
    ):
        mapping.group_from = "sheet"


def state_group(batch: ImportBatch, proposal: MappingProposal, name: str) -> None:
    """States for all rows of an opened list the group of this name, one of its kind's titled groups.

    What the list's own titles say without doubt goes before it.
    """
    groups = import_kinds()[batch.kind].resource.titled_groups(batch.user, batch.organisation)
    if proposal.mapping.group_from != "column" and not proposal.is_likely:
        return
    release_group(proposal.mapping, groups, fixed_group(proposal.mapping, groups))
    fix_group(proposal.mapping, groups, name)
    proposal.is_likely, proposal.missing = False, missing_columns(proposal.mapping)
    batch.mapping = proposal.mapping.to_json()
    batch.save(update_fields=["mapping"])


def choose_group(batch: ImportBatch, name: str) -> bool:
    """States for all rows of an import, as it is mapped, the group of this name; returns whether nothing is open."""
    groups = import_kinds()[batch.kind].resource.titled_groups(batch.user, batch.organisation)
    mapping = Mapping.from_json(batch.mapping)
    release_group(mapping, groups, fixed_group(mapping, groups))
    fix_group(mapping, groups, name)
    batch.mapping = mapping.to_json()
    batch.save(update_fields=["mapping"])
    proposal = propose_mapping(batch)
    proposal.missing, proposal.is_likely = missing_columns(mapping), False
    return proposal.is_sure


def missing_columns(mapping: Mapping) -> list[tuple[int, str, str]]:
    """The required columns that taken sheets lack, as (sheet's number, sheet's name, column)."""
    found = []
    for sheet in mapping.sheets:
        there = sheet.stated
        for name, unless in required_columns(import_kinds()[sheet.kind].resource).items() if sheet.is_taken else ():
            is_grouped = mapping.group_column in (name, unless) and mapping.group_from != "column"
            if name not in there and unless not in there and not is_grouped:
                found.append((sheet.number, sheet.name, name))
    return found


def remember(batch: ImportBatch, mapping: Mapping, asked: Mapping_[int, Sequence[int]]) -> None:
    """Remembers for the import's committee the confirmed meanings of headings at `asked`, {sheet: [place]}.

    Where a heading occurs several times, a column has precedence over being ignored.
    """
    explained: dict[tuple[str, str], str] = {}
    for sheet in mapping.sheets:
        for place in asked.get(sheet.number, ()):
            key, column = heading_key(sheet.headings[place]), sheet.columns.get(place, "")
            if key and column != EXPORT_MARK and not has_own_number(key):
                meant = sheet.kind, key[:100]
                explained[meant] = column or explained.get(meant, "")
    for (kind, heading), column in explained.items():
        ImportHeading.objects.update_or_create(
            organisation=batch.organisation, kind=kind, heading=heading, defaults={"column": column}
        )


def learn_alias(kind: str, column: str, found: str, meant: str, *, committee: Model | None = None) -> None:
    """Remembers the meaning of a text in a column, for a committee below the root or for the district."""
    ImportAlias.objects.update_or_create(
        organisation=committee, kind=kind, column=column, found=text_key(found)[:100], defaults={"meant": meant}
    )
