"""The access log: who signed in, opened a case, unmasked, exported or was refused.

`record` writes one line in the transaction of the act itself, before the answer leaves; where the line cannot be
written the act does not happen.
"""

import getpass
import hashlib
import hmac
import json
import os
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ..privacy.keys import derived_key
from .append_only import missing
from .models import AccessEntry

Action = AccessEntry.Action
BEGINNING = "0" * 64
# Any number that no other advisory lock of this database uses.
LOCK = 7_305_117_301


class AccessLogUnavailable(Exception):
    """A line could not be written, so that what it would have told of must not happen."""


def record(action, subject="", *, user=None, request=None, detail="", who=""):
    """Adds one line; `subject` names the record (`assistance.assistedyouth:12`) or file, never what it holds.

    `who` names somebody without an account. Whoever changes rows as well calls it after that: until the transaction
    ends nobody else can add a line. Raises AccessLogUnavailable where the database does not take the line.
    """
    if user is None and request is not None and request.user.is_authenticated:
        user = request.user
    entry = AccessEntry(
        user_id=user and user.pk,
        who=storable(user.get_username() if user else who)[:150],
        action=action,
        subject=storable(subject)[:255],
        detail=storable(detail),
        address=storable(request.META.get("REMOTE_ADDR", ""))[:64] if request else "",
    )
    try:
        return append(entry)
    except DatabaseError as error:
        raise AccessLogUnavailable from error


@transaction.atomic
def append(entry):
    """Gives the line its place at the end of the chain."""
    take_turn()
    entry.at = timezone.now()
    last = AccessEntry.objects.order_by("-number").values_list("number", "digest").first()
    number, entry.previous = last or (0, BEGINNING)
    entry.number = number + 1
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def storable(text):
    """The text without what PostgreSQL cannot hold."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def subject_of(row):
    """A stored row as the log names it, `assistance.assistedyouth:12`."""
    return f"{row._meta.label_lower}:{row.pk}"


def take_turn():
    """Waits until no other transaction is adding a line, so that every line knows the one before it.

    On SQLite the transaction itself, being IMMEDIATE, already keeps others out.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def digest_of(entry):
    """The keyed digest (HMAC-SHA256) of everything that a line says, the digest of the line before it included."""
    said = [
        entry.number,
        entry.at.isoformat(),
        entry.user_id,
        entry.who,
        str(entry.action),
        entry.subject,
        entry.detail,
        entry.address,
        entry.previous,
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(derived_key("access log"), text.encode(), hashlib.sha256).hexdigest()


def operating_system_user():
    """Who runs the command, as the operating system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found: the last line that holds, and the first thing wrong, if any."""

    number: int
    digest: str
    problem: str = ""

    @property
    def is_whole(self):
        return not self.problem

    def __str__(self):
        place = f"最后一条为第 {self.number} 条，摘要 {self.digest}。"
        return f"日志完整，共 {self.number} 条，{place}" if self.is_whole else f"日志有误：{self.problem}"


def verify(expected=""):
    """Walks along the whole chain in constant memory; `expected` is a digest noted earlier, which it must still hold.

    The chain by itself cannot tell that its last lines are gone: for that somebody has to note a digest elsewhere.
    """
    number, digest, is_found = 0, BEGINNING, expected in ("", BEGINNING)
    for entry in AccessEntry.objects.order_by("number").iterator(chunk_size=1000):
        problem = flaw(entry, number + 1, digest)
        if problem:
            return Verdict(number, digest, problem)
        number, digest = entry.number, entry.digest
        is_found = is_found or digest == expected
    if not is_found:
        return Verdict(number, digest, f"没有摘要为 {expected} 的一条：末尾的若干条已被删去，或摘要抄写有误。")
    if missing(connection):
        return Verdict(number, digest, "数据库中防止修改日志的触发器缺失，请由管理员核查后重新建立。")
    return Verdict(number, digest)


def flaw(entry, number, previous):
    """What is wrong with the line that should be the one of this number, after the one with digest `previous`."""
    if entry.number != number:
        return f"缺少第 {number} 条。"
    if entry.previous != previous:
        return f"第 {number} 条与上一条不衔接。"
    if entry.digest != digest_of(entry):
        return f"第 {number} 条的内容被改动。"
    return ""
