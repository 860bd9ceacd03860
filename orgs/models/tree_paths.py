"""The column of an organisation's place in the tree, by whose beginning a subtree is found."""

from django.db import models
from django.db.models import Lookup

# Comes after every character of a path.
AFTER_ALL = "~"


class TreePathField(models.CharField):
    """A path of treebeard's, compared byte by byte on both databases, whatever the order of their other texts."""

    def db_parameters(self, connection):
        return super().db_parameters(connection) | {"collation": "C" if connection.vendor == "postgresql" else None}


@TreePathField.register_lookup
class InSubtree(Lookup):
    """`path__startswith` as a range: SQLite answers LIKE by reading every row, PostgreSQL by an index of its own."""

    lookup_name = "startswith"

    def as_sql(self, compiler, connection):
        left, given = self.process_lhs(compiler, connection)
        right, asked = self.process_rhs(compiler, connection)
        sql = f"({left} >= {right} AND {left} < ({right} || '{AFTER_ALL}'))"
        return sql, [*given, *asked, *given, *asked]
