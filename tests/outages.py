"""Real faults of the databases: held locks, a full or write-protected file, a server that hangs or is gone."""

import os
import signal
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import OperationalError, connection

from orgs.accounts.sessions import SEEN
from tests.races import HANGING
from yl_district.database.limits import DatabaseLimits
from yl_district.database.watched_connections import WatchedConnection

# As short as PostgreSQL's driver lets them be.
SHORT = DatabaseLimits(connect=2, lock=1, statement=2, silence=1, idle=60)
NOBODY = 65534
PAGE = 4096


@contextmanager
def options(**changed):
    """Connections with other options, without those that are None."""
    stated = connection.settings_dict["OPTIONS"]
    connection.close()
    merged = stated | changed
    connection.settings_dict["OPTIONS"] = {name: value for name, value in merged.items() if value is not None}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = stated


@contextmanager
def held_lock():
    """Another writer in the middle of its transaction; pages hardly wait for it."""
    with options(timeout=0.05), closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=HANGING)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


@contextmanager
def full_disk():
    """A database file that cannot grow, with no free page in it."""
    connection.close()
    with connection.cursor() as cursor:
        [pages] = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        cursor.execute("CREATE TABLE filling (content BLOB)")
        size = PAGE * pages
        while size > 100:
            try:
                cursor.execute(f"INSERT INTO filling VALUES (zeroblob({size}))")
            except OperationalError:
                size //= 2
    yield
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE filling")


@contextmanager
def gone_file():
    """A database whose file cannot be opened."""
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = f"{name}-gone/db"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name


@contextmanager
def read_only_file():
    """A database file that the service's user may read, though not write."""
    path = Path(connection.settings_dict["NAME"])
    connection.close()
    names = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    modes = {file: file.stat().st_mode for file in [path.parent, *names]}
    for file in names:
        file.chmod(0o444)
    path.parent.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        connection.close()
        os.seteuid(os.getuid())
        for file, mode in modes.items():
            if file.exists():
                file.chmod(mode)


@contextmanager
def held_table(name):
    """Another transaction that keeps everybody from a table of PostgreSQL."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        other.close()


def server_processes():
    """The ids of all processes of the server that this connection is to, the one that takes connections first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [own] = cursor.fetchone()
    first = int(Path(f"/proc/{own}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
    return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text("utf-8").split())]


@contextmanager
def frozen():
    """A server whose processes stand still while all its connections stay open."""
    stopped = server_processes()
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)
        WatchedConnection.silent_since.clear()  # as a second later


@contextmanager
def stopped(cluster):
    """A server that has been stopped, and is started again."""
    cluster.stop("fast")
    try:
        yield
    finally:
        cluster.resume()


def unused_for_a_minute(client):
    """Has the session's next request note its use."""
    session = client.session
    session[SEEN] -= 60
    session.save()
