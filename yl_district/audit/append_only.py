"""Triggers that keep the access log append-only for every client of the database."""

from .models import AccessEntry

TABLE = AccessEntry._meta.db_table
REFUSAL = "访问日志只能增加，不能修改或删除。"

# REPLACE deletes the row with the same number or rowid without firing a delete trigger, so an inserted line must have
# a number above all others and a new rowid.
SQLITE = {
    "access_log_keeps_lines": f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "access_log_loses_none": f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "access_log_only_grows": f"BEFORE INSERT ON {TABLE} "
    f"WHEN NEW.number <= (SELECT MAX(number) FROM {TABLE}) OR NEW.rowid IN (SELECT rowid FROM {TABLE}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
}
POSTGRESQL = {
    "access_log_keeps_lines": f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW",
    "access_log_loses_none": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT",
}


def protect(connection):
    """Creates the triggers that refuse any change of a stored line."""
    for statement in statements(connection.vendor):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def statements(vendor):
    """The SQL statements that create the triggers."""
    if vendor == "sqlite":
        return [f"CREATE TRIGGER {name} {rule}" for name, rule in SQLITE.items()]
    act = f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END"
    return [
        f"CREATE OR REPLACE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $${act}$$",
        *(f"CREATE TRIGGER {name} {rule} EXECUTE FUNCTION refuse_log_change()" for name, rule in POSTGRESQL.items()),
        # ALWAYS, since a session with session_replication_role = replica skips ordinary triggers.
        *(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}" for name in POSTGRESQL),
    ]


def unprotect(connection):
    """Drops the triggers, for the reverse migration."""
    with connection.cursor() as cursor:
        for name in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            place = "" if connection.vendor == "sqlite" else f" ON {TABLE}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def missing(connection):
    """Names of the triggers that are absent or disabled; SQLite silently drops them when a table is rebuilt."""
    if connection.vendor == "sqlite":
        wanted = SQLITE
        found = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'"
    else:
        wanted = POSTGRESQL
        found = f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{TABLE}'::regclass AND tgenabled = 'A'"
    with connection.cursor() as cursor:
        cursor.execute(found)
        return sorted(set(wanted) - {name for (name,) in cursor.fetchall()})
