"""The production server, started as `make serve` starts it."""

from contextlib import ExitStack
from http import HTTPStatus

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from orgs.models import Role
from tests.factories import make_organisation, make_user
from tests.races import HANGING
from tests.servers import answer, connected, have_heard, is_cut, rest_of, running_server, status_of
from yl_district.audit.access_log import Action
from yl_district.audit.models import AccessEntry

# Four times the threads that the server had before it had a front, each of which one such client held for ever.
SLOW_CLIENTS = 4 * 128
HOST = "Host: 127.0.0.1\r\n"
FORM = f"POST /login/ HTTP/1.1\r\n{HOST}Cookie: csrftoken={'a' * 32}\r\n"
UNFINISHED_FORM = (
    f"{FORM}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\ncsrfmiddlewaretoken="
).encode()
UNFINISHED_HEADERS = f"GET /login/ HTTP/1.1\r\n{HOST}X-Slow: a".encode()
LOGIN = f"GET /login/ HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n".encode()
# The time of a server counts for the test that ends it.
pytestmark = [pytest.mark.cpu(12), pytest.mark.django_db(transaction=True)]
LARGE = "Content-Length: 400000000\r\n"


@pytest.fixture(scope="module")
def hurried_server(django_db_setup):
    """The port of a server with little patience."""
    limits = {"HEADER_SECONDS": "1", "BODY_SECONDS": "1", "SEND_SECONDS": "1", "TRUSTED_PROXIES": "127.0.0.1"}
    with running_server(**limits) as port:
        yield port


def slow_clients(stack, port, sent, number=SLOW_CLIENTS):
    """So many connections, each of which has sent these bytes and sends no more."""
    clients = [stack.enter_context(connected(port)) for _ in range(number)]
    for client in clients:
        client.sendall(sent)
    return clients


@pytest.mark.parametrize("unguarded", [False, pytest.param(True, id="twin", marks=pytest.mark.full)])
def test_whoever_does_not_finish_holds_nobody_up(promises, unguarded):
    patience = {"HEADER_SECONDS": "60", "BODY_SECONDS": "600"}
    with running_server(unguarded=unguarded, **patience) as port, ExitStack() as stack:
        slow = slow_clients(stack, port, UNFINISHED_FORM)
        slow += slow_clients(stack, port, UNFINISHED_HEADERS)
        honest = stack.enter_context(connected(port))
        if unguarded:
            honest.settimeout(5)
            honest.sendall(LOGIN)
            with pytest.raises(TimeoutError):
                honest.recv(1)
            return
        honest.sendall(LOGIN)
        assert status_of(rest_of(honest)) == HTTPStatus.OK
        assert [status_of(answer(port, LOGIN)) for _ in range(9)] == [HTTPStatus.OK] * 9
        # The slow ones are all still there: nothing has come back to them, not even an end.
        assert have_heard(slow) == 0
        promises.add("F5", unfinished=len(slow))


def test_whoever_does_not_finish_is_cut_off(hurried_server):
    with ExitStack() as stack:
        [form] = slow_clients(stack, hurried_server, UNFINISHED_FORM, 1)
        [headers] = slow_clients(stack, hurried_server, UNFINISHED_HEADERS, 1)
        headers.settimeout(HANGING / 4)
        text = rest_of(form)
        assert (status_of(text), rest_of(headers)) == (HTTPStatus.REQUEST_TIMEOUT, b"")
        assert "只收到 20\xa0字节" in text.decode()


def test_an_answer_that_nobody_takes_is_cut_off(hurried_server):
    page = f"GET /static/vendor/tabler.min.css HTTP/1.1\r\n{HOST}\r\n".encode()
    with connected(hurried_server) as reader:
        reader.sendall(page * 20)
        assert is_cut(reader)


@pytest.mark.parametrize("expects", ["", "Expect: 100-continue\r\n"])
def test_what_is_declared_too_large_is_refused_unread(hurried_server, expects):
    with connected(hurried_server) as client:
        client.sendall(f"{FORM}{expects}Content-Type: multipart/form-data; boundary=x\r\n{LARGE}\r\n".encode())
        text = rest_of(client)
    assert status_of(text) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "上限为 64.0\xa0KB" in text.decode()


@pytest.mark.parametrize(
    ("unguarded", "status"), [(False, 413), pytest.param(True, 403, id="twin", marks=pytest.mark.full)]
)
def test_what_nobody_signed_in_sends_reaches_no_view(hurried_server, unguarded, status):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n' + bytes(10_000_000) + b"\r\n--x--\r\n"
    )
    kind = "Connection: close\r\nContent-Type: multipart/form-data; boundary=x"
    sent = f"{FORM}{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    with ExitStack() as stack:
        port = stack.enter_context(running_server(unguarded=True)) if unguarded else hurried_server
        assert status_of(answer(port, sent)) == status


def test_what_turns_out_too_large_is_cut(hurried_server):
    with connected(hurried_server) as client:
        client.sendall(f"{FORM}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(5):
            client.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        text = rest_of(client)
    assert status_of(text) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "超过 64.0\xa0KB" in text.decode()


def test_whoever_is_signed_in_sends_up_to_the_limit_of_uploads(hurried_server):
    user = make_user("林知秋", make_organisation())
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    head = f"POST /login/ HTTP/1.1\r\n{HOST}Connection: close\r\nContent-Length: {{}}\r\nCookie: {{}}\r\n\r\n"
    size = settings.ANONYMOUS_BODY_LIMIT + 1
    tries = {
        (size, "none=1"): HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        (size, f"{cookie}x"): HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        (size, cookie): HTTPStatus.FORBIDDEN,  # by the view's own protection, which has seen all of it
        (settings.BODY_LIMIT, cookie): HTTPStatus.FORBIDDEN,
        (settings.BODY_LIMIT + 1, cookie): HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    }
    found = {}
    for sent, shown in tries:
        found[sent, shown] = status_of(answer(hurried_server, head.format(sent, shown).encode() + b"x" * sent))
    assert found == tries


@pytest.mark.parametrize(
    ("proxies", "noted"), [("127.0.0.1", "203.0.113.9"), pytest.param("", "127.0.0.1", marks=pytest.mark.full)]
)
def test_the_log_has_the_address_that_a_trusted_proxy_tells(hurried_server, proxies, noted):
    user = make_user("章程", make_organisation(), Role.Kind.CADRE)
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    request = (
        f"GET {reverse('account_list')} HTTP/1.1\r\n{HOST}Connection: close\r\nCookie: {cookie}\r\n"
        "X-Forwarded-For: 198.51.100.7, 203.0.113.9\r\n\r\n"
    ).encode()
    with ExitStack() as stack:
        port = hurried_server if proxies else stack.enter_context(running_server(TRUSTED_PROXIES=proxies))
        assert status_of(answer(port, request)) == HTTPStatus.NOT_FOUND
    assert [entry.address for entry in AccessEntry.objects.filter(action=Action.REFUSAL)] == [noted]


ODD = {
    b"GET /%00%ff/%2e%2e/x%25 HTTP/1.1\r\n": 404,
    b"GET /a\0b HTTP/1.1\r\n": 400,
    b"GET /\xe9\xff HTTP/1.1\r\n": 400,
    b"GET /%zz HTTP/1.1\r\n": 404,
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n": 414,
    b"GET /?" + b"a" * 60_000 + b" HTTP/1.1\r\n": 400,
    b"GET /login/ HTTP/1.1\r\n" + b"X: a\r\n" * 200: 431,
    b"GET http://elsewhere.example/login/ HTTP/1.1\r\n": 200,
    b"OPTIONS * HTTP/1.1\r\n": 405,
    b"HEAD /login/ HTTP/1.1\r\n": 200,
    b"GET /login/ HTTP/1.1\r\nHost: elsewhere.example\r\n": 400,
    b"POST /login/ HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n": 400,
    b"POST /login/ HTTP/1.1\r\nContent-Length: +3\r\n": 400,
    b"POST /login/ HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n": 400,
    b"POST /login/ HTTP/1.1\r\nTransfer-Encoding: gzip\r\n": 400,
    b"POST /login/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": 400,
    b"POST /login/ HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n": 403,
    b"\x16\x03\x01\x02\x00\x01\r\n": 400,
}


def test_odd_requests_are_refused_and_never_a_fault(promises, hurried_server):
    found = {}
    for request in ODD:
        line, *rest = request.partition(b"\r\n")
        sent = b"".join([line, b"\r\nHost: 127.0.0.1\r\nConnection: close", *rest, b"\r\n"])
        found[request] = status_of(answer(hurried_server, sent))
    assert found == ODD
    promises.add("F5", odd=len(found))
