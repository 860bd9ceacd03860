"""The access log: who signed in, opened a case, unmasked, exported or was refused.

`record` writes one line in the transaction of the action itself, before the response is sent; if the line cannot be
written, the action does not happen.
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
from .models import AccessEntry
from .write_once import ACCESS_LOG

Action = AccessEntry.Action
BEGINNING = "0" * 64
# An arbitrary number, used by no other advisory lock of this database.
LOCK = 7_305_117_301


class AccessLogUnavailable(Exception):
    """A line could not be written, so the action that it records must not happen."""


def record(action, subject="", *, user=None, request=None, detail="", who=""):
    """Appends one line; `subject` names the record (`assistance.assistedyouth:12`) or file, never its content.

    `who` names somebody without an account. Call it after all other writes of the transaction: until that ends,
    nobody else can append a line. Raises AccessLogUnavailable where the database refuses the line.
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
    """Saves the line at the end of the hash chain."""
    lock_log_tail()
    entry.at = timezone.now()
    last = AccessEntry.objects.order_by("-number").values_list("number", "digest").first()
    number, entry.previous = last or (0, BEGINNING)
    entry.number = number + 1
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def storable(text):
    """The text with lone surrogates and NUL replaced, which PostgreSQL cannot store."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def subject_of(row):
    """The log's name for a stored row, such as `assistance.assistedyouth:12`."""
    return f"{row._meta.label_lower}:{row.pk}"


def lock_log_tail():
    """Serialises appends with an advisory lock, so that the hash chain cannot fork.

    On SQLite the IMMEDIATE transaction already excludes other writers.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def digest_of(entry):
    """The HMAC-SHA256 over all fields of a line, including the digest of the previous line."""
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
    """The operating system's name, else the number, of the user who runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass(frozen=True)
class Verdict:
    """Result of verifying the chain: number and digest of the last valid line, and the first problem, if any."""

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
    """Verifies the whole chain in constant memory; `expected` is a digest noted earlier that it must still contain.

    The chain alone cannot reveal that its last lines were deleted; a digest noted outside the database can.
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
    if ACCESS_LOG.missing(connection):
        return Verdict(number, digest, "数据库中防止修改日志的触发器缺失，请由管理员核查后重新建立。")
    return Verdict(number, digest)


def flaw(entry, number, previous):
    """The problem with a line that should have this number and follow the digest `previous`; "" where it is valid."""
    if entry.number != number:
        return f"缺少第 {number} 条。"
    if entry.previous != previous:
        return f"第 {number} 条与上一条不衔接。"
    if entry.digest != digest_of(entry):
        return f"第 {number} 条的内容被改动。"
    return ""
