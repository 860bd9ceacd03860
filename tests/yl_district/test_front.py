"""The front of the server: what a thread sees of a request, and what it never sees."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from threading import Event

import pytest
from django.http import FileResponse, HttpResponse

from yl_district.web.error_reports import DiscreetFormatter
from yl_district.web.front import ANSWER_PIECE, Front

# A page that says why something is not handled also says whether the database is that of a demonstration.
pytestmark = pytest.mark.django_db
ALL = {"more_body": False}
# Seconds after which a thread gives up waiting for a test that has failed.
GIVEN_UP = 5


def scope(method="POST", *headers, path=b"/"):
    """A request as the server hands it over."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "raw_path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", "40000"),
        "server": ("127.0.0.1", "8000"),
    }


CHUNKED = scope("POST", (b"transfer-encoding", b"chunked"))


def piece(body=b"", **more):
    """A part of a body, after which others come."""
    return {"type": "http.request", "body": body, "more_body": True} | more


class Views:
    """A WSGI application that keeps the bodies it was given."""

    def __init__(self, response=HttpResponse):
        self.seen, self.response = [], response

    def __call__(self, environ, start_response):
        self.seen.append(environ["wsgi.input"].read())
        response = self.response()
        start_response(f"{response.status_code} OK", list(response.items()))
        return response


class Client:
    """What a client sends, and what has come back to it."""

    def __init__(self, *messages, takes=None):
        self.messages, self.takes, self.sent = list(messages), takes, []

    async def receive(self):
        """The next part; after the last one nothing comes any more."""
        if self.messages:
            return self.messages.pop(0)
        return await asyncio.Event().wait()

    async def send(self, message):
        """Takes what comes back, as much as it wants to."""
        if self.takes is not None and len(self.sent) >= self.takes:
            await asyncio.Event().wait()
        self.sent.append(message)

    @property
    def status(self):
        return self.sent[0]["status"]

    @property
    def content(self):
        return b"".join(message["body"] for message in self.sent[1:])


def run_apart(coroutine):
    """Its result, from an event loop in another thread: in this one a browser's may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asyncio.wait_for(coroutine, GIVEN_UP)).result()


def meet(front, client, request=CHUNKED):
    """The client's one request to the front."""
    run_apart(front(request, client.receive, client.send))
    return client


def test_a_view_gets_the_whole_body_of_a_request_and_nothing_of_an_unfinished_one(settings):
    settings.BODY_SECONDS = 0.02
    views = Views()
    whole = meet(Front(views), Client(piece(b"ab"), piece(b"c", **ALL)))
    broken_off = meet(Front(views), Client(piece(b"ab"), {"type": "http.disconnect"}))
    unfinished, not_begun = meet(Front(views), Client(piece(b"ab"))), meet(Front(views), Client())
    assert [client.status for client in (whole, broken_off, unfinished, not_begun)] == [200, 400, 408, 408]
    assert views.seen == [b"abc"]


def test_a_slow_body_may_go_on_as_long_as_it_comes(settings, monkeypatch):
    settings.BODY_SECONDS = 0.05
    monkeypatch.setattr("yl_district.web.request_bodies.SLOWEST_RATE", 10)
    client = Client(*[piece(b"abc")] * 10, piece(**ALL))
    plain = client.receive

    async def receive():
        await asyncio.sleep(0.02)
        return await plain()

    client.receive = receive
    assert meet(Front(Views()), client).status == 200


def test_bodies_beyond_the_common_room_are_refused_and_the_room_is_given_back(settings, monkeypatch):
    monkeypatch.setattr("yl_district.web.request_bodies.shows_a_session", lambda environ: True)
    monkeypatch.setattr("yl_district.web.front.LINGER_SECONDS", 0)
    settings.BODY_ROOM = 100_000
    request = scope("POST", (b"transfer-encoding", b"chunked"), (b"cookie", b"shown=a"))
    settings.SESSION_COOKIE_NAME = "shown"
    front = Front(Views())
    large, small = [piece(b"x" * 150_000), piece(b"x" * 150_000, **ALL)], [piece(b"x" * 150_000, **ALL)]
    statuses = [meet(front, Client(*sent), request).status for sent in (large, small, large, small)]
    assert (statuses, front.bodies.room) == ([503, 200, 503, 200], 100_000)


def test_requests_wait_for_a_thread_and_no_longer_than_a_while(settings):
    settings.SERVER_THREADS, settings.WAIT_SECONDS = 1, 0.05
    goes_on, views = Event(), Views()

    def slow():
        goes_on.wait(GIVEN_UP)
        return HttpResponse()

    async def crowd():
        views.response = slow
        front, clients = Front(views), [Client(), Client()]
        first = asyncio.create_task(front(scope("GET"), clients[0].receive, clients[0].send))
        await asyncio.sleep(0)
        await front(scope("GET"), clients[1].receive, clients[1].send)
        goes_on.set()
        await first
        return clients

    first, second = run_apart(crowd())
    assert (first.status, second.status, len(views.seen)) == (200, 503, 1)
    assert (b"retry-after", b"10") in second.sent[0]["headers"]


def test_an_act_that_nobody_waits_for_is_done_to_its_end_before_its_thread_is_free(settings):
    settings.SERVER_THREADS = 1
    begun, goes_on, views = Event(), Event(), Views()

    def slow():
        begun.set()
        goes_on.wait(GIVEN_UP)
        return HttpResponse()

    async def give_up():
        views.response = slow
        front, client = Front(views), Client()
        task = asyncio.create_task(front(scope("GET"), client.receive, client.send))
        await asyncio.to_thread(begun.wait, GIVEN_UP)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        taken = front.threads.free.locked()
        goes_on.set()
        await front.threads.free.acquire()
        return taken

    assert (run_apart(give_up()), views.seen) == (True, [b""])


def test_a_fault_of_the_application_is_a_page_and_a_line_without_numbers(caplog):
    def view(environ, start_response):
        raise ValueError("13800138000")

    client = meet(Front(view), Client(), scope("GET"))
    assert (client.status, "系统出错" in client.content.decode()) == (500, True)
    [line] = caplog.records
    assert "13800138000" not in DiscreetFormatter().format(line)


def test_a_long_answer_is_read_piece_by_piece_and_closed():
    content, files = b"ab" * ANSWER_PIECE, []

    def file():
        files.append(BytesIO(content))
        return FileResponse(files[0])

    client = meet(Front(Views(file)), Client(), scope("GET"))
    assert (client.status, client.content, files[0].closed) == (200, content, True)
    assert [len(message["body"]) for message in client.sent[1:]] == [ANSWER_PIECE, ANSWER_PIECE, 0]


def test_an_answer_that_nobody_takes_holds_no_thread_and_is_broken_off(settings, monkeypatch):
    monkeypatch.setattr("yl_district.web.front.SLOWEST_RATE", ANSWER_PIECE * 1000)
    settings.SERVER_THREADS, settings.SEND_SECONDS = 1, 0.05
    file, reader, other = BytesIO(b"ab" * ANSWER_PIECE), Client(takes=2), Client()
    answers = [FileResponse(file), HttpResponse()]
    front = Front(Views(lambda: answers.pop(0)))

    async def both():
        slow = asyncio.create_task(front(scope("GET"), reader.receive, reader.send))
        while len(reader.sent) < 2:
            await asyncio.sleep(0.001)
        await front(scope("GET"), other.receive, other.send)
        assert not slow.done()
        await slow
        front.threads.pool.shutdown()

    run_apart(both())
    assert (other.status, len(reader.content), file.closed) == (200, ANSWER_PIECE, True)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"cookie", b"a=1"), (b"cookie", b"b=2")], {"HTTP_COOKIE": "a=1; b=2"}),
        ([(b"x-many", b"1"), (b"x-many", b"2")], {"HTTP_X_MANY": "1,2"}),
        ([(b"x_many", b"1")], {}),
        ([(b"x-forwarded-host", b"a"), (b"x-real-ip", b"1.1.1.1"), (b"forwarded", b"for=1.1.1.1")], {}),
        ([(b"content-type", b"text/plain")], {"CONTENT_TYPE": "text/plain"}),
    ],
)
def test_headers_reach_a_view_under_names_that_mean_one_thing(headers, expected):
    found = {}

    def view(environ, start_response):
        found.update(environ)
        start_response("204 No Content", [])
        return HttpResponse()

    meet(Front(view), Client(), scope("GET", *headers, path=b"/%E5%9B%A2%00"))
    told = {name: value for name, value in found.items() if name.startswith(("HTTP_", "CONTENT_TYPE"))}
    assert told == expected | {"HTTP_HOST": "localhost"}
    assert found["PATH_INFO"].encode("latin-1") == "/团\0".encode()
