"""The mark at the end of every exported row: which record it was, and when; an import knows the record by it again.

`member-123@20261125T213005` is the member with the key 123 as it stood on 25 November 2026, 21:30:05 local time.
"""

import re
import unicodedata
from datetime import datetime

from django.utils import timezone

from ..history.tracking import kind_of
from .cells import INVISIBLE

HEADING = "导出标记"
MOMENT = "%Y%m%dT%H%M%S"
MARK = re.compile(r"([a-z]+(?:_[a-z]+)*)-([0-9]{1,18})@([0-9]{8}T[0-9]{6})")


def mark(record, moment):
    """The mark of a record exported at a moment."""
    return marks(type(record), moment)(record.pk)


def marks(model, moment):
    """A function that gives the mark of the model's record with a key."""
    head, tail = f"{kind_of(model)}-", f"@{timezone.localtime(moment):{MOMENT}}"
    return lambda pk: f"{head}{pk}{tail}"


def read(text):
    """The kind, key and moment that a mark states, to the second; None for what is no mark."""
    compact = "".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", str(text or ""))).split())
    match = MARK.fullmatch(compact)
    if not match:
        return None
    kind, pk, moment = match.groups()
    try:
        return kind, int(pk), timezone.make_aware(datetime.strptime(moment, MOMENT))
    except ValueError:
        return None
