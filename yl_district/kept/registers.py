"""The registers whose changes the database itself notes, and the mark that tells whether they have changed since.

Triggers see every way of writing: saves, bulk writes, imports, their undoing, migrations, SQL typed by hand. No writer
waits for another: on PostgreSQL each transaction adds a row of its own for each register that it writes to, on SQLite,
where one writes at a time, a number is counted up.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from ..database.triggers import drop_triggers
from ..history.tracking import is_tracked
from .models import KeptResult, RegisterChange

CHANGES = RegisterChange._meta.db_table
FUNCTION, TRIGGER = "note_register_change", "notes_changes"
WRITES = ("insert", "update", "delete")
# A dump that is restored elsewhere meets other numbers of transactions: what was kept there is not taken for its own.
MARKS_OF_POSTGRESQL = f"""
SELECT register, max(number), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    (SELECT system_identifier FROM pg_control_system())
FROM {CHANGES} GROUP BY register
"""
MARKS_OF_SQLITE = f"SELECT register, number, NULL, 0 FROM {CHANGES}"
FORGET_FORMER = f"""
DELETE FROM {CHANGES} WHERE id IN (
    SELECT id FROM {CHANGES} AS former
    WHERE number < (SELECT max(number) FROM {CHANGES} AS latest WHERE latest.register = former.register)
    FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True)
class RegisterMarks:
    """The number of each register's latest change at one moment.

    `database` tells one database from another. Transactions from `settled` on may still be under way, None where there
    are none beside one's own.
    """

    numbers: dict[str, int]
    settled: int | None = None
    database: int = 0

    def of(self, tables):
        """{table: number} of these tables; None where the changes of one of them are not noted."""
        known = self.numbers
        return {table: known[table] for table in sorted(tables)} if tables <= known.keys() else None

    def are_final(self, marks):
        """Whether no transaction is under way that could commit behind one of these numbers and leave it as it is."""
        return self.settled is None or all(number < self.settled for number in marks.values())


@cache
def registers():
    """The tables whose changes are noted: those of the tracked records of REGISTER_APPS, with the links between them.

    Accounts, of which each sign-in is noted, are none, and nothing else here rests on them.
    """
    models = [apps.get_model("yl_district", "AwaitedCell"), ContentType]
    for model in apps.get_models():
        is_register = model._meta.app_label in settings.REGISTER_APPS and is_tracked(model)
        if is_register and model._meta.label != settings.AUTH_USER_MODEL:
            models += [model, *(field.remote_field.through for field in model._meta.local_many_to_many)]
    return tuple(sorted({model._meta.db_table for model in models}))


def current_marks():
    """The RegisterMarks of this moment, in one query."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(MARKS_OF_SQLITE if is_sqlite else MARKS_OF_POSTGRESQL)
        rows = cursor.fetchall()
    _, _, settled, database = rows[0] if rows else (None, None, None, 0)
    return RegisterMarks({register: number for register, number, _, _ in rows}, settled, database)


def forget_former_changes():
    """Deletes the changes before the latest of each register, which tell nothing more."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(FORGET_FORMER)


def watch_registers(sender, using, **options):
    """Has the database note changes from now on, and forgets what was kept; receives the signal `post_migrate`.

    A migration builds tables anew, without their triggers, and may change what a result means.
    """
    present = set(connection.introspection.table_names())
    if using != connection.alias or not {CHANGES, KeptResult._meta.db_table} <= present:
        return
    watched = [table for table in registers() if table in present]
    with transaction.atomic(), connection.cursor() as cursor:
        make_triggers(cursor, watched)
        cursor.execute(f"DELETE FROM {KeptResult._meta.db_table}")
        cursor.execute(f"DELETE FROM {CHANGES}")
        now = "1" if connection.vendor == "sqlite" else "pg_current_xact_id()::text::bigint"
        for table in watched:
            cursor.execute(f"INSERT INTO {CHANGES} (register, number) VALUES (%s, {now})", [table])


def noting_triggers(tables):
    """The names of the triggers of these tables on SQLite."""
    return [f"{table}_notes_{event}" for table, event in product(tables, WRITES)]


def leave_registers(*versions):
    """Drops the triggers, for the reverse of the migration that adds the table of changes."""
    drop_triggers(noting_triggers(registers()) if connection.vendor == "sqlite" else [FUNCTION])


def make_triggers(cursor, tables):
    """Creates the triggers of these tables."""
    if connection.vendor == "sqlite":
        drop_triggers(noting_triggers(tables))
        for table, event in product(tables, WRITES):
            cursor.execute(
                f'CREATE TRIGGER "{table}_notes_{event}" AFTER {event.upper()} ON "{table}" BEGIN '
                f"UPDATE {CHANGES} SET number = number + 1 WHERE register = '{table}'; END"
            )
        return
    cursor.execute("SELECT current_schema()")
    # By the rights of its owner: whoever may write to a register has no more to do with the changes.
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path TO {connection.ops.quote_name(cursor.fetchone()[0])}, pg_temp AS "
        f"$$BEGIN INSERT INTO {CHANGES} (register, number) VALUES (TG_TABLE_NAME, pg_current_xact_id()::text::bigint) "
        f"ON CONFLICT DO NOTHING; RETURN NULL; END$$"
    )
    # Those that are there stay, since their making would wait for everybody who works.
    cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s AND tgenabled = 'A'", [TRIGGER])
    for table in sorted(set(tables) - {name.strip('"') for (name,) in cursor.fetchall()}):
        cursor.execute(f'DROP TRIGGER IF EXISTS {TRIGGER} ON "{table}"')
        cursor.execute(
            f'CREATE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
        )
        # Also for a session that calls itself a replica, in which other triggers rest.
        cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {TRIGGER}')
