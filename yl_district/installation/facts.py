"""The facts that a database states, read once by each process, when it first connects to that database."""

from django.core.exceptions import SynchronousOnlyOperation
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db import connection as default_connection

from .models import InstallationFact

DEMO = "demo"
# The facts by database, where they have been read.
FACTS_READ = {}


def identity(connection):
    """What tells one database from another."""
    return tuple(str(connection.settings_dict[name]) for name in ("ENGINE", "NAME", "HOST", "PORT"))


def read_on_connection(sender, connection, **kwargs):
    """Reads the facts at the first connection; receives Django's signal."""
    if connection.alias == DEFAULT_DB_ALIAS and identity(connection) not in FACTS_READ:
        facts = stored_facts(connection)
        if facts is not None:
            FACTS_READ[identity(connection)] = facts


def read_after_migrating(sender, using, **kwargs):
    """Reads the facts that migrations have written; receives Django's signal."""
    if using == DEFAULT_DB_ALIAS:
        FACTS_READ[identity(default_connection)] = stored_facts(default_connection) or {}


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
