"""The first steps of an import: its file is kept and checked, part by part; and what a command tells of the outcome."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from .. import cells
from ..headings import named
from ..models import ImportBatch, ImportPart
from ..models.imports import KEPT_DAYS
from ..problems import Problem
from ..spreadsheet_limits import PART_ROWS
from ..spreadsheets import REFUSALS, UnreadableWorkbook
from .check import ASIDE, BESIDE, BLANK, NAMES, NEW, Check
from .marks import marks_of
from .reading import Reader

State = ImportBatch.State
SHOWN_AT_ONCE = 100  # rows in the first part of a long sheet, so that the first page of the outcome waits for no more


@dataclass
class ReadFile:
    """A file as it was read: its sheets, and its rows in parts that are packed already and belong to no import yet."""

    sheets: list
    parts: list

    @property
    def row_count(self):
        return sum(sheet["rows"] for sheet in self.sheets)


def read_file(parts):
    """The ReadFile of SheetParts; raises UnreadableWorkbook. Nobody has to wait while it is read."""
    sheets, kept = {}, []
    for part in parts:
        name = cells.CONTROL.sub("", part.name)
        sheets.setdefault(part.number, {"number": part.number, "name": name, "merged": part.merged, "rows": 0})
        sheets[part.number]["rows"] += len(part.rows)
        is_long = not kept and len(part.rows) == PART_ROWS
        for rows in (slice(0, SHOWN_AT_ONCE), slice(SHOWN_AT_ONCE, None)) if is_long else (slice(None),):
            first_row = part.first_row + (rows.start or 0)
            kept.append(ImportPart(number=len(kept), sheet=part.number, first_row=first_row))
            kept[-1].rows = part.rows[rows]
    if not sheets:
        raise UnreadableWorkbook(*REFUSALS["empty"])
    return ReadFile(list(sheets.values()), kept)


@transaction.atomic
def keep_file(batch, file):
    """Keeps the rows of a ReadFile with the import."""
    batch.sheets, batch.row_count = file.sheets, file.row_count
    batch.save()
    for part in file.parts:
        part.batch = batch
        part.save(force_insert=True)


def forget(now):
    """Forgets files that have waited too long, and rows left out when others were written, after the same time.

    Returns the number of files and of parts with such rows.
    """
    files = 0
    for key in list(ImportBatch.objects.forgotten(now).values_list("pk", flat=True)):
        with transaction.atomic():
            # Whoever began work on it meanwhile goes on.
            if locked := ImportBatch.objects.forgotten(now).select_for_update().filter(pk=key).first():
                locked.delete()
                files += 1
    written = ImportBatch.objects.filter(
        state__in=ImportBatch.WRITTEN, committed_at__lt=now - timedelta(days=KEPT_DAYS)
    )
    return files, ImportPart.objects.filter(batch__in=written).delete()[0]


class Superseded(Exception):
    """Somebody else has begun the work anew, or has given the import up."""


def check(batch, resource):
    """Checks every row of the import with the resource, part by part, and keeps the outcome and the stage.

    Raises Superseded as soon as the check is no longer this one's.
    """
    mark = marks_of(resource.watched())
    reader, checking = Reader(batch), Check(resource)
    counts, early = Counter(), dict(ended_rows(batch, resource, Reader(batch), checking))
    carried = [act for outcome in early.values() for act in outcome.acts]
    for part in batch.in_parts():
        tags, told, acts = [BLANK] * len(part.rows), {}, carried
        carried = []
        for row in reader.read(part):
            if row.cells is None:
                tags[row.place] = BLANK if row.is_blank else ASIDE
                continue
            outcome = early.pop((part.number, row.place), None)
            if outcome is None:
                outcome = checking.outcome(row.sheet, row.number, row.cells)
                acts += outcome.acts
            tags[row.place] = outcome.tag
            if outcome.tag == NEW and outcome.changes:
                counts[BESIDE] += 1
            if found := outcome.told():
                told[row.place] = found
        counts.update(tags)
        with transaction.atomic():
            go_on(batch, done_count=batch.done_count + len(tags), counts=dict(counts))
            keep_outcome(part, tags, told, acts)
    go_on(batch, state=State.CHECKED, counts=dict(counts), warnings=list(checking.warnings()), mark=mark)


def go_on(batch, **values):
    """Stores values of an import that is being checked; raises Superseded where the check is no longer this one's."""
    if not batch.go_on(State.CHECKING, **values):
        raise Superseded


def keep_outcome(part, tags, told, acts):
    """Keeps what the check found in a part."""
    part.tags, part.told, part.acts = "".join(tags), told, acts
    part.save(update_fields=["tags", "findings", "staged"])


def ended_rows(batch, resource, reader, checking):
    """The outcomes of rows that state an end, by their place in the file and in the order of their beginnings.

    What ended must be known before what followed it, wherever the rows stand.
    """
    if not any(reader.may_fill(part, resource.ends) for part in batch.in_parts()):
        return
    found = []
    for part in batch.in_parts():
        for row in reader.read(part):
            if row.cells and any(not cells.is_blank(row.cells.get(heading)) for heading in resource.ends):
                found.append((resource.begin_of(row.cells), len(found), (part.number, row.place), row))
    for _, _, at, row in sorted(found, key=lambda one: one[:2]):
        yield at, checking.outcome(row.sheet, row.number, row.cells)


class Findings:
    """What the check of an import found, as a command tells it."""

    def __init__(self, batch, proposal):
        self.batch, self.proposal = batch, proposal
        self.errors, self.changes, self.said, self.is_written = [], [], "", False
        for sheet, column in proposal.missing:
            remedy = "请补上这一列，或把标题改为这一名称；该内容写在工作表名称或分段行中时，请在网页上导入"
            self.errors.append(Problem(sheet, None, column, cells.shown(None), f"必需的列“{column}”", remedy))

    def read(self):
        """Reads the outcome of every row."""
        self.errors, self.changes = [], []
        names = {sheet["number"]: sheet["name"] for sheet in self.batch.sheets}
        for part in self.batch.in_parts():
            for place, told in sorted(part.told.items()):
                self.errors += [Problem(**problem) for problem in told.get("problems", ())]
                at = {"sheet": names[part.sheet], "row": part.first_row + place + 1}
                self.changes += [
                    at | {"column": heading, "old": old, "new": new} for heading, old, new in told.get("changes", ())
                ]

    @property
    def unknown(self):
        """The headings that were not taken, as (sheet's name, heading)."""
        names = {sheet["number"]: sheet["name"] for sheet in self.batch.sheets}
        return [
            (names[number], named(one.heading, one.place))
            for number, found in self.proposal.recognised.items()
            for one in found
            if one.how in ("unknown", "ambiguous")
        ]

    def as_dict(self):
        """The findings as the JSON file states them."""
        counts = self.batch.counts
        return {
            "kind": self.batch.kind,
            "file": self.batch.file_name,
            "written": self.is_written,
            "counts": {name: counts.get(tag, 0) for tag, name in NAMES.items()},
            "unknown": [{"sheet": sheet, "column": heading} for sheet, heading in self.unknown],
            "warnings": self.batch.warnings,
            "errors": [problem.as_dict() for problem in self.errors],
            "changes": self.changes,
        }
