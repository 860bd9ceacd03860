"""The work on an import, step by step: its file is kept, checked, committed. Each step can be done in the background."""

from collections import Counter

from django.db import transaction
from django.utils import timezone

from .. import cells
from ..models import ImportBatch, ImportPart
from .check import ASIDE, BLANK, Check
from .marks import marks_of
from .reading import reader_of

State = ImportBatch.State
SHOWN_AT_ONCE = 50  # rows in the first part, so that the first page of the outcome waits for no more


def keep_file(batch, parts):
    """Keeps a file's rows with the import; raises UnreadableWorkbook, and then keeps nothing."""
    sheets, count = {}, 0
    with transaction.atomic():
        batch.save()
        for number, part in enumerate(parts):
            sheets.setdefault(part.number, {"number": part.number, "name": part.name, "merged": part.merged, "rows": 0})
            sheets[part.number]["rows"] += len(part.rows)
            kept = ImportPart(batch=batch, number=number, sheet=part.number, first_row=part.first_row)
            kept.rows = part.rows
            kept.save(force_insert=True)
            count += len(part.rows)
        batch.sheets, batch.row_count = list(sheets.values()), count
        batch.save()


def check(batch, resource):
    """Checks every row of the import with the resource, part by part, and keeps the outcome and the stage."""
    mark = marks_of(resource.watched())
    reader, checking = reader_of(batch), Check(resource)
    counts, early = Counter(), dict(ended_rows(batch, resource, reader_of(batch), checking))
    carried = [act for outcome in early.values() for act in outcome.acts]
    for part in batch.parts.order_by("number").iterator(chunk_size=1):
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
            if found := outcome.told():
                told[row.place] = found
        keep_outcome(part, tags, told, acts)
        counts.update(tags)
        batch.done_count += len(tags)
        ImportBatch.objects.filter(pk=batch.pk).update(
            done_count=batch.done_count, counts=dict(counts), alive_at=timezone.now()
        )
    batch.counts, batch.warnings = dict(counts), list(checking.warnings(counts))
    batch.mark, batch.state, batch.alive_at = mark, State.CHECKED, timezone.now()
    batch.save()


def keep_outcome(part, tags, told, acts):
    """Keeps what the check found in a part."""
    part.tags, part.told, part.acts = "".join(tags), told, acts
    part.save(update_fields=["tags", "findings", "staged"])


def ended_rows(batch, resource, reader, checking):
    """The outcomes of rows that state an end, by their place in the file and in the order of their beginnings.

    What ended must be known before what followed it, wherever the rows stand.
    """
    if not set(resource.ends) & set(reader.columns):
        return
    found = []
    for part in batch.parts.order_by("number").iterator(chunk_size=1):
        for row in reader.read(part):
            if row.cells and any(not cells.is_blank(row.cells.get(heading)) for heading in resource.ends):
                found.append((resource.begin_of(row.cells), len(found), (part.number, row.place), row))
    for _, _, at, row in sorted(found, key=lambda one: one[:2]):
        yield at, checking.outcome(row.sheet, row.number, row.cells)
