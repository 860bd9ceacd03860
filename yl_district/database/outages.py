"""Which database errors mean that the database cannot work now, rather than that a statement was wrong."""

from contextlib import contextmanager
from enum import StrEnum

from django.db import connection, transaction
from django.db.utils import Error

BRIEFLY = 250  # milliseconds


class Outage(StrEnum):
    """Why the database does not work."""

    BUSY = "busy"
    FULL = "full"
    READ_ONLY = "read_only"
    SLOW = "slow"
    GONE = "gone"
    DAMAGED = "damaged"


IOERR_SHMSIZE = 4874
# SQLite's primary result codes.
OF_SQLITE = {
    5: Outage.BUSY,  # BUSY
    6: Outage.BUSY,  # LOCKED
    7: Outage.BUSY,  # NOMEM
    8: Outage.READ_ONLY,  # READONLY
    9: Outage.SLOW,  # INTERRUPT
    10: Outage.DAMAGED,  # IOERR
    11: Outage.DAMAGED,  # CORRUPT
    13: Outage.FULL,  # FULL
    14: Outage.GONE,  # CANTOPEN
    15: Outage.BUSY,  # PROTOCOL
    26: Outage.DAMAGED,  # NOTADB
}
# PostgreSQL's error codes; those of two characters are whole classes.
OF_POSTGRESQL = {
    "08": Outage.GONE,
    "25006": Outage.READ_ONLY,
    "25P03": Outage.SLOW,
    "25P04": Outage.SLOW,
    "40001": Outage.BUSY,
    "40P01": Outage.BUSY,
    "53": Outage.BUSY,
    "53100": Outage.FULL,
    "55P03": Outage.BUSY,
    "57": Outage.GONE,
    "57014": Outage.SLOW,
    "58": Outage.DAMAGED,
    "XX001": Outage.DAMAGED,
    "XX002": Outage.DAMAGED,
}
# What the driver raises, without a code, where the connection itself fails.
WITHOUT_CODE = {"OperationalError", "InterfaceError", "DatabaseError"}


def outage_of(error):
    """The Outage that an exception, or what it was raised from, tells of; None where it tells of none."""
    while error is not None:
        if isinstance(error, Error):
            found = outage_of_driver(error.__cause__)
            if found:
                return found
        error = error.__cause__
    return None


def outage_of_driver(error):
    """The Outage that an exception of the database's driver tells of; None where it tells of none."""
    if hasattr(error, "sqlite_errorcode"):
        # A file beside the database, which cannot be made, says that in its own way.
        is_full = error.sqlite_errorcode == IOERR_SHMSIZE
        return Outage.FULL if is_full else OF_SQLITE.get(error.sqlite_errorcode & 0xFF)
    if hasattr(error, "pgcode"):
        if error.pgcode is None:
            return Outage.GONE if type(error).__name__ in WITHOUT_CODE else None
        return OF_POSTGRESQL.get(error.pgcode) or OF_POSTGRESQL.get(error.pgcode[:2])
    return None


@contextmanager
def hardly_waiting(wait=BRIEFLY):
    """One transaction that waits for no lock longer than `wait` ms, for what may as well not be written."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if is_sqlite:
            cursor.execute(f"PRAGMA busy_timeout = {wait}")
        try:
            with transaction.atomic():
                if not is_sqlite:
                    cursor.execute(f"SET LOCAL lock_timeout = {wait}")
                yield
        finally:
            if is_sqlite:
                cursor.execute(f"PRAGMA busy_timeout = {1000 * connection.settings_dict['OPTIONS']['timeout']}")
