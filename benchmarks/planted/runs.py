"""A run of tests in a forked process, on a copy of a database that was migrated once."""

import os
import shutil
import sys
from pathlib import Path

import pytest

NAME, TEMPLATE = "planted", "sound"
SERIALIZED = "serialized.json"
OPTIONS = ["-q", "-p", "no:cacheprovider", "--no-header", "--tb=short"]


def collect(tests):
    """Collects tests; returns pytest's exit code and the names of the modules from outside the project."""
    code = pytest.main([*OPTIONS, "--collect-only", "-qq", "--full", *tests])
    modules = [name for name, module in sys.modules.items() if is_foreign(module)]
    # Pytest wants to be first in importing its plugins.
    return {"code": code, "modules": [name for name in modules if "hypothesis" not in name and "pytest" not in name]}


def is_foreign(module):
    """Whether a module belongs neither to the project nor to this program."""
    file = getattr(module, "__file__", None)
    is_installed = file and any(part in ("site-packages", "dist-packages") for part in Path(file).parts)
    return bool(file) and (is_installed or not Path(file).is_relative_to(Path.cwd()))


def address(database, folder, name):
    """The DATABASE_URL of a database."""
    if database == "postgresql":
        return f"postgres://postgres@/{folder}/{name}"
    return f"sqlite:///{folder / name}"


def make_database(database, folder):
    """Makes and migrates the database that all runs copy; returns 0 as the code."""
    if database == "postgresql":
        from tests.postgres import Cluster

        Cluster(folder).start()
    os.environ |= {
        "DATABASE_URL": address(database, folder, TEMPLATE),
        "DJANGO_SETTINGS_MODULE": "yl_district.settings",
    }
    import django
    from django.db import connection

    django.setup()
    connection.settings_dict["TEST"]["NAME"] = TEMPLATE if database == "postgresql" else str(folder / TEMPLATE)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=True)
    (folder / SERIALIZED).write_text(connection._test_serialized_contents)
    connection.close()
    return {"code": 0}


def run_tests(tests, database, folder, is_migrated_anew, stops, is_full):
    """Runs tests; returns pytest's exit code and the names of those that failed."""
    plugin = Plugin(database, folder, is_migrated_anew)
    options = [*OPTIONS, f"--database={database}", *(["-x"] if stops else []), *(["--full"] if is_full else [])]
    code = pytest.main([*options, *tests], plugins=[plugin])
    return {"code": int(code), "failed": plugin.failed}


class Plugin:
    """Has pytest take the prepared database, and notes what fails."""

    def __init__(self, database, folder, is_migrated_anew):
        self.database = database
        self.folder = folder
        self.is_migrated_anew = is_migrated_anew
        self.failed = []

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_load_initial_conftests(self):
        """Name the database after tests.postgres has named another."""
        os.environ["DATABASE_URL"] = address(self.database, self.folder, NAME)
        return (yield)

    @pytest.hookimpl
    def pytest_configure(self, config):
        """Take the place of what else would start a server and migrate."""
        config.pluginmanager.register(sys.modules[__name__])
        if not self.is_migrated_anew:
            from django.db.backends.base.creation import BaseDatabaseCreation

            BaseDatabaseCreation.create_test_db = copied(self.folder)

    def pytest_collectreport(self, report):
        """Note what cannot be collected."""
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtest_logreport(self, report):
        """Note what fails."""
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)


@pytest.fixture(scope="session")
def database_server():
    """None: the server runs already."""


def copied(folder):
    """What Django calls to make the test database: it copies the one that was migrated."""

    def create_test_db(creation, verbosity=1, autoclobber=False, serialize=True, keepdb=False):
        connection = creation.connection
        name = creation._get_test_db_name()
        if connection.vendor == "postgresql":
            connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE
            creation._create_test_db(verbosity, autoclobber=True)
        else:
            for left in folder.glob(f"{NAME}*"):
                left.unlink()
            shutil.copyfile(folder / TEMPLATE, name)
        connection.close()
        connection.settings_dict["NAME"] = name
        if serialize:
            connection._test_serialized_contents = (folder / SERIALIZED).read_text()
        connection.ensure_connection()
        return name

    return create_test_db
