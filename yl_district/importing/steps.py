"""The steps of an import: storing its file, checking it part by part, committing and undoing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from ..database.actors import whole_case_files
from ..sheets import cells
from ..spreadsheets.limits import PART_ROWS
from ..spreadsheets.workbooks import REFUSALS, SheetPart, UnreadableWorkbook, stream_workbook
from ..typing import User
from . import background, commit, undo
from .check import RowAt
from .commit import CommitRefused, OutdatedCheck
from .kinds import ImportKind, LedgerKind, import_kinds, kinds_with_sheets, resources_for, sheet_kinds
from .layout_questions import with_remarks
from .models import KEPT_DAYS, ImportBatch, ImportPart
from .proposal import MappingProposal, propose_mapping
from .questions import ADOPTED
from .rounds import CheckedSheets, Superseded, go_on, try_answers
from .side_by_side import part_blocks
from .trials import MOST_TRIED_ROWS, asked_at_once
from .versions import marks_of

CHANGED_MEANWHILE = "核对之后，他人修改了与这份文件有关的记录。系统已按最新的记录重新核对，请再看一遍结果后写入。"
MOST_COLUMNS = 500  # headings that the mapping page can show

State = ImportBatch.State
SHOWN_AT_ONCE = 100  # rows in the first part of a long sheet, so that the first page of results appears early


@dataclass
class ReadFile:
    """A parsed file: its sheets, and its rows as packed ImportParts that belong to no import yet."""

    sheets: list[dict[str, Any]]
    parts: list[ImportPart]

    @property
    def row_count(self) -> int:
        return sum(sheet["rows"] for sheet in self.sheets)


def read_file(parts: Iterable[SheetPart]) -> ReadFile:
    """The ReadFile of an iterable of SheetParts, read without a transaction; raises UnreadableWorkbook."""
    sheets: dict[int, dict[str, Any]] = {}
    kept: list[ImportPart] = []
    for part in parts:
        name = cells.CONTROL.sub("", part.name)
        facts = {"number": part.number, "name": name, "merged": part.merged, "rows": 0, "marks": part.marks}
        sheets.setdefault(part.number, facts)
        sheets[part.number]["rows"] += len(part.rows)
        is_long = not kept and len(part.rows) == PART_ROWS
        for rows in (slice(0, SHOWN_AT_ONCE), slice(SHOWN_AT_ONCE, None)) if is_long else (slice(None),):
            first_row = part.first_row + (rows.start or 0)
            kept.append(ImportPart(number=len(kept), sheet=part.number, first_row=first_row))
            kept[-1].rows = part.rows[rows]
    if not sheets:
        raise UnreadableWorkbook(*REFUSALS["empty"])
    return ReadFile(list(sheets.values()), kept)


def open_import(
    kind: ImportKind | LedgerKind,
    data: bytes,
    file_name: str,
    user: User | None = None,
    file: ReadFile | None = None,
    *,
    guesses: bool = False,
    committee: Any = None,
) -> tuple[ImportBatch, MappingProposal]:
    """Stores a file and proposes how to read it; returns (ImportBatch, MappingProposal).

    It is imported for a `committee` below the root, or for the district.
    `file` is the ReadFile where the caller has read it already, as pages do to keep their transaction short. Raises
    UnreadableWorkbook where the file cannot be read or has no table of the kind; with `guesses` one without a
    recognised table is taken, of which a person is to say what it holds.
    """
    forget_expired(timezone.now())
    # File names on disk may contain bytes that are not text.
    name = file_name.encode("utf-8", "replace").decode()[-255:]
    digest = hashlib.sha256(data).hexdigest()
    file = file or read_file(stream_workbook(data, file_name))
    if isinstance(kind, ImportKind):
        part_blocks(kind, file, committee)
    with transaction.atomic():
        batch = ImportBatch(kind=kind.key, state=State.MAPPING, user=user, file_name=name, sha256=digest)
        batch.organisation = committee
        keep_file(batch, file)
        proposal = propose_mapping(batch, guesses=guesses)
        refuse_unfit(batch, kind, proposal)
        batch.mapping = proposal.mapping.to_json()
        batch.with_cases = any(one.is_case for one in sheet_kinds(batch).values())
        batch.save()
    return batch, proposal


def refuse_unfit(batch: ImportBatch, kind: ImportKind | LedgerKind, proposal: MappingProposal) -> None:
    """Raises UnreadableWorkbook for a file without a table of its kind, or with more than MOST_COLUMNS headings."""
    headings = {one.heading for found in proposal.recognised.values() for one in found}
    filled = [[one for one in found if one.heading or one.samples] for found in proposal.recognised.values()]
    widest = max([len(headings), *map(len, filled)])
    if widest > MOST_COLUMNS:
        raise UnreadableWorkbook(
            f"有 {widest} 种列标题的文件", f"不超过 {MOST_COLUMNS} 列的名单", "请只保留要导入的列后重新上传"
        )
    if not proposal.recognised and isinstance(kind, ImportKind):
        names = "、".join(sheet["name"] for sheet in batch.sheets if sheet["name"]) or "一张工作表"
        raise UnreadableWorkbook(
            f"没有找到{kind.label}表的文件（{names[:80]}）",
            f"至少有一行标题，其中有“{kind.resource.columns[0].column_name}”等列的表",
            f"请核对选择的种类，或在表的上方补上标题行后重新上传；可参照台账模板中《{kind.label}》表的标题",
        )


def keep_file(batch: ImportBatch, file: ReadFile) -> None:
    """Saves the import with the rows of a ReadFile."""
    batch.sheets, batch.row_count = file.sheets, file.row_count
    batch.save()
    for part in file.parts:
        part.batch = batch
        part.save(force_insert=True)


def forget_expired(now: datetime) -> tuple[int, int]:
    """Deletes imports not committed within KEPT_DAYS, and the wrong rows kept for as long after a commit.

    Returns the number of deleted imports and of deleted parts.
    """
    files = 0
    for key in list(ImportBatch.objects.forgotten(now).values_list("pk", flat=True)):
        with transaction.atomic():
            # Queried again under the lock, to spare an import on which work has begun meanwhile.
            if locked := ImportBatch.objects.forgotten(now).select_for_update().filter(pk=key).first():
                locked.delete()
                files += 1
    written = ImportBatch.objects.filter(
        state__in=ImportBatch.WRITTEN, committed_at__lt=now - timedelta(days=KEPT_DAYS)
    )
    return files, ImportPart.objects.filter(batch__in=written).delete()[0]


def check_import(batch: ImportBatch, today: date | None = None) -> None:
    """Checks every row of the import, and saves outcomes and staged writes.

    Repeats the check until no further row contradicts others, since rows that refer to a wrong one become wrong too.
    Raises Superseded as soon as another worker has claimed the import.
    """
    day = today or timezone.localdate()
    adopt_answers(batch, day)
    late: dict[RowAt, list[Any]] = {}
    rounds = None
    while rounds is None or late.keys() != rounds:
        rounds = late.keys() | set()
        resources = resources_for(batch, today)
        mark = marks_of({model for resource in resources.values() for model in resource.watched()})
        go_on(batch, done_count=0)
        checked = CheckedSheets(batch, resources, late)
        checked.run()
        late = late | checked.late_problems()
    sheets = [sheet | {"counts": checked.by_sheet.get(sheet["number"], {})} for sheet in batch.sheets]
    sheets = with_remarks(sheets, checked.remarks)
    found = checked.found(day)
    if ADOPTED in batch.answers and found.is_writing:
        go_on(batch, answers={})
        check_import(batch, today)
        return
    questions = found.questions
    if batch.row_count <= MOST_TRIED_ROWS:
        questions = asked_at_once(found, batch.answers, partial(try_answers, batch, day, late))
    go_on(
        batch,
        state=State.CHECKED,
        counts=dict(checked.counts),
        sheets=sheets,
        warnings=checked.warnings,
        questions=[question.as_json() for question in questions],
        mark=mark,
    )


def adopt_answers(batch: ImportBatch, today: date) -> None:
    """Answers a file that is checked for the first time as it was when it was last written, if nothing changes so."""
    if batch.answers or batch.mark:
        return
    same = ImportBatch.objects.filter(kind=batch.kind, organisation=batch.organisation, sha256=batch.sha256)
    committed = same.filter(state=State.COMMITTED).order_by("-committed_at", "-pk")
    former = next((one for one in committed if one.answers), None)
    if former and not try_answers(batch, today, {}, former.answers).is_writing:
        go_on(batch, answers={ADOPTED: former.committed_at.date().isoformat()} | former.answers)


def set_going(batch: ImportBatch, act: str, *, only_right: bool = False, user: User | None = None) -> None:
    """Runs the step whose state the import has entered (check, commit or undo), in the background if it is large."""
    try:
        if background.is_large(batch):
            options = ["--only-right-rows"] * only_right + ([f"--user={user.pk}"] if user else [])
            background.start(batch, act, *options)
        else:
            RUNS[act](batch, only_right=only_right, user=user)
    except BaseException:
        # Marks the work as interrupted, since some parts may have new results and others former ones.
        batch.go_on(RUN_STATES[act], alive_at=None)
        raise


def enter_check(batch: ImportBatch) -> bool:
    """Moves an idle import to the state of checking, to be run by `set_going`; returns whether it did."""
    return batch.enter(State.CHECKING, State.MAPPING, State.CHECKED)


def begin_check(batch: ImportBatch) -> bool:
    """Starts the check against the current records; returns False where other work is in progress."""
    if is_entered := enter_check(batch):
        set_going(batch, "check")
    return is_entered


def begin_commit(batch: ImportBatch, *, only_right: bool = False) -> bool:
    """Starts the commit of an import unchanged since it was read; returns False otherwise."""
    if is_entered := batch.enter(State.COMMITTING, State.CHECKED, as_read=True):
        set_going(batch, "commit", only_right=only_right)
    return is_entered


def begin_undo(batch: ImportBatch, user: User) -> bool:
    """Starts the undo of a committed import; returns False where other work is in progress."""
    if is_entered := batch.enter(State.UNDOING, State.COMMITTED):
        set_going(batch, "undo", user=user)
    return is_entered


@whole_case_files()
def run_check(batch: ImportBatch, *, today: date | None = None, **options: Any) -> bool:
    """Checks the import's rows against the current records, as of `today`; returns whether it did.

    It does not where the import is already committed, or another worker has claimed it since it was read.
    """
    empty: dict[str, Any] = {"done_count": 0, "counts": {}, "warnings": [], "said": ""}
    before = State.MAPPING, State.CHECKED, State.CHECKING, State.COMMITTING
    if not batch.take_up(*before, state=State.CHECKING, **empty):
        return False
    try:
        check_import(batch, today)
    except Superseded:
        return False
    return True


@whole_case_files()
def run_commit(batch: ImportBatch, *, only_right: bool = False, **options: Any) -> bool:
    """Commits a checked import; returns whether it did. Otherwise it was checked again, or `said` has the reason."""
    if not batch.take_up(State.CHECKED, State.COMMITTING):
        return False
    try:
        commit.commit(batch, [kind.resource for kind, _ in kinds_with_sheets(batch)], only_right=only_right)
    except OutdatedCheck:
        if run_check(batch):
            batch.go_on(State.CHECKED, said=CHANGED_MEANWHILE)
    except CommitRefused as refusal:
        batch.go_on(batch.state, state=State.CHECKED, said=str(refusal))
    return batch.state == State.COMMITTED


@whole_case_files()
def run_undo(batch: ImportBatch, *, user: User | None = None, **options: Any) -> bool:
    """Undoes a committed import; returns whether it did. Otherwise `said` has the reason."""
    if not batch.take_up(State.UNDOING):
        return False
    try:
        undo.undo(batch, user, import_kinds().resources)
    except CommitRefused as refusal:
        batch.go_on(State.UNDOING, state=State.COMMITTED, said=str(refusal))
    return batch.state == State.UNDONE


RUNS: dict[str, Callable[..., bool]] = {"check": run_check, "commit": run_commit, "undo": run_undo}
RUN_STATES = {"check": State.CHECKING, "commit": State.COMMITTING, "undo": State.UNDOING}
