"""Imports, the parts of their files, and remembered meanings of headings and texts."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from ..packing import packed, unpacked
from ..privacy.encryption import EncryptedJSONField, EncryptedTextField, SealedModel, encrypted_fields, readable
from ..typing import User
from .stage import Act

LEDGER = "ledger"
SILENCE = timedelta(minutes=10)  # without a heartbeat, after which work counts as interrupted
KEPT_DAYS = 14  # for which the contents of a file are kept


def this_process() -> str:
    """This process as `host:pid`."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def new_worker() -> str:
    """A unique worker name, `token@host:pid`, for work that begins in this process."""
    return f"{secrets.token_hex(4)}@{this_process()}"


def is_alive(process: int) -> bool:
    """Whether the process with this id exists on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


class CommitteeQuerySet(models.QuerySet):
    """Rows of a committee below the root; those without an organisation are the district committee's."""

    def of_committees(self, user: User) -> Self:
        """Rows of the committees of which the user is staff and of those below; at the root all."""
        found = models.Q(pk__in=[])
        for committee in user.committees:
            if committee.is_root():
                return self
            found |= models.Q(organisation__path__startswith=committee.path)
        return self.filter(found)

    def taught_to(self, committee: models.Model | None) -> Self:
        """Rows valid for a committee: the district's and its own, which come last; for the district only its own."""
        own = models.Q(organisation__isnull=True)
        return self.filter(own | models.Q(organisation=committee) if committee else own).order_by(
            models.F("organisation").asc(nulls_first=True), "pk"
        )


class ImportBatchQuerySet(CommitteeQuerySet):
    def open_to(self, user: User, kinds: Iterable[str]) -> Self:
        """Imports of these kinds that the user may see: committed ones, and the user's own before that."""
        written = models.Q(state__in=ImportBatch.WRITTEN)
        return self.of_committees(user).filter(written | models.Q(user=user), kind__in=kinds)

    def unfinished(self) -> Self:
        """Imports that wait for an answer or for being written."""
        return self.filter(state__in=(ImportBatch.State.MAPPING, ImportBatch.State.CHECKED))

    def forgotten(self, now: datetime) -> Self:
        """Imports not committed within KEPT_DAYS, except those being worked on."""
        at_work = models.Q(state__in=ImportBatch.BUSY, alive_at__gte=now - SILENCE)
        waiting = self.exclude(state__in=ImportBatch.WRITTEN).exclude(at_work)
        return waiting.filter(created_at__lt=now - timedelta(days=KEPT_DAYS))


class ImportBatch(SealedModel):
    """One import: who uploaded which file, what the check found, and what was written or undone.

    One of a committee below the root has its `organisation`, and reads and writes only what its staff keep.
    """

    class State(models.TextChoices):
        MAPPING = "mapping", "待确认列"
        CHECKING = "checking", "正在核对"
        CHECKED = "checked", "待写入"
        COMMITTING = "committing", "正在写入"
        COMMITTED = "committed", "已写入"
        UNDOING = "undoing", "正在撤销"
        UNDONE = "undone", "已撤销"

    BUSY = (State.CHECKING, State.COMMITTING, State.UNDOING)
    WRITTEN = (State.COMMITTED, State.UNDOING, State.UNDONE)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人")
    organisation = models.ForeignKey("orgs.Organisation", models.PROTECT, null=True, verbose_name="为哪个团委导入")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    kind = models.CharField("种类", max_length=20, default=LEDGER)
    state = models.CharField("状态", max_length=20, choices=State, default=State.COMMITTED)
    file_name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField("文件摘要", max_length=64)
    sheets = models.JSONField("工作表", default=list)
    mapping = models.JSONField("列的对应", default=dict)
    row_count = models.PositiveIntegerField("行数", default=0)
    done_count = models.PositiveIntegerField("已核对行数", default=0)
    counts = models.JSONField("结果", default=dict)
    warnings = models.JSONField("提示", default=list)
    questions = models.JSONField("问题", default=list)
    # These point at the people of a list, of case files too.
    answers = EncryptedJSONField("答复", default=dict)
    mark = models.JSONField("核对时的记录版本", default=dict)
    with_cases = models.BooleanField("含个案", default=False)
    only_right = models.BooleanField("只写入正确的行", default=False)
    written = EncryptedJSONField("写入的记录", default=list)
    said = models.CharField("处理结果", max_length=300, blank=True)
    worker = models.CharField("处理进程", max_length=100, blank=True)
    alive_at = models.DateTimeField("最近处理时间", null=True)
    is_queued = models.BooleanField("排队中", default=False)
    committed_at = models.DateTimeField("写入时间", null=True)
    undone = models.JSONField("撤销结果", default=dict)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="undone_imports", verbose_name="撤销人"
    )

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "导入记录"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """URL of the import's page, the same in every state."""
        return reverse("import_batch_detail", args=[self.pk])

    @property
    def is_busy(self) -> bool:
        """Whether work on it is in progress."""
        return self.state in self.BUSY and not self.is_broken_off

    @property
    def is_broken_off(self) -> bool:
        """Whether work on it was interrupted: its process has ended, or has sent no heartbeat for SILENCE."""
        if self.state not in self.BUSY:
            return False
        is_silent = self.alive_at is None or timezone.now() - self.alive_at > SILENCE
        host, _, process = self.worker.rpartition("@")[2].rpartition(":")
        return is_silent or (host == socket.gethostname()[:80] and not is_alive(int(process)))

    @property
    def state_words(self) -> str:
        """The state in words; queued work is shown as such."""
        return "排队中" if self.is_queued and self.is_busy else self.get_state_display()

    @property
    def public_name(self) -> str:
        """Its name for readers without access to case files: a file name could reveal them."""
        return f"导入记录 {self.pk}" if self.with_cases else self.file_name

    def in_parts(self, sheets: Iterable[int] | None = None) -> Iterator[ImportPart]:
        """Yields the parts of the file, or of these sheets, in order, one in memory at a time.

        Each part has its own query: on SQLite a connection with an open read cannot write once others have written.
        """
        wanted = self.parts.all() if sheets is None else self.parts.filter(sheet__in=sheets)
        for number in list(wanted.order_by("number").values_list("number", flat=True)):
            if part := self.parts.filter(number=number).first():
                yield part

    def enter(self, state: str, *former: str, as_read: bool = False) -> bool:
        """Moves the import atomically from one of the states `former` to `state`; returns whether it did.

        Of several concurrent callers one succeeds. Interrupted work may enter its state again, and an interrupted
        commit may go to the check. With `as_read` the import must be unchanged since it was read.
        """
        rows = ImportBatch.objects.filter(pk=self.pk, state__in=former)
        if as_read:
            rows = rows.filter(alive_at=self.alive_at)
        is_again = self.state == state or (self.state, state) == (self.State.COMMITTING, self.State.CHECKING)
        if is_again and self.is_broken_off:
            rows = ImportBatch.objects.filter(pk=self.pk, state=self.state, alive_at=self.alive_at)
        moved = bool(rows.update(state=state, alive_at=timezone.now(), worker=new_worker(), is_queued=False))
        self.refresh_from_db()
        return moved

    def take_up(self, *states: str, **values: Any) -> bool:
        """Claims the work for this process and stores `values`; returns whether it did.

        It does not where the import is in none of `states`, or somebody else has claimed it since it was read.
        """
        return self._moved(states, {"worker": new_worker(), "is_queued": False} | values)

    def go_on(self, known: str, /, **values: Any) -> bool:
        """Sends a heartbeat and stores `values`; returns False where the work is no longer this worker's.

        Then the import has left the state `known`, was claimed by somebody else, or was deleted.
        """
        return self._moved([known], values)

    def _moved(self, states: Iterable[str], values: dict[str, Any]) -> bool:
        values = {"alive_at": timezone.now()} | values
        rows = ImportBatch.objects.filter(pk=self.pk, state__in=states, worker=self.worker)
        sealed = {field.name: field for field in encrypted_fields(ImportBatch) if values.get(field.name)}
        stored = {name: field.closed(values[name], self) for name, field in sealed.items()}
        if not rows.update(**values | stored):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True


class ImportPart(SealedModel):
    """Up to PART_ROWS rows of one sheet, with the check's findings for each row and the staged writes."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="parts", verbose_name="导入")
    number = models.PositiveIntegerField("序号")
    sheet = models.PositiveIntegerField("工作表序号")
    first_row = models.PositiveIntegerField("首行")
    content = EncryptedTextField("各行内容")
    tags = models.TextField("各行结果", blank=True)
    findings = EncryptedTextField("各行核对结果", blank=True)
    staged = EncryptedTextField("待写入内容", blank=True)

    class Meta:
        verbose_name = "导入内容"
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_part_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"

    @property
    def rows(self) -> list[list[Any]]:
        """The cells of each row, as uploaded or corrected since."""
        return unpacked(readable(self.content))

    @rows.setter
    def rows(self, rows: Sequence[Sequence[Any]]) -> None:
        self.content = packed(rows)

    @property
    def told(self) -> dict[int, dict[str, Any]]:
        """The check's findings, {row's place in this part: Outcome as a dict}."""
        return (
            {int(place): found for place, found in unpacked(readable(self.findings)).items()} if self.findings else {}
        )

    @told.setter
    def told(self, told: dict[int, Any]) -> None:
        self.findings = packed(told)

    @property
    def acts(self) -> list[Act]:
        """The staged writes."""
        return [Act(*act) for act in unpacked(readable(self.staged))] if self.staged else []

    @acts.setter
    def acts(self, acts: Sequence[Act]) -> None:
        self.staged = packed(acts)


def once_for_each(name: str, *fields: str) -> list[models.BaseConstraint]:
    """The constraints by which these fields are unique among the district committee's rows, and each other's."""
    ours = models.Q(organisation__isnull=True)
    return [
        models.UniqueConstraint(fields=fields, condition=ours, name=f"{name}_once"),
        models.UniqueConstraint(fields=["organisation", *fields], name=f"{name}_once_below"),
    ]


class ImportHeading(models.Model):
    """The remembered meaning of a heading in files of a kind; without a column it is ignored.

    What a committee below the root explains holds for itself, what the district committee explains for all.
    """

    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, null=True, verbose_name="由哪个团委说明")
    kind = models.CharField("种类", max_length=20)
    heading = models.CharField("标题", max_length=100)
    column = models.CharField("列", max_length=40, blank=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = "标题的含义"
        constraints = once_for_each("import_heading", "kind", "heading")

    def __str__(self) -> str:
        return self.heading


class ImportAlias(models.Model):
    """The remembered meaning of a text in a column of files of a kind, valid as that of a heading is."""

    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, null=True, verbose_name="由哪个团委说明")
    kind = models.CharField("种类", max_length=20)
    column = models.CharField("列", max_length=40)
    found = models.CharField("写法", max_length=100)
    meant = models.CharField("含义", max_length=100)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = "写法的含义"
        constraints = once_for_each("import_alias", "kind", "column", "found")

    def __str__(self) -> str:
        return self.found
