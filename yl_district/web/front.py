"""The front of the server: it takes requests in and sends answers off, so that no thread waits for a client."""

import asyncio
import logging
from contextlib import suppress

from django.conf import settings

from .environ import wsgi_environ
from .proxies import proxy_networks
from .rejections import Rejection, failed_within
from .request_bodies import SLOWEST_RATE, RequestBodies
from .unread_answers import close_unread
from .worker_threads import WorkerThreads

logger = logging.getLogger(__name__)
# Bytes of an answer that are read at once; a shorter answer is read in one go.
ANSWER_PIECE = 64 * 1024
# How long, and how much, of a refused body is thrown away while its sender has not yet looked at the answer.
LINGER_SECONDS, LINGER_BODIES, SILENT_SECONDS = 5, 4, 0.5


class Front:
    """An ASGI application that has a WSGI one answer each request in a thread, once its whole body is there."""

    def __init__(self, handler):
        self.handler = handler
        self.networks = proxy_networks()
        self.threads = WorkerThreads(settings.SERVER_THREADS, settings.WAIT_SECONDS)
        self.bodies = RequestBodies(self.threads)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        environ = wsgi_environ(scope, self.networks)
        try:
            answer, piece = await self.answer(environ, receive)
        except Rejection as rejection:
            await send_rejection(rejection, environ, receive, send)
        except Exception:
            # By our own logger, which keeps names and numbers out; the server would print everything.
            logger.exception("A request found no answer.")
            await send_rejection(failed_within(), environ, receive, send)
        else:
            await self.send_answer(answer, piece, send)

    async def live(self, receive, send):
        """Tells the server that its start and its end are all right."""
        while True:
            kind = (await receive())["type"]
            if kind == "lifespan.startup":
                self.closing = asyncio.create_task(close_unread(settings.SEND_SECONDS))
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return

    async def answer(self, environ, receive):
        """What the handler answers, with its first piece; raises a Rejection instead."""
        body = await self.bodies.read(environ, receive)
        size = len(body.getbuffer())
        environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(size)}
        try:
            return await self.threads.run(begin, self.handler, environ)
        finally:
            self.bodies.forget(size)

    async def send_answer(self, answer, piece, send):
        """Sends an answer, piece by piece where it is long; one that is taken too slowly is broken off."""
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        begun, sent = asyncio.get_running_loop().time(), 0
        try:
            while not answer.is_over:
                async with asyncio.timeout_at(begun + settings.SEND_SECONDS + sent / SLOWEST_RATE):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                sent += len(piece)
                piece = await self.threads.run(answer.take)
        except (TimeoutError, Rejection):
            # Without its last piece the server closes the connection, and the reader sees that something is missing.
            self.threads.pool.submit(answer.close)
        else:
            await send({"type": "http.response.body", "body": piece})


class Answer:
    """The answer of a WSGI application, read piece by piece, each in a thread."""

    def __init__(self, handler, environ):
        self.is_over = False
        self.response = handler(environ, self.start)
        self.parts = iter(self.response)

    def start(self, status, headers, exc_info=None):
        """WSGI's start_response."""
        self.status = int(status.split()[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

    def take(self):
        """The next piece; the last one may be empty."""
        pieces, size = [], 0
        for part in self.parts:
            pieces.append(part)
            size += len(part)
            if size >= ANSWER_PIECE:
                break
        else:
            self.close()
        return b"".join(pieces)

    def close(self):
        """Ends the answer, wherever it is."""
        self.is_over = True
        self.response.close()


def begin(handler, environ):
    """(answer, its first piece)"""
    answer = Answer(handler, environ)
    return answer, answer.take()


async def send_rejection(rejection, environ, receive, send):
    """Sends the page of a rejection and ends the connection, of which the rest could not be told from a new request."""
    page = rejection.page().encode()
    headers = [*rejection.headers(), ("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))]
    pairs = [(name.lower().encode(), value.encode()) for name, value in [*headers, ("Connection", "close")]]
    await send({"type": "http.response.start", "status": rejection.status, "headers": pairs})
    if rejection.goes_on_reading and "HTTP_EXPECT" not in environ:
        # A browser reads the answer when it has sent everything. The last byte keeps the connection until then.
        await send({"type": "http.response.body", "body": page[:-1], "more_body": True})
        await throw_away(receive)
        page = page[-1:]
    await send({"type": "http.response.body", "body": page})


async def throw_away(receive):
    """Reads on for a while, as long as something comes."""
    size, is_open = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while is_open and size < LINGER_BODIES * settings.BODY_LIMIT:
                async with asyncio.timeout(SILENT_SECONDS):
                    message = await receive()
                size += len(message.get("body", b""))
                is_open = message.get("more_body", False)
