"""Triggers by which the database itself refuses every change of rows that are written once, whoever asks it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps

from .models import AccessEntry
from .write_once_model import KeptOnce


@dataclass(frozen=True)
class Triggers:
    """The triggers that make the rows of one table immutable.

    `names` are those of the triggers on update, on removal and, on SQLite, on insertion: REPLACE takes a row's place
    without any deletion that a trigger sees. `clash` returns the condition under which a new row would do so.
    """

    table: str
    names: tuple[str, str, str]
    refusal: str
    function: str
    clash: Callable

    def names_on(self, connection):
        """Returns the names of the triggers that this database needs."""
        return self.names if connection.vendor == "sqlite" else self.names[:2]

    def protect(self, connection):
        """Creates the triggers."""
        with connection.cursor() as cursor:
            for statement in self.statements(connection):
                cursor.execute(statement)

    def statements(self, connection):
        """Returns the SQL that creates the triggers."""
        return self.sqlite(connection) if connection.vendor == "sqlite" else self.postgresql()

    def sqlite(self, connection):
        """Returns a statement for each trigger."""
        change, removal, insertion = self.names
        refuse = f"BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
        return [
            f"CREATE TRIGGER {change} BEFORE UPDATE ON {self.table} {refuse}",
            f"CREATE TRIGGER {removal} BEFORE DELETE ON {self.table} {refuse}",
            f"CREATE TRIGGER {insertion} BEFORE INSERT ON {self.table} "
            f"WHEN {self.clash(connection, self.table)} {refuse}",
        ]

    def postgresql(self):
        """Returns the statements for the function and the triggers that call it."""
        change, removal, _ = self.names
        refuse = f"BEGIN RAISE EXCEPTION '{self.refusal}' USING ERRCODE = 'restrict_violation'; END"
        call = f"EXECUTE FUNCTION {self.function}()"
        return [
            f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS $${refuse}$$",
            f"CREATE TRIGGER {change} BEFORE UPDATE OR DELETE ON {self.table} FOR EACH ROW {call}",
            f"CREATE TRIGGER {removal} BEFORE TRUNCATE ON {self.table} FOR EACH STATEMENT {call}",
            # Also for a session that calls itself a replica, in which other triggers rest.
            *(f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {name}" for name in (change, removal)),
        ]

    def unprotect(self, connection):
        """Drops the triggers."""
        place = "" if connection.vendor == "sqlite" else f" ON {self.table}"
        with connection.cursor() as cursor:
            for name in self.names_on(connection):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")

    def missing(self, connection):
        """Returns the names of the triggers that are not in force as they were made.

        A table built anew silently loses them; whoever owns the tables can switch them off, or put others in their
        place that refuse nothing.
        """
        present = self.present_on_sqlite if connection.vendor == "sqlite" else self.present_on_postgresql
        return sorted(set(self.names_on(connection)) - present(connection))

    def present_on_sqlite(self, connection):
        """Returns the names of the triggers whose text is that of `sqlite`."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{self.table}'")
            found = dict(cursor.fetchall())
        made = zip(self.names, self.sqlite(connection), strict=True)
        return {name for name, statement in made if found.get(name) == statement}

    def present_on_postgresql(self, connection):
        """Returns the names of the triggers that always fire, on all that they should, and refuse."""
        removal = self.names[1]
        body = re.search(r"\$\$(.*)\$\$", self.postgresql()[0])[1]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT tgname, tgtype FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
                f"WHERE tgrelid = '{self.table}'::regclass AND tgenabled = 'A' AND tgqual IS NULL AND tgattr = '' "
                f"AND prosrc = %s",
                [body],
            )
            return {name for name, kind in cursor.fetchall() if kind == EVENTS[name == removal]}


# The kinds of triggers as pg_trigger has them: before update or deletion of each row, before truncation.
EVENTS = [1 + 2 + 8 + 16, 2 + 32]


def not_last(connection, table):
    """Returns the condition for a new row that does not come after all others.

    A row's place could also be taken by the number that SQLite itself gives each row.
    """
    return f"NEW.number <= (SELECT MAX(number) FROM {table}) OR NEW.rowid IN (SELECT rowid FROM {table})"


def not_unique(connection, table):
    """Returns the condition for a new row that has something unique in common with a stored one."""
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table).values()
    unique = [each["columns"] for each in constraints if each["unique"]]
    same = [" AND ".join(f'"{column}" = NEW."{column}"' for column in columns) for columns in [["rowid"], *unique]]
    return f"EXISTS (SELECT 1 FROM {table} WHERE {' OR '.join(f'({each})' for each in same)})"


ACCESS_LOG = Triggers(
    AccessEntry._meta.db_table,
    ("access_log_keeps_lines", "access_log_loses_none", "access_log_only_grows"),
    "访问日志只能增加，不能修改或删除。",
    "refuse_log_change",
    not_last,
)


def triggers_of(table):
    """Returns the Triggers of a table of KeptOnce rows."""
    names = (f"{table}_keeps_rows", f"{table}_loses_none", f"{table}_replaces_none")
    return Triggers(table, names, KeptOnce.refusal, "refuse_row_change", not_unique)


def tables():
    """Returns the tables of KeptOnce rows."""
    return [model._meta.db_table for model in apps.get_models() if issubclass(model, KeptOnce)]


def missing_triggers(connection):
    """Returns the names of the triggers on tables of KeptOnce rows that are not in force."""
    return [name for table in tables() for name in triggers_of(table).missing(connection)]


def protect(connection, names):
    """Creates the triggers of these tables."""
    for table in names:
        triggers_of(table).protect(connection)


def unprotect(connection, names):
    """Drops the triggers of these tables."""
    for table in names:
        triggers_of(table).unprotect(connection)
