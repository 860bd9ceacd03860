"""Subtrees of a tree of paths: the column of the paths, and what lies in a subtree."""

from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.db.models import ForeignKey, Lookup
from django.db.models.fields.related_lookups import RelatedIn

# Comes after every character of a path.
AFTER_ALL = "~"
_looked_at_last = ContextVar("looked_at_last", default=False)


class TreePathField(models.CharField):
    """A path of treebeard's, compared byte by byte on both databases, whatever the order of their other texts."""

    def db_parameters(self, connection):
        return super().db_parameters(connection) | {"collation": "C" if connection.vendor == "postgresql" else None}


def subtree_range(path, beginning):
    """SQL by which a path lies in the subtree of another."""
    return f"({path} >= {beginning} AND {path} < ({beginning} || '{AFTER_ALL}'))"


@TreePathField.register_lookup
class PathInSubtree(Lookup):
    """`path__startswith` as a range: SQLite answers LIKE by reading every row, PostgreSQL by an index of its own."""

    lookup_name = "startswith"

    def as_sql(self, compiler, connection):
        left, given = self.process_lhs(compiler, connection)
        right, asked = self.process_rhs(compiler, connection)
        return subtree_range(left, right), [*given, *asked, *given, *asked]


@ForeignKey.register_lookup
class InSubtree(Lookup):
    """`branch__in_subtree=path`: a reference to a record with `path` in a subtree.

    By a list of these records, not a join, which SQLite would begin at the rows, however few of them are in reach.
    """

    lookup_name = "in_subtree"
    prepare_rhs = False

    def get_db_prep_lookup(self, value, connection):
        return "%s", [value]

    def as_sql(self, compiler, connection):
        left, given = self.process_lhs(compiler, connection)
        right, asked = self.process_rhs(compiler, connection)
        referred = self.lhs.output_field.related_model._meta
        quoted = connection.ops.quote_name
        table, key = map(quoted, (referred.db_table, referred.pk.column))
        # By a name of its own, since the path compared may be of the same table.
        listed = f"SELECT reached.{key} FROM {table} reached WHERE {subtree_range('reached.path', right)}"
        return f"{left} IN ({listed})", [*given, *asked, *asked]

    def as_sqlite(self, compiler, connection):
        sql, parameters = self.as_sql(compiler, connection)
        # A column with a sign before it is not looked up in an index.
        return ("+" if _looked_at_last.get() else "") + sql, parameters


@ForeignKey.register_lookup
class Among(RelatedIn):
    """`cadre__among=rows`: `__in` of a list of records in reach, which SQLite may look at last as well."""

    lookup_name = "among"

    def as_sqlite(self, compiler, connection):
        is_last = _looked_at_last.get()
        # The list itself is of few records in reach, which are found by their places.
        with reach_looked_at(last=False):
            sql, parameters = self.as_sql(compiler, connection)
        return ("+" if is_last else "") + sql, parameters


@contextmanager
def reach_looked_at(*, last):
    """Has SQLite find rows by their other conditions or their order, and see only then whether they are in reach.

    So for a few rows of many in reach; of few in reach it finds these first, as where it is not `last`.
    """
    token = _looked_at_last.set(last)
    try:
        yield
    finally:
        _looked_at_last.reset(token)
