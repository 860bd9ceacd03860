"""The access log: who signed in, opened a case, unmasked, exported or was refused.

`record` writes one line in the transaction of the act itself, before the answer leaves; where the line cannot be
written the act does not happen.
"""

import hashlib
import hmac
import json

from django.db import connection, transaction
from django.utils import timezone

from .keys import derived_key
from .models import AccessEntry

Action = AccessEntry.Action
BEGINNING = "0" * 64
# Any number that no other advisory lock of this database uses.
LOCK = 7_305_117_301


@transaction.atomic
def record(action, subject="", *, user=None, request=None, detail=""):
    """Adds one line; `subject` names the record (`assistance.assistedyouth:12`) or file, never what it holds."""
    if user is None and request is not None and request.user.is_authenticated:
        user = request.user
    take_turn()
    last = AccessEntry.objects.order_by("-number").values_list("number", "digest").first()
    number, previous = last or (0, BEGINNING)
    entry = AccessEntry(
        number=number + 1,
        at=timezone.now(),
        user_id=user and user.pk,
        who=user.get_username() if user else "",
        action=action,
        subject=subject[:255],
        detail=detail,
        address=request.META.get("REMOTE_ADDR", "")[:64] if request else "",
        previous=previous,
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


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
