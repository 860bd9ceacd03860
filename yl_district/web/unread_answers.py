"""Answers that nobody takes: the connection is closed by the operating system after some time."""

import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path

# As long as the server may take to listen after its application has started.
LISTENS_WITHIN = 10


async def close_unread(seconds):
    """Has every connection closed, also with an answer already sent off, of which nothing is taken for so many seconds.

    The server opens its socket some time after it has started the application, and its connections inherit the option.
    """
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(LISTENS_WITHIN):
            while not any(give_user_timeout(listener, seconds) for listener in listening_sockets()):
                await asyncio.sleep(0.05)


def listening_sockets():
    """The sockets of this process that take connections, each closed again when the next is asked for."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if not os.readlink(Path("/proc/self/fd", name)).startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(name))) as found:
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    yield found


def give_user_timeout(listener, seconds):
    """Whether the socket belongs to TCP, whose option is set."""
    with suppress(OSError):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
        return True
    return False
