"""Which tables a piece of work reads, told by the SQL that it has executed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any

from django.apps import apps
from django.db import connection

# Stands for a table that the SQL does not name as Django does.
UNTOLD_TABLE = "?"
QUOTED_NAME = re.compile(r'"(\w+)"')
# But for the elements of a list that the statement is given.
UNQUOTED_TABLE = re.compile(r'\b(?:FROM|JOIN)\s+(?!["(]|json_each\(%s\))', re.IGNORECASE)

_reading: ContextVar[tuple[set[str], ...]] = ContextVar("reading", default=())


@contextmanager
def tables_read() -> Iterator[set[str]]:
    """Yields the set of the tables that the block reads, those of kept results that it uses among them."""
    outer, found = _reading.get(), set[str]()
    token = _reading.set((*outer, found))
    try:
        if outer:
            yield found
        else:
            with connection.execute_wrapper(note_statement):
                yield found
    finally:
        _reading.reset(token)


@contextmanager
def unnoticed() -> Iterator[None]:
    """Has the block read tables that what is counted around it does not rest on."""
    token = _reading.set(())
    try:
        yield
    finally:
        _reading.reset(token)


def note_read(tables: Iterable[str]) -> None:
    """Adds tables to what is being read."""
    for found in _reading.get():
        found.update(tables)


def note_statement(execute: Any, sql: str, *arguments: Any) -> Any:
    """Executes a statement, and notes the tables that it names."""
    note_read(tables_named(sql))
    return execute(sql, *arguments)


@lru_cache(maxsize=1000)
def tables_named(sql: str) -> frozenset[str]:
    """The tables named in a statement, with UNTOLD_TABLE where it may read others."""
    found = all_tables().intersection(QUOTED_NAME.findall(sql))
    return found | {UNTOLD_TABLE} if UNQUOTED_TABLE.search(sql) else found


@cache
def all_tables() -> frozenset[str]:
    """The tables of all models."""
    return frozenset(model._meta.db_table for model in apps.get_models(include_auto_created=True))
