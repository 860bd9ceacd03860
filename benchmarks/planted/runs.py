"""Test runs in a forked process, on a copy of a database that was migrated once."""

import os
import shutil
import sys
from contextlib import closing
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

COPY = "planted"
# Without budgets: the cost of a run is irrelevant here.
OPTIONS = ["-q", "-p", "no:cacheprovider", "-p", "no:tests.budgets", "--no-header", "--tb=short"]


def collect(tests):
    """Collects tests; returns pytest's exit code and the names of the imported modules from outside the project."""
    code = pytest.main([*OPTIONS, "--collect-only", "-qq", "--full", *tests])
    # pytest has to import its plugins itself, to rewrite their assertions.
    plugins = packages_of_plugins()
    modules = [name for name, module in sys.modules.items() if is_foreign(module)]
    return {"code": code, "modules": [name for name in modules if name.partition(".")[0] not in plugins]}


def packages_of_plugins():
    """Returns the names of the packages and modules of pytest's plugins."""
    brought = [one for one in distributions() if any(each.group == "pytest11" for each in one.entry_points)]
    return {file.parts[0].removesuffix(".py") for one in brought for file in one.files or ()}


def is_foreign(module):
    """Whether a module belongs neither to the project nor to this program."""
    file = getattr(module, "__file__", None)
    is_installed = file and any(part in ("site-packages", "dist-packages") for part in Path(file).parts)
    return bool(file) and (is_installed or not Path(file).is_relative_to(Path.cwd()))


def make_database(kind, folder):
    """Creates and migrates the database that all runs copy; returns code 0."""
    from tests.databases import KEYS, KINDS

    database = KINDS[kind](folder)
    if not database.start():
        os.environ |= KEYS | {"DATABASE_URL": database.url, "DJANGO_SETTINGS_MODULE": "yl_district.settings"}
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        connection.close()
    return {"code": 0}


def run_tests(tests, kind, folder, has_new_triggers, stops, is_full):
    """Runs tests; returns pytest's exit code and the names of those that failed."""
    plugin = Plugin(kind, folder, has_new_triggers)
    options = [*OPTIONS, f"--database={kind}", *(["-x"] if stops else []), *(["--full"] if is_full else [])]
    code = pytest.main([*options, *tests], plugins=[plugin])
    return {"code": int(code), "failed": plugin.failed}


class Plugin:
    """pytest plugin that uses a copy of the database, and records what fails."""

    def __init__(self, kind, folder, has_new_triggers):
        self.kind, self.folder, self.has_new_triggers = kind, folder, has_new_triggers
        self.failed = []

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_load_initial_conftests(self):
        """Sets DATABASE_URL after the tests' own plugin has set it."""
        urls = {"sqlite": f"sqlite:///{self.folder / COPY}", "postgresql": f"postgres://postgres@/{self.folder}/{COPY}"}
        os.environ["DATABASE_URL"] = urls[self.kind]
        return (yield)

    @pytest.hookimpl
    def pytest_configure(self, config):
        """Replaces the fixture that would start a server."""
        config.pluginmanager.register(fixtures_for(self.kind, self.folder, self.has_new_triggers))

    def pytest_collectreport(self, report):
        """Records what cannot be collected."""
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtest_logreport(self, report):
        """Records what fails."""
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)


def fixtures_for(kind, folder, has_new_triggers):
    """Returns a module with the database fixture: a copy of the migrated one, with triggers recreated if required."""

    @pytest.fixture(scope="session")
    def database_server(django_db_blocker):
        (copy_file if kind == "sqlite" else create_database)(folder)
        if has_new_triggers:
            with django_db_blocker.unblock():
                make_triggers_anew()
        return SimpleNamespace(is_migrated=True)

    # pytest looks for fixtures only in modules and classes.
    fixtures = ModuleType("planted_fixtures")
    fixtures.database_server = database_server
    return fixtures


def copy_file(folder):
    """Replaces what the last run left by a fresh copy of the SQLite file."""
    for left in folder.glob(f"{COPY}*"):
        left.unlink()
    shutil.copyfile(folder / "db.sqlite3", folder / COPY)


def create_database(folder):
    """Creates the PostgreSQL database as a copy."""
    import psycopg2

    from tests.databases import NAME

    with closing(psycopg2.connect(host=folder, user="postgres", dbname="postgres")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {COPY} TEMPLATE {NAME}")


def make_triggers_anew():
    """Recreates by the present code the triggers that make rows immutable and keep owners."""
    from django.db import connection

    from activities.owners import keep_owners
    from yl_district.audit import write_once

    for triggers in (write_once.ACCESS_LOG, *map(write_once.triggers_of, write_once.tables())):
        triggers.unprotect(connection)
        triggers.protect(connection)
    keep_owners()
    connection.close()
