"""Fixtures for all tests: the database, plain static files, and browser pages that fail on any error they report."""

import gc
import os
import re
import shutil
import time
from collections import Counter
from copy import copy
from datetime import timedelta
from zlib import crc32

import django.test.client
import hypothesis
import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from django.apps import apps
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.http import HttpResponseNotFound
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from playwright.sync_api import expect

from tests.client_sessions import use_secrets
from tests.races import HANGING
from yl_district.audit import write_once
from yl_district.installation import facts
from yl_district.likeness import name_key
from yl_district.pinyin import name_order

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# What is written at a desk is tried on a phone with --full.
WINDOWS = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone", marks=pytest.mark.full)]
# How fast an example is found or run says something about the machine alone.
UNHURRIED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow], "database": None}
hypothesis.settings.register_profile("daily", max_examples=50, derandomize=True, **UNHURRIED)
hypothesis.settings.register_profile("full", max_examples=500, **UNHURRIED)
DATABASE_MARKS = {"both", "in_turn", "postgresql"}
GARBAGE = 200_000  # objects made since the last search for garbage
# What a database holds once it is migrated, by table.
MIGRATED_ROWS = {}
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def by_second_factor(sender, request, user, **options):
    """Has the sessions that tests hand out be those of a sign-in with a one-time code, some time ago."""
    # The request of a session handed out has no path.
    if not request.path:
        record_authentication(request, user, "mfa", type="totp")
        request.session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] = 0


def pytest_configure(config):
    """Take static files from where they are, uncollected; hash passwords fast, as no test is about how well."""
    hypothesis.settings.load_profile("full" if config.getoption("full") else "daily")
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # Each client of a test would look through what was collected.
    settings.STATIC_ROOT = None
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user_logged_in.connect(by_second_factor)
    BaseDatabaseOperations.execute_sql_flush = empty_tables
    django.test.client.store_rendered_templates = keep_first_context
    use_secrets()
    # What this signal puts in comes back with all that a migrated database holds.
    flush.emit_post_migrate_signal = lambda *arguments, **options: None


def pytest_collection_modifyitems(config, items):
    """Leave out what runs on the other database, or with --full alone."""
    earlier = Counter()
    kept = set()
    for item in items:
        test = (item.parent.nodeid, item.originalname)
        if runs_here(config, item, earlier[test]):
            kept.add(item)
        earlier[test] += 1
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]


def pytest_collection_finish():
    """Leave what stands for the whole run out of the search for garbage, which is made seldom, between tests."""
    gc.collect()
    gc.freeze()
    gc.disable()


def pytest_runtest_logfinish():
    """Take the garbage away as soon as there is some."""
    if gc.get_count()[0] > GARBAGE:
        gc.collect()


def pytest_runtest_setup():
    """Have no test see two todays: what would begin shortly before midnight waits for the new day."""
    now = timezone.localtime()
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    if midnight - now < timedelta(seconds=HANGING):
        time.sleep((midnight - now).total_seconds())


def runs_here(config, item, position):
    """Whether a test runs on the chosen database: with --full every one, else those that are marked for it.

    `position` counts the parameters of the same test before it.
    """
    is_on_postgresql, postgresql = config.getoption("database") == "postgresql", item.get_closest_marker("postgresql")
    if config.getoption("full"):
        return is_on_postgresql or not (postgresql and postgresql.kwargs.get("only"))
    if item.get_closest_marker("full"):
        return False
    sampled = item.get_closest_marker("sampled")
    if sampled and position % sampled.args[0]:
        return False
    # A test's own mark goes before that of its file.
    mark = next((mark.name for mark in item.iter_markers() if mark.name in DATABASE_MARKS), None)
    if mark == "in_turn":
        # The name decides, so that a test is always tried on the same one.
        return is_on_postgresql == bool(crc32(item.name.encode()) % 2)
    return mark == "both" or is_on_postgresql == (mark == "postgresql")


def empty_tables(operations, statements, plain=BaseDatabaseOperations.execute_sql_flush):
    """Brings the database back to what migrations left after a test that really commits, whatever runs next.

    The access log refuses to be emptied unless its triggers are away. Of tables with a few rows PostgreSQL deletes
    these a hundred times faster than it truncates the tables.
    """
    with transaction.atomic():
        write_once.ACCESS_LOG.unprotect(operations.connection)
        write_once.unprotect(operations.connection, write_once.tables())
        if operations.connection.vendor == "postgresql":
            tables = re.findall(r'"[^"]+"', " ".join(statements))
            deletions = "; ".join(f"DELETE FROM {table}" for table in tables)
            statements = [f"SET LOCAL session_replication_role = replica; {deletions}"]
        plain(operations, statements)
        put_back_migrated_rows(operations.connection)
        write_once.ACCESS_LOG.protect(operations.connection)
        write_once.protect(operations.connection, write_once.tables())


def put_back_migrated_rows(connection):
    """Inserts the rows of a migrated database into emptied tables, under the keys that caches may remember."""
    with connection.cursor() as cursor:
        for table, rows in MIGRATED_ROWS.items():
            places = ", ".join([f"({', '.join(['%s'] * len(rows[0]))})"] * len(rows))
            cursor.execute(f"INSERT INTO {table} VALUES {places}", [value for row in rows for value in row])


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, database_server):
    """The migrated database, under the name that DATABASE_URL gives, so that programs started by tests work on it too.

    It is copied from the one that an earlier run kept; the first run with its migrations makes it.
    """
    # pytest-django's own fixture would migrate at each run.
    with django_db_blocker.unblock():
        if not database_server.is_migrated:
            call_command("migrate", verbosity=0)
            gc.collect()  # here, not at the expense of the first test
            connection.close()
            database_server.keep()
        remember_rows()
        # No page asks for them, or imports all pages, only when the first test looks at it.
        ContentType.objects.get_for_models(*apps.get_models(), for_concrete_models=False)
        assert get_resolver().url_patterns
        # The tables of sounds and of variant characters are read once in a process.
        assert name_order("章") and name_key("偉")


def remember_rows():
    """Notes what the migrated database holds."""
    with connection.cursor() as cursor:
        for name in connection.introspection.django_table_names(only_existing=True, include_views=False):
            table = connection.ops.quote_name(name)
            cursor.execute(f"SELECT * FROM {table}")
            if rows := cursor.fetchall():
                MIGRATED_ROWS[table] = rows


@pytest.fixture(autouse=True)
def light_crawl(request):
    """In a crawl a page that says "not found" thousands of times is a word, as its wording has a test."""
    if request.node.get_closest_marker("crawl"):
        request.getfixturevalue("monkeypatch").setattr("yl_district.urls.handler404", refusal)


@pytest.fixture(autouse=True)
def no_demo_of_before():
    """Forgets at the end that a test has made its database a demonstration, which is rolled back."""
    yield
    facts.FACTS_READ.get(facts.identity(connection), {}).pop(facts.DEMO, None)


def keep_first_context(store, signal, sender, template, context, **kwargs):
    """Notes the context of a page, for which Django's own client copies that of each of its hundreds of templates."""
    if "context" not in store:
        store["context"] = [copy(context)]


def refusal(request, exception):
    """The same words for whatever is not found."""
    return HttpResponseNotFound("refused")


@pytest.fixture
def broken_log(db):
    """An access log that takes no line, as on a full disk; the trigger goes with the test's transaction."""
    table, act = write_once.ACCESS_LOG.table, "RAISE(ABORT, 'full')"
    statements = {
        "sqlite": [f"CREATE TRIGGER full_log BEFORE INSERT ON {table} BEGIN SELECT {act}; END"],
        "postgresql": [
            "CREATE FUNCTION refuse_line() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'full'; END$$",
            f"CREATE TRIGGER full_log BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_line()",
        ],
    }
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's Chromium, without a window where it is at hand, which takes less; Playwright's own is not needed."""
    expect.set_options(timeout=1000 * HANGING)
    # Playwright keeps an event loop running in this thread, in which Django would refuse every query of a test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    names = [os.environ.get("CHROMIUM"), "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
    found = next(filter(None, map(shutil.which, filter(None, names))), None)
    assert found, "The browser tests need Chromium: see .ci/browser."
    # In a locale without Chinese it would call every download "download".
    return {"executable_path": found, "args": CHROMIUM_ARGUMENTS, "env": os.environ | {"LC_ALL": "C.UTF-8"}}


@pytest.fixture(scope="session")
def base_url(live_server):
    """The running site, so that a page is named by its path alone."""
    return live_server.url


@pytest.fixture
def browser_errors():
    """What the pages of a test reported: script errors and console errors. A test that provokes one clears the list."""
    errors = []
    yield errors
    assert errors == []


@pytest.fixture
def open_page(new_context, browser_errors):
    """A function that opens a browser window of a given kind on the running site; `page.goto("/members/")` works."""

    def open_page(**window):
        # A worker of its own for each window would fetch the shell each time.
        plain = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "service_workers": "block"}
        context = new_context(**plain | window)
        context.set_default_timeout(1000 * HANGING)
        page = context.new_page()
        page.on("pageerror", lambda error: browser_errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and browser_errors.append(message.text))
        return page

    return open_page


@pytest.fixture
def desktop_page(open_page):
    """A page as wide as a desk's screen."""
    return open_page(**DESKTOP)


@pytest.fixture
def phone_page(open_page):
    """A page as wide as a phone's."""
    return open_page(**PHONE)


@pytest.fixture
def sign_in(base_url):
    """A function that gives a page the session of a user, for tests about something else than signing in."""

    def sign_in(page, user):
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base_url}])

    return sign_in
