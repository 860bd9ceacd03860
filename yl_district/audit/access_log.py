"""The access log: who signed in, opened a case, unmasked, exported or was refused.

`record` writes one line in the transaction of the action itself, before the response is sent; if the line cannot be
written, the action does not happen.
"""

import getpass
import hmac
import json
import os
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ..privacy.keys import derived_key
from .models import AccessEntry
from .syslog import tell_syslog

Action = AccessEntry.Action
BEGINNING = "0" * 64
# What the keys of digests are derived for. The first line of the present scheme ends the former one for good, so that
# nothing later can pass for a line from before the upgrade.
FORMER_SCHEME, PRESENT_SCHEME = "access log", "access log 2"
# By so much the clocks of machines may differ without a remark.
CLOCK_SLACK = timedelta(seconds=2)
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
    last = AccessEntry.objects.order_by("-number").values_list("number", "digest", "at").first()
    now = timezone.now()
    number, entry.previous, before = last or (0, BEGINNING, now)
    date_line(entry, now, before)
    entry.number = number + 1
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    transaction.on_commit(lambda: tell_syslog(entry.number, entry.digest), robust=True)
    return entry


def date_line(entry, now, before):
    """Dates the line `now`, never before the last one, dated `before`: then it says what the clock showed instead."""
    entry.at = max(now, before)
    if before - now > CLOCK_SLACK:
        shown = timezone.localtime(now)
        entry.detail = f"〔系统时钟 {shown:%Y-%m-%d %H:%M:%S} 早于上一条，时间从上一条〕{entry.detail}"


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


def digest_of(entry, scheme=PRESENT_SCHEME):
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
    return hmac.digest(derived_key(scheme), as_json(said).encode(), "sha256").hex()


# Made once, since each call of json.dumps with such options makes it anew.
as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def operating_system_user():
    """The operating system's name, else the number, of the user who runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
