"""The columns that a figure reads, found in the query that counts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeAlias

from django.db.models import Model
from django.db.models.expressions import Col, Subquery
from django.db.models.sql import Query
from django.db.models.sql.datastructures import Join

from orgs.models import Organisation
from yl_district.periods import Period

from .counting import measure_query
from .figure import Figure
from .scopes import Scope

# (model, name of one of its fields).
FieldRead: TypeAlias = tuple[type[Model], str]
# Any organisation below the root, so that the query also restricts rows to a subtree; it is never executed.
SOMEWHERE = Scope(Organisation(pk=0, path="00010001", depth=2), Period(date(2017, 1, 1), date(2017, 12, 31)))


def fields_read(figure: Figure) -> set[FieldRead]:
    """The fields on which the figure's number depends, keys by which tables are joined among them."""
    query = measure_query(figure, SOMEWHERE, figure.measure.columns).query
    return set(fields_of(query))


def fields_of(query: Query) -> Iterator[FieldRead]:
    """Yields the fields in the conditions, columns and joins of a query, and of those within it."""
    yield from fields_in(query.where)
    for part in (*query.annotations.values(), *query.select):
        yield from fields_in(part)
    for alias, join in query.alias_map.items():
        if isinstance(join, Join) and query.alias_refcount[alias]:
            joined: Any = join.join_field
            yield from ((column.model, column.name) for pair in joined.get_joining_fields() for column in pair)


def fields_in(node: Any) -> Iterator[FieldRead]:
    """Yields the fields in a condition or an expression; of a derived one those that it is derived from."""
    if isinstance(node, Col):
        for path in paths_read(node.target):
            yield from fields_on(node.target.model, path)
    elif isinstance(node, Query):
        yield from fields_of(node)
    elif isinstance(node, Subquery):
        yield from fields_of(node.query)
    elif hasattr(node, "children"):
        for child in node.children:
            yield from fields_in(child)
    elif hasattr(node, "get_source_expressions"):
        for child in node.get_source_expressions():
            yield from fields_in(child)
    elif isinstance(node, (list, tuple)):
        for child in node:
            yield from fields_in(child)


def paths_read(field: Any) -> Iterable[str]:
    """Paths from the field's model to what its values follow from: to itself, where its sources may have moved on."""
    own = [field.name]
    return own if getattr(field, "outlasts_sources", False) else getattr(field, "sources", own)


def fields_on(model: Any, path: str) -> Iterator[FieldRead]:
    """Yields the fields on a path of relations, each with the model that it is of."""
    for name in path.split("__"):
        yield model, name
        model = model._meta.get_field(name).related_model
