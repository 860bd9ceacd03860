"""A database that is full, locked, write-protected, frozen or stopped: one page, nothing typed is lost."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, close_old_connections, connection
from django.test import Client
from django.urls import reverse

from orgs.models import UnitContact
from tests.factories import PASSWORD, make_unit
from tests.forms import answers, shown_form
from tests.orgs.sign_in import give_password
from tests.outages import (
    SHORT,
    frozen,
    full_disk,
    gone_file,
    held_lock,
    held_table,
    options,
    read_only_file,
    stopped,
    unused_for_a_minute,
)
from tests.pages import two_branches
from tests.races import HANGING
from yl_district.database.limits import COMMANDS, PAGES, is_long_work
from yl_district.database.outages import Outage, outage_of
from yl_district.web import outage_pages

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 10  # seconds within which every page answers
# Long enough that no free space within the database's pages takes it.
TYPED = {"held_on": "2017-05-04", "form": "phone", "contact_name": "白露", "content": "走访。\n" * 8000}
on_sqlite = pytest.mark.skipif("config.getoption('database') != 'sqlite'")
# What fails where nothing but writing does.
SQLITE = {"locked": held_lock, "full": full_disk, "read-only": read_only_file}


@pytest.fixture
def district():
    """The district with a two-new organisation, its pages shown as the server shows them."""
    place = two_branches()
    place.unit = make_unit("清和科技有限公司")
    place.office.raise_request_exception = False
    return place


@pytest.fixture
def cluster(database_server):
    """The PostgreSQL server of the tests, under connections with short limits."""
    with options(**SHORT.of_postgresql):
        yield database_server


def filled(district):
    """A new record's form, filled in."""
    form = answers(shown_form(district.office.get(reverse("unit_contact_create"))))
    return form | TYPED | {"unit": district.unit.pk}


def post(district, data):
    return district.office.post(reverse("unit_contact_create"), data)


def in_time(worker, act):
    """The result of an act that the worker, with a connection of its own, has done within PATIENCE."""
    return worker.submit(act).result(timeout=PATIENCE)


@pytest.fixture
def workers():
    """Two threads, of which the first has a connection; they close theirs as the server does after each request."""
    first, second = ThreadPoolExecutor(max_workers=1), ThreadPoolExecutor(max_workers=1)
    in_time(first, lambda: connection.ensure_connection())
    yield first, second
    for worker in (first, second):
        worker.submit(lambda: connection.close()).result(timeout=HANGING)
        worker.shutdown()


def kept(answer):
    """The form on a page that says the database does not work, as a browser would send it again."""
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (503, True)
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    return answers(shown_form(answer))


def sent_again(district, answer, data):
    """Sends the kept form twice, and looks at what has become of it."""
    again = kept(answer)
    assert {name: again[name].replace("\r\n", "\n") for name in TYPED} == TYPED
    assert again["submission"] == data["submission"]
    first, second = post(district, again), post(district, again)
    contact = UnitContact.objects.get()
    assert [first.url, second.url] == [contact.get_absolute_url()] * 2
    assert contact.content == TYPED["content"].strip()


@on_sqlite
@pytest.mark.parametrize("fault", SQLITE)
def test_what_was_typed_while_nothing_can_be_written_is_sent_again_and_kept_once(district, fault, promises):
    data = filled(district)
    with SQLITE[fault]():
        answer = post(district, data)
        assert not UnitContact.objects.exists()
    sent_again(district, answer, data)
    promises.add("F2", files=1)


@on_sqlite
def test_twin_without_the_page_an_error_is_all_there_is(district, monkeypatch):
    monkeypatch.setattr(outage_pages, "outage_of", lambda error: None)
    data = filled(district)
    with held_lock():
        answer = post(district, data)
    assert (answer.status_code, "白露" in answer.content.decode()) == (500, False)


@on_sqlite
@pytest.mark.parametrize("fault", SQLITE)
def test_reading_goes_on_where_only_writing_fails(district, fault):
    unused_for_a_minute(district.office)
    with SQLITE[fault]():
        answer = district.office.get(reverse("unit_list"))
        assert (answer.status_code, "清和科技有限公司" in answer.content.decode()) == (200, True)
        # What has to be noted first is not shown; on a full disk a line of the log may still find room.
        assert district.office.get(reverse("ledger_export")).status_code in {503, 200 if fault == "full" else 503}


@on_sqlite
def test_nobody_signs_in_to_a_locked_database_and_no_password_stands_in_the_page(district):
    client = Client(raise_request_exception=False)
    with held_lock():
        answer = give_password(client, district.staff.username)
    text = answer.content.decode()
    assert (answer.status_code, PASSWORD in text, "<form" in text) == (503, False, False)
    assert "密码、口令等不写入本页" in text


@on_sqlite
def test_numbers_are_shown_masked_and_files_are_named(district):
    data = {"name": "白露", "mobile": "13800138000", "attachment": SimpleUploadedFile("名单.pdf", b"%PDF-1.7")}
    with held_lock():
        answer = district.office.post(reverse("member_create"), data)
    text = answer.content.decode()
    assert "<dd>138****8000</dd>" in text
    assert answers(shown_form(answer))["mobile"] == "13800138000"
    assert "名单.pdf" in text and 'enctype="multipart/form-data"' in text


@on_sqlite
def test_a_forged_form_is_not_kept(district):
    """It would come with a valid token, for somebody who presses the button in good faith."""
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = district.office.cookies
    with gone_file():
        answers = [client.post(reverse("unit_contact_create"), TYPED) for client in (strict, district.office)]
    found = [(answer.status_code, "白露" in answer.content.decode()) for answer in answers]
    assert found == [(503, False), (503, True)]


FAULTS = {"frozen": lambda cluster: frozen(), "stopped": stopped}


@pytest.mark.postgresql(only=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_page_answers_in_time_whatever_postgresql_does(district, cluster, workers, fault, promises):
    data, (first, second) = filled(district), workers
    with FAULTS[fault](cluster):
        answer = in_time(first, lambda: post(district, data))
        in_time(first, close_old_connections)
        other = in_time(second, lambda: browser_like(district.office).get(reverse("unit_list")))
        assert (other.status_code, "<form" in other.content.decode()) == (503, False)
    close_old_connections()
    sent_again(district, answer, data)
    promises.add("F2", servers=1)


@pytest.mark.full
@pytest.mark.postgresql(only=True)
def test_twin_without_the_watch_a_page_waits_for_a_frozen_server(district, cluster, workers):
    """The server's own limits do not run while it stands still."""
    data, (_, second) = filled(district), workers
    with options(connection_factory=None, cursor_factory=None):
        in_time(second, lambda: connection.ensure_connection())
        with frozen():
            waiting = second.submit(lambda: post(district, data))
            with pytest.raises(TimeoutError):
                waiting.result(timeout=PATIENCE)
        assert waiting.result(timeout=HANGING).status_code in {302, 503}


@pytest.mark.postgresql(only=True)
def test_a_page_does_not_wait_for_a_lock_and_what_was_typed_is_kept(district, cluster):
    data = filled(district)
    with held_table(UnitContact._meta.db_table):
        answer = post(district, data)
    sent_again(district, answer, data)


@pytest.mark.postgresql(only=True)
def test_a_statement_that_takes_long_is_ended_by_the_server_alone(cluster):
    """The server is asked after a second of silence, and says that it works."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)
        cursor.execute("SELECT pg_sleep(1.5)")
        with pytest.raises(OperationalError) as ended:
            cursor.execute("SELECT pg_sleep(60)")
    assert outage_of(ended.value) == Outage.SLOW


def test_what_manage_py_does_may_take_longer_than_pages():
    acts = [["serve", "--port", "8000"], ["runserver"], ["migrate"], ["import_work", "1", "check"], []]
    assert [is_long_work(arguments) for arguments in acts] == [False, False, True, True, True]
    assert COMMANDS.statement > PAGES.statement and COMMANDS.unless_stated(lock=5, silence=None).lock == 5


def browser_like(client):
    """Another browser with the same cookies."""
    other = Client(raise_request_exception=False)
    other.cookies = client.cookies
    return other
