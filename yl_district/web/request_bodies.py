"""The bodies of requests, each read to its end, within limits of size and time, before a view hears of the request."""

import asyncio
from io import BytesIO

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, close_old_connections

from .rejections import broken_off, busy, too_large, too_slow
from .requests import PlainRequest
from .sealed_sessions import SecretSessionMiddleware

# Bytes a second that a sender or reader has to keep up, beyond the seconds that each is given anyway.
SLOWEST_RATE = 16 * 1024


class RequestBodies:
    """Reads bodies into memory; what is larger than anybody may send shares one room."""

    def __init__(self, threads):
        self.threads = threads
        self.room = settings.BODY_ROOM

    async def read(self, environ, receive):
        """The body as a stream in memory; or a Rejection. Whoever has used it gives its size to `forget`."""
        if "CONTENT_LENGTH" not in environ and "HTTP_TRANSFER_ENCODING" not in environ:
            return BytesIO()
        body = Body(self, environ)
        try:
            await body.fill(receive)
        except BaseException:
            self.forget(body.size)
            raise
        return body.stream

    def take_room(self, size):
        """Takes so many bytes from the common room; raises the Rejection `busy` where it is full."""
        if size > self.room:
            raise busy(goes_on_reading=True)
        self.room -= size

    def forget(self, size):
        """Gives back the room of a body of this size."""
        self.room += max(0, size - settings.ANONYMOUS_BODY_LIMIT)


class Body:
    """A body that is being read."""

    def __init__(self, bodies, environ):
        self.bodies, self.environ = bodies, environ
        self.stream, self.size = BytesIO(), 0
        self.limit = settings.ANONYMOUS_BODY_LIMIT

    async def fill(self, receive):
        """Reads all of it."""
        declared = int(self.environ.get("CONTENT_LENGTH", 0))
        await self.allow(declared, declared)
        begun = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(settings.BODY_SECONDS) as time_limit:
                is_open = True
                while is_open:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise broken_off()
                    await self.add(message["body"])
                    is_open = message["more_body"]
                    time_limit.reschedule(begun + settings.BODY_SECONDS + self.size / SLOWEST_RATE)
        except TimeoutError:
            raise too_slow(self.size) from None
        self.stream.seek(0)

    async def add(self, piece):
        """Adds what has come, if it may be so much."""
        size = self.size + len(piece)
        await self.allow(size)
        small = settings.ANONYMOUS_BODY_LIMIT
        self.bodies.take_room(max(0, size - small) - max(0, self.size - small))
        self.size = size
        self.stream.write(piece)

    async def allow(self, size, declared=None):
        """Raises the Rejection `too_large` where the size is too large for its sender, who is asked for only then."""
        if size > self.limit == settings.ANONYMOUS_BODY_LIMIT and await self.is_signed_in():
            self.limit = settings.BODY_LIMIT
        if size > self.limit:
            raise too_large(declared, self.limit)

    async def is_signed_in(self):
        """Whether the request shows the session of somebody."""
        if settings.SESSION_COOKIE_NAME not in self.environ.get("HTTP_COOKIE", ""):
            return False
        return await self.bodies.threads.run(shows_a_session, self.environ)


def shows_a_session(environ):
    """Whether the session of somebody signed in belongs to the request's cookie."""
    close_old_connections()
    try:
        request = PlainRequest(environ | {"wsgi.input": BytesIO()})
        SecretSessionMiddleware(lambda request: None).process_request(request)
        return get_user(request).is_authenticated
    except DatabaseError:
        raise busy(goes_on_reading=True) from None
    finally:
        close_old_connections()
