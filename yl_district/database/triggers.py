"""Triggers by which the database keeps columns and tables in step; on PostgreSQL each has a function of its name."""

from collections.abc import Collection

from django.db import connection

ON_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
ON_POSTGRESQL = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"


def triggers_stand(names: Collection[str]) -> bool:
    """Whether all these triggers are there; a table that SQLite builds anew for a migration loses its own."""
    with connection.cursor() as cursor:
        cursor.execute(ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL)
        return set(names) <= {name for (name,) in cursor.fetchall()}


def drop_triggers(names: Collection[str]) -> None:
    """Drops those of these triggers that are there."""
    with connection.cursor() as cursor:
        for name in names:
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
