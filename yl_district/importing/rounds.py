"""Rounds of checking all rows of an import: one that keeps what it finds, and others with answers tried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from typing import Any

from django.db import transaction

from ..sheets import cells
from ..sheets.columns import SheetRow
from ..sheets.resource import SheetResource
from ..spreadsheets.limits import PART_ROWS
from .check import ASIDE, BESIDE, BLANK, CHANGED, DOUBTFUL, NEW, PENDING, SAME, TO_KEEP, Outcome, RowAt, RowCheck
from .kinds import ImportKind, kinds_with_sheets, resources_for, sheet_kinds
from .layout_questions import Remarks, layout_questions
from .models import LEDGER, ImportBatch, ImportPart
from .questions import Question, book_questions
from .reading import PartReader, ReadRow
from .stage import Act, Stage
from .trials import MOST_TRIED_ROWS, Tried

NOTHING_TO_DO = (SAME, ASIDE, BLANK)  # outcomes of rows of which nothing is written, and which nobody must mend


class Superseded(Exception):
    """Somebody else has restarted the work or deleted the import."""


class CheckedSheets:
    """One round of checking all rows of an import, part by part, saving outcomes and staged writes.

    `late` is {(part's number, place): problems} of rows that an earlier round found to contradict other rows.
    """

    def __init__(
        self, batch: ImportBatch, resources: Mapping[ImportKind, SheetResource], late: Mapping[RowAt, Any]
    ) -> None:
        self.batch, self.resources, self.late = batch, resources, late
        self.stage, self.reader, self.early_reader = Stage(), PartReader(batch), PartReader(batch)
        self.counts: Counter[str] = Counter()
        self.by_sheet: dict[int, Counter[str]] = {}
        self.warnings: list[str] = []
        self.keeping: set[int] = set()  # places in the present part of rows with cells that are to be kept
        self.moving: set[SheetRow] = set()
        self.kinds = sheet_kinds(batch)
        self.names = {one["number"]: one["name"] for one in batch.sheets}

    def run(self) -> None:
        """Checks kind by kind; raises Superseded as soon as another worker has claimed the import."""
        kinds = kinds_with_sheets(self.batch)
        for kind, numbers in kinds:
            self._announce(self.resources[kind], numbers)
        for kind, numbers in kinds:
            checking = RowCheck(self.resources[kind], self.stage, self.late)
            self._check_sheets(checking, numbers)
            name = f"《{kind.label}》" if self.batch.kind == LEDGER else ""
            self.warnings += [f"{name}{warning}" for warning in checking.warnings()]
        self._conclude([number for _, numbers in kinds[-1:] for number in numbers])
        taken = [number for _, numbers in kinds for number in numbers]
        for part in self.batch.in_parts([one["number"] for one in self.batch.sheets if one["number"] not in taken]):
            self._keep(part, [BLANK] * len(part.rows), {}, [])

    def _announce(self, resource: SheetResource, numbers: Sequence[int]) -> None:
        """Shows the rows of a kind to its resource where sheets checked before it need to know of them."""
        reader = PartReader(self.batch)
        for part in self.batch.in_parts(numbers) if resource.is_announced else ():
            for row in reader.read(part):
                if row.cells is not None:
                    resource.announce(row.cells)

    def _conclude(self, numbers: Sequence[int]) -> None:
        """Stages what follows from all rows together with the last part, when all that they refer to is written."""
        for resource in self.resources.values():
            resource.conclude()
        acts = [act for resource in self.resources.values() for act in self.stage.acts_beside(resource)]
        if acts:
            with transaction.atomic():
                go_on(self.batch)
                last = self.batch.parts.filter(sheet__in=numbers).latest("number")
                last.acts = [*last.acts, *acts]
                last.save(update_fields=["staged"])

    def _check_sheets(self, checking: RowCheck, numbers: Sequence[int]) -> None:
        """Checks the sheets of one kind, first their early rows, on which the others may depend."""
        early = dict(self._early_rows(checking, numbers))
        acts = [act for outcome in early.values() for act in outcome.acts]
        for part in self.batch.in_parts(numbers):
            unpacked = part.rows
            tags, found = [BLANK] * len(unpacked), {}
            rows = list(self.reader.read(part, unpacked))
            self._foresee(checking, rows)
            for row in rows:
                if row.cells is None and row.is_blank:
                    continue
                outcome = early.pop((part.number, row.place), None)
                if outcome is None:
                    outcome = self._outcome(checking, part, row)
                    acts += outcome.acts
                tags[row.place] = outcome.tag
                if outcome.tag == NEW and outcome.changes:
                    self.counts[BESIDE] += 1
                if outcome.pending:
                    self.counts[PENDING] += len(outcome.pending)
                    self.counts[TO_KEEP] += outcome.to_keep
                    if outcome.to_keep:
                        self.keeping.add(row.place)
                if stored := outcome.as_stored():
                    found[row.place] = stored
            self.by_sheet.setdefault(part.sheet, Counter()).update(tags)
            self._keep(part, tags, found, acts)
            acts = []

    def _foresee(self, checking: RowCheck, rows: Sequence[ReadRow]) -> None:
        """Has the resource ask together for what rows will need one by one."""
        if rows:
            checking.of_sheet(rows[0].sheet)
            checking.resource.foresee([row.cells for row in rows if row.cells is not None])

    def _early_rows(self, checking: RowCheck, numbers: Sequence[int]) -> Iterator[tuple[RowAt, Outcome]]:
        """Yields ((part's number, place), Outcome) of rows with a value in an early column, in the resource's order."""
        headings, reader = checking.resource.early_headings, self.early_reader
        if not any(reader.may_fill(part, headings) for part in self.batch.in_parts(numbers)):
            return
        found = {}
        for part in self.batch.in_parts(numbers):
            for row in reader.read(part):
                if any(not cells.is_blank((row.cells or {}).get(heading)) for heading in headings):
                    found[id(row.cells)] = part, row
        early = [row.cells for _, row in found.values() if row.cells is not None]
        for start in range(0, len(found), PART_ROWS):
            self._foresee(checking, [row for _, row in [*found.values()][start : start + PART_ROWS]])
        for row_cells in checking.resource.in_order(early):
            part, row = found[id(row_cells)]
            yield (part.number, row.place), self._outcome(checking, part, row)

    def _outcome(self, checking: RowCheck, part: ImportPart, row: ReadRow) -> Outcome:
        if row.cells is None:
            return Outcome(ASIDE, aside=row.what)
        is_ledger = self.batch.kind == LEDGER
        sheet = type(checking.resource).sheet if is_ledger else row.sheet
        checking.resource.row_key = f"{part.sheet}:{row.number}"
        checking.resource.begin_sheet(self.reader.year_of(part.sheet))
        return checking.outcome((part.number, row.place), sheet, row.number, row.cells)

    def _note_moving(self, part: ImportPart, tags: Sequence[str]) -> None:
        """Notes the rows of a part that would be written or are refused, by what their sheet may be called."""
        if self.batch.row_count > MOST_TRIED_ROWS:
            return
        doing = {place for place, tag in enumerate(tags) if tag not in NOTHING_TO_DO} | self.keeping
        self.keeping = set()
        numbers = [part.first_row + place + 1 for place in doing]
        kind = self.kinds.get(part.sheet)
        for name in (self.names[part.sheet], kind.label if kind else ""):
            self.moving.update((name, number) for number in numbers)

    def _keep(self, part: ImportPart, tags: Sequence[str], found: dict[int, Any], acts: Sequence[Act]) -> None:
        self.counts.update(tags)
        self._note_moving(part, tags)
        with transaction.atomic():
            go_on(self.batch, done_count=self.batch.done_count + len(tags), counts=dict(self.counts))
            part.tags, part.told, part.acts = "".join(tags), found, acts
            part.save(update_fields=["tags", "findings", "staged"])

    @property
    def remarks(self) -> Remarks:
        """What was noticed of the layout, once all rows are read."""
        return self.reader.reader.remarks

    def found(self, today: date) -> Tried:
        """What the round, which has been run, would ask and write."""
        is_writing = any(self.counts[tag] for tag in (NEW, CHANGED, DOUBTFUL, TO_KEEP))
        questions = [*layout_questions(self.batch, self.remarks, today), *asked(self.resources.values())]
        return Tried(questions, self.moving, is_writing)

    def late_problems(self) -> dict[RowAt, list[Any]]:
        """{(part's number, place): problems} of rows that contradict other rows of the file."""
        found: dict[RowAt, list[Any]] = {}
        for resource in self.resources.values():
            for row_at, *problem in resource.late_problems():
                found.setdefault(row_at, []).append(problem)
        return found


class TriedSheets(CheckedSheets):
    """A round of checking with answers tried out, of which nothing is kept but what would be asked and written.

    It is about a copy of the import, `batch`; `origin` is the import itself, whose work goes on.
    """

    def __init__(self, origin: ImportBatch, batch: ImportBatch, today: date, late: Mapping[RowAt, Any]) -> None:
        super().__init__(batch, resources_for(batch, today), late)
        self.origin = origin

    def _keep(self, part: ImportPart, tags: Sequence[str], found: dict[int, Any], acts: Sequence[Act]) -> None:
        go_on(self.origin)
        self.counts.update(tags)
        self._note_moving(part, tags)

    def _conclude(self, numbers: Sequence[int]) -> None:
        """Stages nothing."""


def try_answers(batch: ImportBatch, today: date, late: Mapping[RowAt, Any], answers: Mapping[str, str]) -> Tried:
    """What a check of the import finds with these answers beside those given."""
    tried = copy(batch)
    tried.answers = batch.answers | answers
    sheets = TriedSheets(batch, tried, today, late)
    sheets.run()
    return sheets.found(today)


def asked(resources: Collection[SheetResource]) -> Iterator[Question]:
    """Yields the questions that the checked rows leave open."""
    for resource in resources:
        yield from resource.questions()
    for book in {resource.book for resource in resources}:
        yield from book_questions(book)


def go_on(batch: ImportBatch, **values: Any) -> None:
    """Stores values of an import being checked; raises Superseded where another worker has claimed it."""
    if not batch.go_on(ImportBatch.State.CHECKING, **values):
        raise Superseded
