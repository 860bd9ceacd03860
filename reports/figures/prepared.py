"""Queries of figures, compiled once and asked again with the days and the place of every other scope.

A source builds the same query for all scopes of one shape, in which only values differ. Django takes about as long to
build such a query and to write its SQL as it takes to count ten thousand rows. So each is built for a scope of
stand-ins, values that no record has, in whose place the scope's own go into the parameters of the finished SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

from orgs.models import Organisation
from yl_district.database.actors import whole_case_files
from yl_district.periods import Period
from youthhubs.models import Hub

from .scopes import Scope

# (whether it is the whole district, whether it is of a hub, whether the period is over, runs or has not begun).
Shape = tuple[bool, bool, str]

NOT_BEGUN, UNDER_WAY, OVER = "not begun", "under way", "over"
START, END = date(1003, 3, 3), date(1005, 5, 5)
TODAY = {NOT_BEGUN: date(1002, 2, 2), UNDER_WAY: date(1004, 4, 4), OVER: date(1006, 6, 6)}
# Without any letter that LIKE would have escaped.
PATH = "STANDSFORTHEPATH"
QUARTERS = tuple(Period(date(year, 6, 6), date(year, 7, 7)) for year in range(1011, 1015))
ORGANISATION_KEY, HUB_KEY, PLACE_OF_PAIR = -1001, -1002, -1003
ANY_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class ScopeOfStandIns(Scope):
    """A scope of stand-ins; those for its quarters are no quarters, so that a source takes none but the scope's own."""

    @property
    def quarters(self) -> tuple[Period, ...]:
        return QUARTERS


class NotPrepared(Exception):
    """A source that can't be compiled once: its query depends on more than the days and the place of a scope."""


@dataclass(frozen=True)
class PreparedQuery:
    """The SQL of one query with the parameters of a scope of stand-ins, and how its rows are read."""

    sql: str
    parameters: tuple[Any, ...]
    names: tuple[str, ...]
    compiler: SQLCompiler

    def for_scope(self, scope: Scope, place: int = 0) -> list[Any]:
        """The parameters with the values of `scope`, and `place` for PLACE_OF_PAIR."""
        own = own_values(scope, place)
        path = scope.organisation.path
        return [
            given.replace(PATH, path) if isinstance(given, str) and PATH in given else own.get(given, given)
            for given in self.parameters
        ]

    def read(self, rows: list[Sequence[Any]]) -> Iterator[dict[str, Any]]:
        """Yields the rows of a cursor as dictionaries, their values as Django converts them."""
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        for row in compiler.results_iter([rows]):
            yield dict(zip(self.names, row, strict=True))

    def ask(self, scope: Scope) -> list[dict[str, Any]]:
        """The rows for `scope`."""
        return list(self.read(fetched(self.sql, self.for_scope(scope))))


def fetched(sql: str, parameters: Sequence[Any]) -> list[Sequence[Any]]:
    """All rows of a query."""
    with whole_case_files(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def own_values(scope: Scope, place: int) -> dict[Any, Any]:
    """A scope's values by the stand-ins for them, days as the database takes them."""
    period, today = scope.period, TODAY[shape_of(scope)[2]]
    days = {START: period.start, END: period.end, today: scope.today}
    for given, quarter in zip(QUARTERS, scope.quarters, strict=True):
        days |= {given.start: quarter.start, given.end: quarter.end}
    own: dict[Any, Any] = {
        ORGANISATION_KEY: scope.organisation.pk,
        HUB_KEY: scope.hub and scope.hub.pk,
        PLACE_OF_PAIR: place,
        END.year: scope.year,
    }
    adapt = connection.ops.adapt_datefield_value
    return own | {adapt(given): adapt(day) for given, day in days.items()}


def shape_of(scope: Scope) -> Shape:
    """The shape of a scope; scopes of one shape have the same queries but for values."""
    period = scope.period
    course = NOT_BEGUN if scope.today < period.start else UNDER_WAY if scope.today < period.end else OVER
    return scope.organisation.is_root(), bool(scope.hub), course


def scope_of_stand_ins(shape: Shape) -> Scope:
    """The scope of stand-ins of a shape."""
    is_root, is_of_hub, course = shape
    organisation = Organisation(pk=ORGANISATION_KEY, path=PATH, depth=1 if is_root else 2)
    hub = Hub(pk=HUB_KEY, organisation=organisation) if is_of_hub else None
    return ScopeOfStandIns(organisation, Period(START, END), hub, TODAY[course])


_prepared: dict[tuple[Hashable, Shape], PreparedQuery] = {}


def prepared(key: Hashable, scope: Scope, build: Callable[[Scope], QuerySet]) -> PreparedQuery:
    """The query that `build` makes for scopes of the shape of `scope`; `key` names it, with all it depends on.

    Raises NotPrepared where the source asks the database for something first, or knows a day that is none of the
    scope's, such as today's: both would be kept for all scopes.
    """
    shape = shape_of(scope)
    if (key, shape) not in _prepared:
        with connection.execute_wrapper(refuse):
            query = build(scope_of_stand_ins(shape)).query
            compiler = query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
        # The connection of this thread, which ends with it.
        compiler.connection = None
        quarters = [day for quarter in QUARTERS for day in quarter.bounds]
        known = {str(one) for one in (START, END, TODAY[shape[2]], *quarters)}
        foreign = [one for one in map(str, parameters) if ANY_DAY.fullmatch(one) and one not in known]
        if foreign:
            raise NotPrepared(f"{key}: the days {foreign} are none of the scope's")
        _prepared[key, shape] = PreparedQuery(sql, tuple(parameters), tuple(query.selected or ()), compiler)
    return _prepared[key, shape]


def refuse(execute: Any, sql: str, *arguments: Any) -> NoReturn:
    """Raises NotPrepared instead of executing a query."""
    raise NotPrepared(f"A source asks the database while its query is built: {sql}")
