"""No number, name, password or key, entered or stored, appears in a log, an error page or an error report."""

import io
import logging
import sys
from contextlib import suppress

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter, get_exception_reporter_class

from tests.factories import PASSWORD, SECRET, make_member, make_person, minor_birth_date
from tests.orgs.sign_in import give_password
from tests.viewers import APPS, district, identity_number, phone, viewers
from tests.workbooks import workbook
from yl_district.audit.models import AccessEntry
from yl_district.web.error_reports import DiscreetFormatter

pytestmark = pytest.mark.django_db

BORN = minor_birth_date()
# What is stored, and what is typed into forms; each of another child.
STORED = {"name": "褚小禾", "identity_number": identity_number("own", BORN), "mobile": phone("own")}
TYPED = {"name": "褚小麦", "identity_number": identity_number("foreign", BORN), "mobile": phone("foreign")}
TYPED_PASSWORD = "planted-Passw0rd-72"
MEMBER = {"gender": "F", "birth_date": BORN, "status": "normal", "password": TYPED_PASSWORD, "code": SECRET}


@pytest.fixture
def lines():
    """Everything that is logged meanwhile, as the site writes it: of its own parts all, of others what warns."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(DiscreetFormatter())
    own = [logging.getLogger(name) for name in APPS]
    before = [(logger, logger.level) for logger in own]
    for logger in own:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)


def planted():
    """The district with a child registered, the office's client, and everything that must not be found."""
    place = district()
    clients = viewers(place)
    member = make_member(branch=place.own.branch, person=make_person(**STORED, birth_date=BORN, gender="F"))
    for client in clients.values():
        client.raise_request_exception = False
    session = clients["office"].cookies[settings.SESSION_COOKIE_NAME].value
    secrets = {*STORED.values(), *TYPED.values(), TYPED_PASSWORD, PASSWORD, SECRET, session, settings.SECRET_KEY}
    return place, clients["office"], member, secrets


def raising(*arguments, **options):
    """Fails with numbers in its variables and in its words."""
    child, password, number = STORED["name"], TYPED_PASSWORD, TYPED["identity_number"]
    raise RuntimeError(f"{number} {STORED['mobile']} of {len(child + password)} characters")


def error_pages(place, client, member, monkeypatch):
    """Each kind of error with the planted values sent along, as (status expected, answer)."""
    typed = TYPED | MEMBER | {"branch": place.own.branch.pk}
    query = f"/members/987654/?search={TYPED['identity_number']}&name={TYPED['mobile']}"
    yield 404, client.get(query)
    yield 400, client.post(reverse("member_create"), typed | {f"f{number}": "1" for number in range(2000)})
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = client.cookies
    yield 403, strict.post(reverse("member_create"), typed)
    yield 405, client.post(reverse("record_history", args=["member", member.pk]), typed)
    yield 410, client.post(reverse("invitation_accept", args=["x", TYPED["mobile"]]), typed)
    for name in [place.users["cadre"].username] * 6 + [TYPED["mobile"], TYPED_PASSWORD]:
        answer = give_password(Client(), name, TYPED_PASSWORD)
        if answer.status_code == 429:
            yield 429, answer
    with monkeypatch.context() as patch:
        patch.setattr("members.forms.PersonForm.clean_name", raising)
        yield 500, client.post(reverse("member_create"), typed)
    with monkeypatch.context() as patch:
        patch.setattr("yl_district.audit.access_log.append", failing)
        yield 503, client.get(reverse("ledger_export"))


def failing(entry):
    raise DatabaseError(f"cannot write {TYPED['identity_number']}")


def found_in(text, secrets):
    """Which of the secrets a text holds."""
    return {secret for secret in secrets if secret in text}


def test_no_error_page_and_no_log_holds_what_was_sent_or_stored(lines, monkeypatch, settings, promises):
    settings.ADMINS = [("系统管理员", "root@localhost")]
    place, client, member, secrets = planted()
    found, statuses = {}, []
    for status, answer in error_pages(place, client, member, monkeypatch):
        assert answer.status_code == status
        statuses.append(status)
        found[status] = found_in(answer.content.decode(), secrets)
    found["log"] = found_in(lines.getvalue(), secrets)
    found["access log"] = found_in(str(list(AccessEntry.objects.values())), secrets)
    found["mail"] = found_in(
        "".join(message.subject + message.body + str(message.alternatives) for message in mail.outbox), secrets
    )
    assert {404, 400, 403, 429, 500, 503} <= set(statuses)
    assert "Traceback" in lines.getvalue() and len(mail.outbox) > 1
    promises.add("E3", secrets=len(secrets), kinds=len(statuses))
    assert {place: each for place, each in found.items() if each} == {}


def test_a_form_shown_again_after_others_changed_the_record_shows_nothing_stored(lines):
    _, client, member, secrets = planted()
    address = reverse("member_update", args=[member.pk])
    page = client.get(address).context["form"]
    stale = " ".join(f"{part.split('=')[0]}=0" for part in page.version.split())
    answer = client.post(address, TYPED | MEMBER | {"branch": member.branch_id, "version": stale})
    typed = {*TYPED.values(), TYPED_PASSWORD}
    assert answer.status_code == 409
    assert found_in(answer.content.decode(), secrets - typed) == set()
    assert found_in(lines.getvalue(), secrets) == set()


SHEETS = {
    "another number of the same child": {
        "姓名": STORED["name"],
        "手机号码": STORED["mobile"],
        "身份证号": TYPED["identity_number"],
    },
    "another name and mobile of the same number": {
        "姓名": TYPED["name"],
        "手机号码": TYPED["mobile"],
        "身份证号": STORED["identity_number"],
    },
}


@pytest.mark.parametrize("kind", SHEETS)
def test_no_import_report_tells_a_stored_number_or_a_minors_name(kind, lines, tmp_path, capsys):
    place, client, _, secrets = planted()
    row = SHEETS[kind] | {"性别": "女", "出生日期": BORN.isoformat(), "所在团支部": str(place.own.branch)}
    data = workbook({"团员": [row]})
    sent = {"kind": "ledger", "file": SimpleUploadedFile("台账.xlsx", data)}
    answer = client.post(reverse("import_batch_create"), sent, follow=True)
    path = tmp_path / "台账.xlsx"
    path.write_bytes(data)
    for options in ([], ["--json"]):
        with suppress(SystemExit):
            call_command("import_ledger", path, "--check", *options)
    told, written = capsys.readouterr().out, answer.content.decode()
    unseen = {value for value in STORED.values() if value not in row.values()}
    assert "团员" in told and "团员" in written
    assert (found_in(told, unseen), found_in(written, unseen)) == (set(), set())
    assert found_in(lines.getvalue(), secrets) == set()


def test_a_command_that_fails_tells_no_secret(lines, tmp_path, capsys):
    *_, secrets = planted()
    with pytest.raises(CommandError) as failure:
        call_command("import_ledger", tmp_path / "没有.xlsx")
    with pytest.raises(CommandError) as other:
        call_command("annual_summary", "2017", "--scope", "没有这个组织", "--format", "json", "-o", tmp_path / "x")
    output = capsys.readouterr()
    assert found_in(f"{failure.value}{other.value}{output.out}{output.err}{lines.getvalue()}", secrets) == set()


def test_every_handler_of_the_site_and_every_report_of_an_error_is_discreet():
    handlers = settings.LOGGING["handlers"].values()
    assert {settings.LOGGING["formatters"][handler["formatter"]]["()"] for handler in handlers} == {
        "yl_district.web.error_reports.DiscreetFormatter"
    }
    try:
        raising()
    except RuntimeError:
        reporter = get_exception_reporter_class(None)(None, *sys.exc_info())
    for text in (reporter.get_traceback_text(), reporter.get_traceback_html()):
        assert "raising" in text
        assert found_in(text, {*STORED.values(), *TYPED.values(), TYPED_PASSWORD}) == set()


def test_twin_djangos_own_report_and_format_hold_the_secrets():
    try:
        raising()
    except RuntimeError:
        failure = sys.exc_info()
    report = ExceptionReporter(None, *failure).get_traceback_html()
    line = logging.Formatter().format(logging.LogRecord("x", logging.ERROR, "x", 1, "x", (), failure))
    assert found_in(report, {STORED["name"], TYPED_PASSWORD}) == {STORED["name"], TYPED_PASSWORD}
    assert found_in(line, {*TYPED.values()}) == {TYPED["identity_number"]}
