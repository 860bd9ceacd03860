"""The mark at the end of every exported row, by which an import recognises the record.

`member-123@20261125T213005#3fa9c1` is the member with the key 123 as it was on 25 November 2026, 21:30:05 local time,
in the database tagged 3fa9c1. Marks without a tag are those of earlier versions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Model
from django.utils import timezone

from ..history.tracking import kind_of
from .cells import INVISIBLE
from .models import DatabaseTag

HEADING = "导出标记"
MOMENT = "%Y%m%dT%H%M%S"
MARK = re.compile(r"([a-z]+(?:_[a-z]+)*)-([0-9]{1,18})@([0-9]{8}T[0-9]{6})(?:#([0-9a-f]{6}))?")


class Mark(NamedTuple):
    """What a mark states: the record's kind and key, the moment to the second, the database's tag ("" in old ones)."""

    kind: str
    key: int
    moment: datetime
    tag: str


def mark(record: Model, moment: datetime) -> str:
    """Returns the mark of a record exported at a moment."""
    return marks(type(record), moment)(record.pk)


def marks(model: type[Model], moment: datetime) -> Callable[[int], str]:
    """Returns a function from a record's key to its mark."""
    tag = DatabaseTag.objects.get().tag
    head, tail = f"{kind_of(model)}-", f"@{timezone.localtime(moment):{MOMENT}}#{tag}"
    return lambda pk: f"{head}{pk}{tail}"


def parse_mark(text: object) -> Mark | None:
    """Returns the Mark that a cell states; None where it is no mark."""
    compact = "".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", str(text or ""))).split())
    match = MARK.fullmatch(compact)
    if not match:
        return None
    kind, pk, moment, tag = match.groups()
    try:
        return Mark(kind, int(pk), timezone.make_aware(datetime.strptime(moment, MOMENT)), tag or "")
    except ValueError:
        return None
