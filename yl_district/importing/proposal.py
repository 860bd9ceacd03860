"""How a file could be read: which sheets are tables of the kind, and what their headings seem to mean.

What was explained once is remembered for the kind: headings, and the texts that stand for a name in a column.
"""

from dataclasses import dataclass

from ..cells import ChoiceWidget
from ..columns import Named
from ..headings import EXPORT_MARK, heading_key, known_headings, recognise
from ..imports import text_key
from ..models import ImportAlias, ImportHeading
from ..sheet_mapping import Mapping, SheetMapping
from ..spreadsheets import Sheet
from ..table_layout import LOOKED_AT, sheet_candidates

SAMPLED = 200  # rows below the headings from which samples are taken


@dataclass
class Proposal:
    """A Mapping, and for each sheet taken what its headings are Recognised as."""

    mapping: Mapping
    recognised: dict
    missing: list

    @property
    def is_sure(self):
        """Whether nobody needs to be asked."""
        open_ones = [one for found in self.recognised.values() for one in found if one.how in ("unknown", "ambiguous")]
        return bool(self.recognised) and not open_ones and not self.missing


def propose(batch, resource):
    """The Proposal for an import whose file has just been kept."""
    columns = {item.column_name: item for item in resource.columns}
    required = {name for name, item in columns.items() if item.required}
    memory = remembered(batch.kind)
    known = known_headings(columns, resource.synonyms, memory)
    sheets = first_rows(batch)
    mapping = Mapping(group_column=resource.group)
    found = {}
    for sheet, candidate in zip(sheets, sheet_candidates(sheets, known, required), strict=True):
        layout = candidate.layout
        told = SheetMapping(candidate.number, candidate.name, layout is not None)
        mapping.sheets.append(told)
        if layout is None:
            continue
        told.first_heading_row, told.last_heading_row = layout.first_heading_row, layout.last_heading_row
        told.headings = list(layout.headings)
        below = sheet.rows[layout.last_heading_row + 1 :]
        found[told.number] = recognise(layout.headings, columns, resource.synonyms, memory, below)
        told.columns = {one.place: one.column for one in found[told.number] if one.column}
        told.ignored = [one.place for one in found[told.number] if one.how == "ignored"]
        is_merged = any(place in told.columns and told.columns[place] == resource.group for place in merged_down(sheet))
        mapping.fill_down = mapping.fill_down or is_merged
    guess_group(mapping, sheets, required)
    return Proposal(mapping, found, missing(mapping, required))


def first_rows(batch):
    """The sheets of the file with as many rows as are looked at."""
    rows = {}
    for part in batch.in_parts():
        kept = rows.setdefault(part.sheet, [])
        if len(kept) < LOOKED_AT + SAMPLED:
            kept += part.rows[: LOOKED_AT + SAMPLED - len(kept)]
    merged = {sheet["number"]: tuple(map(tuple, sheet["merged"])) for sheet in batch.sheets}
    return [Sheet(sheet["name"], rows[sheet["number"]], merged[sheet["number"]]) for sheet in batch.sheets]


def merged_down(sheet):
    """The places of columns in which cells are merged over several rows."""
    return {left for top, left, bottom, right in sheet.merged if bottom > top and left == right}


def guess_group(mapping, sheets, required):
    """Where no column says where a record belongs: the names of the sheets do where there are several."""
    taken = [sheet for sheet in mapping.sheets if sheet.is_taken]
    if not taken or any(mapping.group_column in sheet.columns.values() for sheet in taken):
        return
    if mapping.group_column in required or len(taken) > 1:
        mapping.group_from = "sheet" if len(taken) > 1 else "column"


def missing(mapping, required):
    """The required columns that a sheet taken does not have, as (sheet's name, column)."""
    found = []
    for sheet in mapping.sheets:
        lacking = required - set(sheet.columns.values()) if sheet.is_taken else ()
        for name in sorted(lacking):
            if name != mapping.group_column or mapping.group_from == "column":
                found.append((sheet.name, name))
    return found


def remembered(kind):
    """{heading key: column or None} as somebody once explained them for the kind."""
    return {one.heading: one.column or None for one in ImportHeading.objects.filter(kind=kind)}


def remember(batch, mapping, asked):
    """Keeps what somebody explained: `asked` are the places {sheet: [place]} whose headings were not clear."""
    for sheet in mapping.sheets:
        for place in asked.get(sheet.number, ()):
            key, column = heading_key(sheet.headings[place]), sheet.columns.get(place, "")
            if key and column != EXPORT_MARK:
                ImportHeading.objects.update_or_create(kind=batch.kind, heading=key[:100], defaults={"column": column})


def aliases(kind):
    """{column: {text as texts are compared: what it means}} as somebody once explained it for the kind."""
    found = {}
    for one in ImportAlias.objects.filter(kind=kind):
        found.setdefault(one.column, {})[one.found] = one.meant
    return found


def may_have_aliases(item):
    """Whether the column's cells are names of known things, which offices write in several ways."""
    return isinstance(item, Named) or isinstance(item.widget, ChoiceWidget)


def learn_alias(kind, column, found, meant):
    """Remembers what a text in a column means."""
    ImportAlias.objects.update_or_create(
        kind=kind, column=column, found=text_key(found)[:100], defaults={"meant": meant}
    )
