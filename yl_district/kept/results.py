"""Results kept in the database: looked up by what was counted, and used while no register that they rest on changed.

What a result rests on is not stated anywhere: it is what was read while it was counted. A result is kept only where the
database notes the changes of everything that was read, and nothing of it changed meanwhile. Case files are no such
registers, so that nothing that rests on them is ever kept.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from typing import Any, TypeAlias

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Max

from ..database.outages import hardly_waiting, outage_of
from ..privacy.encryption import DecryptionError
from .models import KeptResult
from .reading import note_read, tables_read, unnoticed
from .registers import RegisterMarks, current_marks, forget_former_changes

logger = logging.getLogger(__name__)

# What JSON can hold, of which a result consists.
Json: TypeAlias = Any
# (name of what is counted, whatever it depends on besides registers).
Asked: TypeAlias = tuple[Any, ...]

MOST_RESULTS = 5_000
_moment: ContextVar[dict[Hashable, Any] | None] = ContextVar("moment", default=None)
# Milliseconds for which a page waits for a writer before it goes on without having kept what it counted.
WAIT = 20


@contextmanager
def one_moment() -> Iterator[None]:
    """Has what is looked up in the block hold by the registers as they are at the first look, asked for once.

    For a page that writes to no register.
    """
    token = _moment.set({})
    try:
        yield
    finally:
        _moment.reset(token)


def once_a_moment(name: Hashable, look: Callable[[], Any]) -> Any:
    """The result of `look`, within a block of `one_moment` that of the first look of this name."""
    known = _moment.get()
    if known is None:
        return look()
    if name not in known:
        with tables_read() as tables:
            known[name] = look(), tables
    found, tables = known[name]
    # Whatever uses it rests on the same tables.
    note_read(tables)
    return found


def marks_of_moment() -> RegisterMarks:
    """The marks of the block of `one_moment`, or of now."""
    marks: RegisterMarks = once_a_moment("marks", current_marks)
    return marks


def kept_results(asked: Mapping[Asked, Callable[[], Json]]) -> dict[Asked, Json]:
    """The results of the functions by what they count, each from what is kept or counted now, and then kept.

    Within a transaction, which may have changed what is read and takes it back, all are counted.
    """
    if connection.in_atomic_block or not asked:
        return {one: count() for one, count in asked.items()}
    with unnoticed():
        marks = marks_of_moment()
        keys = {one: result_key(one, marks.database) for one in asked}
        rows = {row.key: row for row in KeptResult.objects.filter(key__in=keys.values())}
    found, counted = {}, {}
    for one, count in asked.items():
        row = rows.get(keys[one])
        content = content_of(row, marks) if row else None
        if row and content is not None:
            note_read(row.marks)
            found[one] = content[0]
        else:
            with tables_read() as tables:
                found[one] = count()
            counted[keys[one]] = found[one], tables
    if counted:
        with unnoticed():
            keep(counted, marks)
    return {one: found[one] for one in asked}


def kept_result(asked: Asked, count: Callable[[], Json]) -> Json:
    """The one result of the function, from what is kept or counted now."""
    return kept_results({asked: count})[asked]


def content_of(row: KeptResult, marks: RegisterMarks) -> Json | None:
    """What a row holds, as a list of one; None where it no longer holds, or can't be read."""
    if marks.of(row.marks.keys()) != row.marks:
        return None
    try:
        return row.content
    except DecryptionError:
        return None


def keep(counted: Mapping[str, tuple[Json, set[str]]], before: RegisterMarks) -> None:
    """Keeps what was counted since `before`, by key, with the tables read; all goes on where it cannot be written."""
    rested = {key: before.of(tables) for key, (_, tables) in counted.items()}
    able = {key: marks for key, marks in rested.items() if marks and before.are_final(marks)}
    now = current_marks() if able else before
    rows = [result_row(key, marks, counted[key][0]) for key, marks in able.items() if now.of(marks.keys()) == marks]
    if not rows:
        return
    try:
        with hardly_waiting(WAIT):
            KeptResult.objects.filter(key__in=[row.key for row in rows]).delete()
            KeptResult.objects.bulk_create(rows, ignore_conflicts=True)
            newest = KeptResult.objects.aggregate(newest=Max("pk"))["newest"] or 0
            KeptResult.objects.filter(pk__lte=newest - MOST_RESULTS).delete()
            forget_former_changes()
    except DatabaseError as error:
        if not outage_of(error):
            raise
        logger.info("What was counted could not be kept: %s", outage_of(error))


def result_row(key: str, marks: dict[str, int], result: Json) -> KeptResult:
    """The row that keeps a result."""
    # None and 0 are results as well, while an empty cell holds nothing.
    content: Any = [result]
    return KeptResult(key=key, marks=marks, content=content)


def result_key(asked: Asked, database: int) -> str:
    """The key by which a result is kept, in this database and by this version of the code."""
    text = json.dumps([code_version(), database, asked], ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()


@cache
def code_version() -> str:
    """A digest of all code that decides what a result is."""
    digest = sha256(django.__version__.encode())
    for folder in ("yl_district", *settings.REGISTER_APPS, "assistance"):
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
