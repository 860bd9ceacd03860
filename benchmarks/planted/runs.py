"""A run of tests in a forked process, on a copy of a database that was migrated once."""

import os
import shutil
import sys
from contextlib import closing
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

COPY = "planted"
# What a run costs says nothing about a fault.
OPTIONS = ["-q", "-p", "no:cacheprovider", "-p", "no:tests.budgets", "--no-header", "--tb=short"]


def collect(tests):
    """Collects tests; returns pytest's exit code and the names of the modules from outside the project."""
    code = pytest.main([*OPTIONS, "--collect-only", "-qq", "--full", *tests])
    # Pytest wants to be first in importing its plugins.
    plugins = packages_of_plugins()
    modules = [name for name, module in sys.modules.items() if is_foreign(module)]
    return {"code": code, "modules": [name for name in modules if name.partition(".")[0] not in plugins]}


def packages_of_plugins():
    """The names of the packages and modules that pytest's plugins bring."""
    brought = [one for one in distributions() if any(each.group == "pytest11" for each in one.entry_points)]
    return {file.parts[0].removesuffix(".py") for one in brought for file in one.files or ()}


def is_foreign(module):
    """Whether a module belongs neither to the project nor to this program."""
    file = getattr(module, "__file__", None)
    is_installed = file and any(part in ("site-packages", "dist-packages") for part in Path(file).parts)
    return bool(file) and (is_installed or not Path(file).is_relative_to(Path.cwd()))


def make_database(kind, folder):
    """Makes and migrates the database that all runs copy; returns 0 as the code."""
    from tests.databases import KINDS

    database = KINDS[kind](folder)
    if not database.start():
        os.environ |= {"DATABASE_URL": database.url, "DJANGO_SETTINGS_MODULE": "yl_district.settings"}
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
    """Has pytest take a copy of the database, and notes what fails."""

    def __init__(self, kind, folder, has_new_triggers):
        self.kind, self.folder, self.has_new_triggers = kind, folder, has_new_triggers
        self.failed = []

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_load_initial_conftests(self):
        """Name the database after the plugin of the tests has named another."""
        urls = {"sqlite": f"sqlite:///{self.folder / COPY}", "postgresql": f"postgres://postgres@/{self.folder}/{COPY}"}
        os.environ["DATABASE_URL"] = urls[self.kind]
        return (yield)

    @pytest.hookimpl
    def pytest_configure(self, config):
        """Take the place of what else would start a server."""
        config.pluginmanager.register(fixtures_for(self.kind, self.folder, self.has_new_triggers))

    def pytest_collectreport(self, report):
        """Note what cannot be collected."""
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtest_logreport(self, report):
        """Note what fails."""
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)


def fixtures_for(kind, folder, has_new_triggers):
    """The fixture of the database: a copy of the one that was migrated, with its triggers made anew where asked for."""

    @pytest.fixture(scope="session")
    def database_server(django_db_blocker):
        (copy_file if kind == "sqlite" else create_database)(folder)
        if has_new_triggers:
            with django_db_blocker.unblock():
                make_triggers_anew()
        return SimpleNamespace(is_migrated=True)

    # Pytest looks for fixtures in modules and classes alone.
    fixtures = ModuleType("planted_fixtures")
    fixtures.database_server = database_server
    return fixtures


def copy_file(folder):
    """Copies the file of SQLite in the place of what a run has left."""
    for left in folder.glob(f"{COPY}*"):
        left.unlink()
    shutil.copyfile(folder / "db.sqlite3", folder / COPY)


def create_database(folder):
    """Creates a database of PostgreSQL as a copy."""
    import psycopg2

    from tests.databases import NAME

    with closing(psycopg2.connect(host=folder, user="postgres", dbname="postgres")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {COPY} TEMPLATE {NAME}")


def make_triggers_anew():
    """Has the code as it is now make the triggers that keep rows from being changed."""
    from django.db import connection

    from yl_district.audit import append_only, write_once

    for module, given in ((append_only, []), (write_once, [write_once.tables()])):
        module.unprotect(connection, *given)
        module.protect(connection, *given)
    connection.close()
