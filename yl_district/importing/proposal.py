"""How a file could be read: which sheets are tables of the kind, and what their headings seem to mean.

What was explained once is remembered for the kind: headings, and the texts that stand for a name in a column.
"""

from dataclasses import dataclass, field

from ..cells import text_key
from ..headings import EXPORT_MARK, heading_key, known_headings, recognise
from ..models import ImportAlias, ImportHeading
from ..sheet_mapping import Mapping, SheetMapping
from ..spreadsheets import Sheet
from ..table_layout import LOOKED_AT, sheet_candidates
from .outcomes import known_names

SAMPLED = 200  # rows below the headings from which samples are taken


@dataclass
class Proposal:
    """A Mapping, and for each sheet taken what its headings are Recognised as; `kinds` says what each sheet is."""

    mapping: Mapping
    recognised: dict
    missing: list
    kinds: dict = field(default_factory=dict)

    @property
    def is_sure(self):
        """Whether nobody needs to be asked."""
        open_ones = [one for found in self.recognised.values() for one in found if one.how in ("unknown", "ambiguous")]
        return bool(self.recognised) and not open_ones and not self.missing


def propose(batch, resource):
    """The Proposal for an import whose file has just been kept."""
    columns = {item.column_name: item for item in resource.columns}
    required = required_columns(resource)
    memory = remembered(batch.kind)
    known = known_headings(columns, resource.synonyms, memory)
    sheets = first_rows(batch)
    mapping = Mapping(group_column=resource.group)
    found, kinds = {}, {}
    for sheet, candidate in zip(sheets, sheet_candidates(sheets, known, required), strict=True):
        layout = candidate.layout
        kinds[candidate.number] = candidate.kind
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
    guess_group(mapping, columns.get(resource.group), aliases(batch.kind).get(resource.group, {}))
    return Proposal(mapping, found, missing(mapping, required), kinds)


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


def missing(mapping, required):
    """The `required_columns` that a sheet taken does not have, as (sheet's name, column)."""
    found = []
    for sheet in mapping.sheets:
        there = set(sheet.columns.values())
        for name, unless in required.items() if sheet.is_taken else ():
            is_grouped = name == mapping.group_column and mapping.group_from != "column"
            if name not in there and unless not in there and not is_grouped:
                found.append((sheet.name, name))
    return found


def remembered(kind):
    """{heading key: column or None} as somebody once explained them for the kind."""
    return {one.heading: one.column or None for one in ImportHeading.objects.filter(kind=kind)}


def remember(batch, mapping, asked):
    """Keeps what somebody explained: `asked` are the places {sheet: [place]} whose headings were not clear.

    Of several places with the same heading, one that means a column tells more than one that is left out.
    """
    explained = {}
    for sheet in mapping.sheets:
        for place in asked.get(sheet.number, ()):
            key, column = heading_key(sheet.headings[place]), sheet.columns.get(place, "")
            if key and column != EXPORT_MARK:
                explained[key[:100]] = column or explained.get(key[:100], "")
    for key, column in explained.items():
        ImportHeading.objects.update_or_create(kind=batch.kind, heading=key, defaults={"column": column})


def aliases(kind):
    """{column: {text as texts are compared: what it means}} as somebody once explained it for the kind."""
    found = {}
    for one in ImportAlias.objects.filter(kind=kind):
        found.setdefault(one.column, {})[one.found] = one.meant
    return found


def learn_alias(kind, column, found, meant):
    """Remembers what a text in a column means."""
    ImportAlias.objects.update_or_create(
        kind=kind, column=column, found=text_key(found)[:100], defaults={"meant": meant}
    )
