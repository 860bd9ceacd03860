"""How a file could be read: which sheets are tables of a kind, and what their headings seem to mean.

What was explained once is remembered for the kind: headings, and the texts that stand for a name in a column.
"""

from dataclasses import dataclass, field

from ..recognition.headings import EXPORT_MARK, heading_key, known_headings, recognise
from ..recognition.layout import LOOKED_AT, Layout, find_layout, sheet_candidates
from ..recognition.mapping import Mapping, SheetMapping
from ..sheets.cells import is_blank, plain, text_key
from ..spreadsheets.workbooks import Sheet, UnreadableWorkbook
from .kinds import aliases, import_kinds
from .models import LEDGER, ImportAlias, ImportHeading
from .outcomes import known_names

SAMPLED = 200  # rows below the headings from which samples are taken


@dataclass
class Proposal:
    """A Mapping, and for each sheet taken what its headings are Recognised as.

    `missing` are the required columns that sheets do not have, as (sheet's number, its name, column).
    """

    mapping: Mapping = field(default_factory=Mapping)
    recognised: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)

    @property
    def is_sure(self):
        """Whether nobody needs to be asked."""
        open_ones = [one for found in self.recognised.values() for one in found if one.how in ("unknown", "ambiguous")]
        return not open_ones and not self.missing

    def take(self, sheet, layout, resource, memory, rows):
        """Has the sheet read as a table of the resource; what its headings were Recognised as is kept."""
        sheet.is_taken = True
        sheet.first_heading_row, sheet.last_heading_row = layout.first_heading_row, layout.last_heading_row
        sheet.headings = list(layout.headings)
        columns = {item.column_name: item for item in resource.columns}
        below = rows[layout.last_heading_row + 1 :]
        found = recognise(layout.headings, columns, resource.synonyms, memory, below)
        self.recognised[sheet.number] = found
        sheet.columns = {one.place: one.column for one in found if one.column}
        sheet.ignored = [one.place for one in found if one.how == "ignored"]


def propose(batch):
    """The Proposal for an import whose file has just been kept."""
    return propose_ledger(batch) if batch.kind == LEDGER else propose_list(batch, import_kinds()[batch.kind])


def propose_list(batch, kind):
    """The Proposal for a file all of whose tables are of one kind."""
    resource, memory = kind.resource, remembered(kind.key)
    columns = {item.column_name: item for item in resource.columns}
    known, sheets = known_headings(columns, resource.synonyms, memory), first_rows(batch)
    proposal = Proposal(Mapping(group_column=resource.group))
    for sheet, candidate in zip(sheets, sheet_candidates(sheets, known, required_columns(resource)), strict=True):
        mapped = SheetMapping(candidate.number, candidate.name, False, kind=kind.key, what=candidate.kind)
        proposal.mapping.sheets.append(mapped)
        if candidate.layout is not None:
            proposal.take(mapped, candidate.layout, resource, memory, sheet.rows)
    guess_group(proposal.mapping, columns.get(resource.group), aliases(kind.key).get(resource.group, {}))
    proposal.missing = missing(proposal.mapping)
    return proposal


def propose_ledger(batch):
    """The Proposal for a file of which each sheet is of the kind of its name.

    Raises UnreadableWorkbook where no sheet is of the ledger, or one comes twice.
    """
    table, proposal = import_kinds(), Proposal()
    by_name, is_open = {kind.label: kind for kind in table.kinds}, table.may_take_in_cases(batch.user)
    for number, sheet in enumerate(first_rows(batch)):
        kind = by_name.get("".join(plain(sheet.name).split()))
        mapped = SheetMapping(number, sheet.name, False, kind=kind.key if kind else "")
        if kind and kind.key in [one.kind for one in proposal.mapping.sheets]:
            remedy = "请把同名工作表合并为一张，或改名其中一张"
            raise UnreadableWorkbook(sheet.name, "每种工作表只有一张", remedy, kind.label)
        proposal.mapping.sheets.append(mapped)
        is_empty = all(is_blank(cell) for row in sheet.rows for cell in row)
        is_closed = kind is not None and kind.is_case and not is_open
        mapped.what = "empty" if is_empty else "unknown" if kind is None else "closed" if is_closed else "table"
        if mapped.what == "table":
            take_ledger_sheet(proposal, mapped, kind, sheet)
    if not any(sheet.kind for sheet in proposal.mapping.sheets):
        names = "、".join(sheet.name for sheet in proposal.mapping.sheets) or "没有工作表"
        expected = f"以下工作表中的至少一个：{'、'.join(by_name)}"
        raise UnreadableWorkbook(names[:80], expected, "请使用台账模板，工作表名称不要改动")
    proposal.missing = missing(proposal.mapping)
    return proposal


def take_ledger_sheet(proposal, mapped, kind, sheet):
    """Has a sheet of the ledger read; where none of its headings is known, the first row holds them."""
    columns, memory = {item.column_name: item for item in kind.resource.columns}, remembered(kind.key)
    known = known_headings(columns, kind.resource.synonyms, memory)
    texts = [cell if isinstance(cell, str) else "" for cell in sheet.rows[0]]
    layout = find_layout(sheet.rows, sheet.merged, known) or Layout(0, 0, texts)
    proposal.take(mapped, layout, kind.resource, memory, sheet.rows)


def first_rows(batch):
    """The sheets of the file with as many rows as are looked at."""
    rows = {}
    looked_at = batch.parts.filter(first_row__lt=LOOKED_AT + SAMPLED)
    for part in looked_at.order_by("number").iterator(chunk_size=1):
        kept = rows.setdefault(part.sheet, [])
        if len(kept) < LOOKED_AT + SAMPLED:
            kept += part.rows[: LOOKED_AT + SAMPLED - len(kept)]
    merged = {sheet["number"]: tuple(map(tuple, sheet["merged"])) for sheet in batch.sheets}
    return [Sheet(sheet["name"], rows.get(sheet["number"], []), merged[sheet["number"]]) for sheet in batch.sheets]


def guess_group(mapping, item, known_spellings):
    """Where no column says where a record belongs: the names of the sheets do where they name what is known.

    Where it must be said, those of several sheets do in any case; a year or a month is no name of a group.
    """
    taken = [sheet for sheet in mapping.sheets if sheet.is_taken]
    if item is None or not taken or any(item.column_name in sheet.columns.values() for sheet in taken):
        return
    known = known_names(item).keys() | known_spellings.keys()
    if all(text_key(sheet.name) in known for sheet in taken) or (item.required and len(taken) > 1):
        mapping.group_from = "sheet"


def required_columns(resource):
    """{required column: another one that says the same, "" where there is none}."""
    return {item.column_name: item.unless for item in resource.columns if item.required}


def missing(mapping):
    """The required columns that a sheet taken does not have, as (sheet's number, its name, column)."""
    found = []
    for sheet in mapping.sheets:
        there = set(sheet.columns.values())
        for name, unless in required_columns(import_kinds()[sheet.kind].resource).items() if sheet.is_taken else ():
            is_grouped = name == mapping.group_column and mapping.group_from != "column"
            if name not in there and unless not in there and not is_grouped:
                found.append((sheet.number, sheet.name, name))
    return found


def remembered(kind):
    """{heading key: column or None} as somebody once explained them for the kind."""
    return {one.heading: one.column or None for one in ImportHeading.objects.filter(kind=kind)}


def remember(mapping, asked):
    """Keeps what somebody explained: `asked` are the places {sheet: [place]} whose headings were not clear.

    Of several places with the same heading, one that means a column tells more than one that is left out.
    """
    explained = {}
    for sheet in mapping.sheets:
        for place in asked.get(sheet.number, ()):
            key, column = heading_key(sheet.headings[place]), sheet.columns.get(place, "")
            if key and column != EXPORT_MARK:
                key = sheet.kind, key[:100]
                explained[key] = column or explained.get(key, "")
    for (kind, heading), column in explained.items():
        ImportHeading.objects.update_or_create(kind=kind, heading=heading, defaults={"column": column})


def learn_alias(kind, column, found, meant):
    """Remembers what a text in a column means."""
    ImportAlias.objects.update_or_create(
        kind=kind, column=column, found=text_key(found)[:100], defaults={"meant": meant}
    )
