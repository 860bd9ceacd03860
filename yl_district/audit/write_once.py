"""Triggers that make the rows of write-once models immutable for every client of the database."""

from django.apps import apps

from .write_once_model import KeptOnce

REFUSAL = "这条记录只能增加，不能修改或删除。"
# REPLACE deletes a conflicting row without firing a delete trigger, so an insert must not conflict with any row.
SQLITE = {
    "keeps_rows": f"BEFORE UPDATE ON {{table}} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "loses_none": f"BEFORE DELETE ON {{table}} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "replaces_none": "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
}
POSTGRESQL = {
    "keeps_rows": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW",
    "loses_none": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
}
FUNCTION = (
    "CREATE OR REPLACE FUNCTION refuse_row_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END$$"
)


def tables():
    """Tables of the write-once models."""
    return [model._meta.db_table for model in apps.get_models() if issubclass(model, KeptOnce)]


def protect(connection, names):
    """Creates the triggers on these tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for table in names:
            for statement in statements(connection, table):
                cursor.execute(statement)


def statements(connection, table):
    """The SQL statements that create the triggers of one table."""
    if connection.vendor == "sqlite":
        rules = {name: rule.format(table=table, taken=taken(connection, table)) for name, rule in SQLITE.items()}
        return [f"CREATE TRIGGER {table}_{name} {rule}" for name, rule in rules.items()]
    made = [
        f"CREATE TRIGGER {table}_{name} {rule.format(table=table)} EXECUTE FUNCTION refuse_row_change()"
        for name, rule in POSTGRESQL.items()
    ]
    # ALWAYS, since a session with session_replication_role = replica skips ordinary triggers.
    return [*made, *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}" for name in POSTGRESQL)]


def taken(connection, table):
    """SQLite's condition for a stored row that shares a unique key or its rowid with the new one."""
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table).values()
    unique = [each["columns"] for each in constraints if each["unique"]]
    same = [" AND ".join(f'"{column}" = NEW."{column}"' for column in columns) for columns in [["rowid"], *unique]]
    return " OR ".join(f"({each})" for each in same)


def unprotect(connection, names):
    """Drops the triggers, for reverse migrations."""
    with connection.cursor() as cursor:
        for table in names:
            for name in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
                place = "" if connection.vendor == "sqlite" else f" ON {table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{place}")
