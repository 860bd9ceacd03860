"""Imports of one kind of records, from the file that was sent to the undoing of what it wrote."""

import hashlib

from django.utils import timezone

from yl_district.importing import commit, jobs, undo, work
from yl_district.importing.commit import Outdated, Refused
from yl_district.importing.proposal import propose
from yl_district.models import ImportBatch
from yl_district.spreadsheets import UnreadableWorkbook, stream_workbook

from .import_kinds import KINDS, resource_for
from .ledger import SHEETS

State = ImportBatch.State
CHANGED_MEANWHILE = "核对之后，他人修改了与这份文件有关的记录。系统已按最新的记录重新核对，请再看一遍结果后写入。"
TRIES = 3
MOST_COLUMNS = 500  # headings that a page can ask about


def open_import(kind, data, file_name, user=None, file=None):
    """Keeps a file and proposes how to read it; returns the import and the Proposal.

    `file` is the ReadFile where it was read already, as by a page, whose transaction must not last as long as that.
    Raises UnreadableWorkbook where it is no file of a kind that can be read, or holds no table.
    """
    work.forget(timezone.now())
    # The name of a file on disk need not be text.
    name = file_name.encode("utf-8", "replace").decode()[-255:]
    digest = hashlib.sha256(data).hexdigest()
    batch = ImportBatch(kind=kind.key, state=State.MAPPING, user=user, file_name=name, sha256=digest)
    batch.with_cases = kind.is_case
    work.keep_file(batch, file or work.read_file(stream_workbook(data, file_name)))
    proposal = propose(batch, kind.resource)
    headings = {one.heading for found in proposal.recognised.values() for one in found}
    if len(headings) > MOST_COLUMNS:
        batch.delete()
        raise UnreadableWorkbook(
            f"有 {len(headings)} 种列标题的文件", f"不超过 {MOST_COLUMNS} 列的名单", "请只保留要导入的列后重新上传"
        )
    if not proposal.recognised:
        names = "、".join(sheet["name"] for sheet in batch.sheets if sheet["name"]) or "一张工作表"
        batch.delete()
        raise UnreadableWorkbook(
            f"没有找到{kind.label}表的文件（{names[:80]}）",
            f"至少有一行标题，其中有“{kind.resource.columns[0].column_name}”等列的表",
            f"请核对选择的种类，或在表的上方补上标题行后重新上传；可参照台账模板中《{kind.label}》表的标题",
        )
    batch.mapping = proposal.mapping.to_json()
    batch.save()
    return batch, proposal


def set_going(batch, act, *, only_right=False, user=None):
    """Has the act done whose state the import has entered (check, commit or undo), in the background if it is large."""
    try:
        if jobs.is_large(batch):
            options = ["--only-right-rows"] * only_right + ([f"--user={user.pk}"] if user else [])
            jobs.start(batch, act, *options)
        else:
            ACTS[act](batch, only_right=only_right, user=user)
    except BaseException:
        # Parts may hold some of a new outcome and some of the former one.
        batch.go_on(STATES[act], alive_at=None)
        raise


def enter_check(batch):
    """Takes an import that nobody is at into its check, which `set_going` then does; returns whether it did."""
    return batch.enter(State.CHECKING, State.MAPPING, State.CHECKED)


def begin_check(batch):
    """Has the import's rows checked against the records as they are now; returns whether nobody else was at it."""
    if is_entered := enter_check(batch):
        set_going(batch, "check")
    return is_entered


def begin_commit(batch, *, only_right=False):
    """Has what was checked written, as the import is since it was read; returns whether nobody else was at it."""
    if is_entered := batch.enter(State.COMMITTING, State.CHECKED, as_read=True):
        set_going(batch, "commit", only_right=only_right)
    return is_entered


def begin_undo(batch, user):
    """Has what was written taken back; returns whether nobody else was at it."""
    if is_entered := batch.enter(State.UNDOING, State.COMMITTED):
        set_going(batch, "undo", user=user)
    return is_entered


def run_check(batch, **options):
    """Checks the import's rows against the records as they are now; returns whether it did.

    It does not where something was written already, or somebody else has begun the work since the import was read.
    """
    empty = {"done_count": 0, "counts": {}, "warnings": [], "said": ""}
    before = State.MAPPING, State.CHECKED, State.CHECKING, State.COMMITTING
    if not batch.take_up(*before, state=State.CHECKING, **empty):
        return False
    try:
        work.check(batch, resource_for(batch))
    except work.Superseded:
        return False
    return True


def run_commit(batch, *, only_right=False, **options):
    """Writes what was checked; returns whether it did, else the import has been checked again, or says why not."""
    if not batch.take_up(State.CHECKED, State.COMMITTING):
        return False
    try:
        commit.commit(batch, KINDS[batch.kind].resource, only_right=only_right)
    except Outdated:
        if run_check(batch):
            batch.go_on(State.CHECKED, said=CHANGED_MEANWHILE)
    except Refused as refusal:
        batch.go_on(batch.state, state=State.CHECKED, said=str(refusal))
    return batch.state == State.COMMITTED


def run_undo(batch, *, user=None, **options):
    """Takes a committed import back; returns whether it did, else the import says why not."""
    if not batch.take_up(State.UNDOING):
        return False
    try:
        undo.undo(batch, user, SHEETS)
    except Refused as refusal:
        batch.go_on(State.UNDOING, state=State.COMMITTED, said=str(refusal))
    return batch.state == State.UNDONE


ACTS = {"check": run_check, "commit": run_commit, "undo": run_undo}
STATES = {"check": State.CHECKING, "commit": State.COMMITTING, "undo": State.UNDOING}


def take_in_rows(kind, data, file_name, *, check=False, only_right=False, user=None):
    """Opens, checks and (without `check`) commits a file in one go; returns the import and what the check found.

    What is wrong with the file's columns, or in any of its rows where not only the right ones are wanted, keeps all of
    it out; then, as after a mere check, the file is not kept either. Raises UnreadableWorkbook.
    """
    batch, proposal = open_import(kind, data, file_name, user)
    found = work.Findings(batch, proposal)
    if not proposal.missing:
        for _ in range(TRIES):
            run_check(batch)
            found.read()
            if check or (found.errors and not only_right) or run_commit(batch, only_right=only_right):
                break
    found.is_written = batch.state == State.COMMITTED
    if not found.is_written:
        found.said = batch.said
        batch.delete()
    return found
