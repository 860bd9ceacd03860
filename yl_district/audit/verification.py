"""Verifying the access log: the whole chain, or what was added since the last checkpoint.

A checkpoint is a line of the log itself, which states up to which line, and with which digest, it was verified.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from .access_log import BEGINNING, FORMER_SCHEME, PRESENT_SCHEME, Action, digest_of, record, subject_of
from .models import AccessEntry
from .witnesses import Witness, lost, witness_code
from .write_once import ACCESS_LOG

CHECKPOINT = re.compile(r"核对至第 ([1-9][0-9]{0,17}) 条，摘要 ([0-9a-f]{64})")
WITNESSES_NAMED = 10


class Flaw(Exception):
    """Something is wrong with the log; the message says what."""


@dataclass(frozen=True)
class Verdict:
    """Result of verifying the log: number and digest of the last valid line, and the first problem, if any.

    `since` is the line at which the walk began: that of the last checkpoint, or 0.
    """

    number: int
    digest: str
    problem: str = ""
    since: int = 0

    @property
    def is_whole(self):
        return not self.problem

    @property
    def extent(self):
        """What was verified, in words."""
        return f"自核对点第 {self.since} 条起核对" if self.since else "全部核对"

    @property
    def as_checkpoint(self):
        """The detail of the line of the log that makes a checkpoint of this verdict."""
        return f"日志完整，共 {self.number} 条（{self.extent}）；核对至第 {self.number} 条，摘要 {self.digest}"

    def __str__(self):
        if not self.is_whole:
            return f"日志有误：{self.problem}"
        code = f"，凭证 {witness_code(self.number, self.digest)}" if self.number else ""
        last = f"最后一条为第 {self.number} 条，摘要 {self.digest}{code}。"
        return f"日志完整，共 {self.number} 条（{self.extent}），{last}"


@dataclass(frozen=True)
class ChainPlace:
    """A place in the chain: the line before it, with all that the next line must fit."""

    number: int = 0
    digest: str = BEGINNING
    at: datetime | None = None
    scheme: str = FORMER_SCHEME

    def after(self, entry):
        """The place behind this line; raises Flaw where the line does not follow."""
        if entry.number != self.number + 1:
            raise Flaw(f"缺少第 {self.number + 1} 条。")
        if entry.previous != self.digest:
            raise Flaw(f"第 {entry.number} 条与上一条不衔接。")
        scheme = scheme_of(entry, self.scheme)
        if scheme is None:
            raise Flaw(f"第 {entry.number} 条的内容被改动。")
        # The former scheme's lines have the times of a clock that may have been set back.
        if scheme == PRESENT_SCHEME and self.at and entry.at < self.at:
            raise Flaw(f"第 {entry.number} 条的时间早于上一条。")
        return replace(self, number=entry.number, digest=entry.digest, at=entry.at, scheme=scheme)


def scheme_of(entry, former=FORMER_SCHEME):
    """The scheme by which a line's digest is right, none older than `former`; None where it is wrong."""
    if entry.digest == digest_of(entry, PRESENT_SCHEME):
        return PRESENT_SCHEME
    if former == FORMER_SCHEME and entry.digest == digest_of(entry, FORMER_SCHEME):
        return FORMER_SCHEME
    return None


def verify(witnesses: Iterable[Witness] = (), *, whole: bool = True) -> Verdict:
    """Verifies the log in constant memory, all of it or from its last checkpoint.

    The chain alone cannot show that its end was cut off, or that it was computed anew by somebody who has the keys;
    `witnesses` noted outside the database can. Changes before the checkpoint show only in the whole.
    """
    place = ChainPlace()
    try:
        if not whole:
            place = last_checkpoint()
        since = place.number
        for entry in AccessEntry.objects.filter(number__gt=since).order_by("number").iterator(chunk_size=1000):
            place = place.after(entry)
        check_count(place.number)
        check_witnesses(witnesses)
        if ACCESS_LOG.missing(connection):
            raise Flaw("数据库中防止修改日志的触发器缺失、停用或被改动，请由管理员核查后重新建立。")
    except Flaw as flaw:
        return Verdict(place.number, place.digest, str(flaw))
    return Verdict(place.number, place.digest, since=since)


def last_checkpoint():
    """The place behind the line that the last checkpoint states, the beginning without one; raises Flaw if forged."""
    stated = AccessEntry.objects.filter(action=Action.VERIFY, detail__contains="核对至第 ")
    line = stated.order_by("-number").first()
    if line is None:
        return ChainPlace()
    found = CHECKPOINT.search(line.detail)
    if not found or scheme_of(line, PRESENT_SCHEME) is None or int(found[1]) >= line.number:
        raise Flaw(f"第 {line.number} 条（核对点）的内容被改动。")
    number, digest = int(found[1]), found[2]
    verified = AccessEntry.objects.filter(number=number, digest=digest).first()
    scheme = verified and scheme_of(verified)
    if not scheme:
        raise Flaw(f"第 {number} 条与第 {line.number} 条的核对点不符，已被改动或删除。")
    return ChainPlace(number, digest, verified.at, scheme)


def check_count(number):
    """Raises Flaw unless there are as many lines as the last one's number says, be they before a checkpoint."""
    count = AccessEntry.objects.filter(number__lte=number).count()
    if count != number:
        raise Flaw(f"应有 {number} 条，实有 {count} 条。")


def check_witnesses(witnesses):
    """Raises Flaw where the log has no line of one of the Witnesses."""
    missing = lost(witnesses)
    if missing:
        told = "、".join(map(str, missing[:WITNESSES_NAMED]))
        if len(missing) > WITNESSES_NAMED:
            told += f"等 {len(missing)} 个"
        raise Flaw(f"日志中没有凭证 {told} 的那一条：末尾的若干条已被删去，或日志被重写，或凭证抄写有误。")


def note_checkpoint(verdict, **by):
    """Adds a line that makes a checkpoint of a good verdict; `by` says who verified, as for `record`."""
    last = AccessEntry(number=verdict.number)
    return record(Action.VERIFY, subject_of(last), detail=verdict.as_checkpoint, **by)
