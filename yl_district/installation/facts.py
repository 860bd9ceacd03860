"""The facts that a database states, read once by each process, when it first connects to that database."""

from contextlib import suppress

from django.core.exceptions import SynchronousOnlyOperation
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db import connection as default_connection

from .files import UnsafeInstallation
from .fingerprints import check_fingerprints
from .models import InstallationFact

DEMO = "demo"
# The facts by database, where they have been read.
FACTS_READ = {}


def identity(connection):
    """What tells one database from another."""
    return tuple(str(connection.settings_dict[name]) for name in ("ENGINE", "NAME", "HOST", "PORT"))


def read_on_connection(sender, connection, **kwargs):
    """Reads the facts at the first connection; receives Django's signal.

    Raises UnsafeInstallation, and leaves no connection to go on with, where the keys are not the database's.
    """
    if connection.alias == DEFAULT_DB_ALIAS and identity(connection) not in FACTS_READ:
        try:
            read_facts(connection)
        except UnsafeInstallation:
            connection.close()
            raise


def read_facts(connection):
    """Checks the keys, states those that are new, and keeps the facts in mind."""
    facts = stored_facts(connection)
    new, outdated = check_fingerprints(connection, facts)
    if facts is None:
        return
    with suppress(DatabaseError):  # a database that only reads is told the next time
        state(connection, new, outdated)
    FACTS_READ[identity(connection)] = facts | new


def state(connection, new, outdated):
    """Adds facts to the database, unless another process has just done so, and removes outdated ones."""
    table = InstallationFact._meta.db_table
    with connection.cursor() as cursor:
        for fact in new.items():
            cursor.execute(f"INSERT INTO {table} (name, value) VALUES (%s, %s) ON CONFLICT DO NOTHING", fact)
        for name in outdated:
            cursor.execute(f"DELETE FROM {table} WHERE name = %s", [name])


def read_after_migrating(sender, using, **kwargs):
    """Reads the facts that migrations have written; receives Django's signal."""
    if using == DEFAULT_DB_ALIAS:
        read_facts(default_connection)


def stored_facts(connection):
    """The facts by name, in one query; None where the database has no table for them yet."""
    table = InstallationFact._meta.db_table
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT name, value FROM {table}")
            return dict(cursor.fetchall())
    except DatabaseError:
        if table in connection.introspection.table_names():
            raise
        return None


def is_demo():
    """Whether the database is marked as a demonstration."""
    if identity(default_connection) not in FACTS_READ:
        default_connection.ensure_connection()
    return DEMO in FACTS_READ.get(identity(default_connection), ())


def is_known_demo():
    """Likewise, for pages; False while the database cannot be asked, as in the server's event loop."""
    try:
        return is_demo()
    except (DatabaseError, SynchronousOnlyOperation):
        return False


def mark_as_demo():
    """Marks the database as a demonstration, for good."""
    InstallationFact.objects.get_or_create(name=DEMO)
    FACTS_READ.setdefault(identity(default_connection), {})[DEMO] = ""
