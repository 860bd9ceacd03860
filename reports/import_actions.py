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


def open_import(kind, data, file_name, user=None, parts=None):
    """Keeps a file and proposes how to read it; returns the import and the Proposal.

    `parts` are its rows where they are known already, as of what was pasted.

    Raises UnreadableWorkbook where it is no file of a kind that can be read, or holds no table.
    """
    ImportBatch.objects.forgotten(timezone.now()).delete()
    # The name of a file on disk need not be text.
    name = file_name.encode("utf-8", "replace").decode()[-255:]
    digest = hashlib.sha256(data).hexdigest()
    batch = ImportBatch(kind=kind.key, state=State.MAPPING, user=user, file_name=name, sha256=digest)
    batch.with_cases = kind.is_case
    work.keep_file(batch, stream_workbook(data, file_name) if parts is None else parts)
    proposal = propose(batch, kind.resource)
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


def begin(batch, state, *former, act, only_right=False, user=None):
    """Has one act done on the import, in the background where it is large; returns whether nobody else was at it.

    `act` is check, commit or undo.
    """
    was = batch.state
    if not batch.enter(state, *former):
        return False
    try:
        if jobs.is_large(batch):
            options = ["--only-right-rows"] * only_right + ([f"--user={user.pk}"] if user else [])
            jobs.start(batch, act, *options)
        else:
            ACTS[act](batch, only_right=only_right, user=user)
    except BaseException:
        ImportBatch.objects.filter(pk=batch.pk, state=state).update(state=was)
        raise
    return True


def begin_check(batch):
    """Has the import's rows checked against the records as they are now."""
    return begin(batch, State.CHECKING, State.MAPPING, State.CHECKED, act="check")


def begin_commit(batch, *, only_right=False):
    """Has what was checked written."""
    return begin(batch, State.COMMITTING, State.CHECKED, act="commit", only_right=only_right)


def begin_undo(batch, user):
    """Has what was written taken back."""
    return begin(batch, State.UNDOING, State.COMMITTED, act="undo", user=user)


def run_check(batch, **options):
    """Checks the import's rows against the records as they are now."""
    batch.done_count, batch.counts, batch.warnings = 0, {}, []
    batch.state, batch.said = State.CHECKING, ""
    batch.save()
    batch.is_worked_on_here()
    work.check(batch, resource_for(batch))


def run_commit(batch, *, only_right=False, **options):
    """Writes what was checked; returns whether it did, else the import has been checked again, or says why not."""
    resource = KINDS[batch.kind].resource
    batch.is_worked_on_here()
    try:
        commit.commit(batch, resource, only_right=only_right)
    except Outdated:
        run_check(batch)
        batch.said = CHANGED_MEANWHILE
        batch.save(update_fields=["said"])
    except Refused as refusal:
        batch.state, batch.said = State.CHECKED, str(refusal)
        batch.save(update_fields=["state", "said"])
    return batch.state == State.COMMITTED


def run_undo(batch, *, user=None, **options):
    """Takes a committed import back; returns whether it did, else the import says why not."""
    batch.is_worked_on_here()
    try:
        undo.undo(batch, user, SHEETS)
    except Refused as refusal:
        batch.state, batch.said = State.COMMITTED, str(refusal)
        batch.save(update_fields=["state", "said"])
    return batch.state == State.UNDONE


ACTS = {"check": run_check, "commit": run_commit, "undo": run_undo}


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
