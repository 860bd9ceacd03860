"""The production server in processes of its own, and clients of it that speak bytes, as browsers never would."""

import os
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache

from django.conf import settings

from .races import HANGING

# As the server was started before it had a front: a thread for each request from its first byte to its last.
UNGUARDED = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--workers", "2"]
UNGUARDED += ["--blocking-threads", "64", "--log-level", "error", "yl_district.wsgi:application", "--port"]
GUARDED = [sys.executable, "manage.py", "serve", "--port"]


@cache
def collect_static_files():
    """Collects them, as make does before it starts the server."""
    subprocess.run(["make", "build/collected/staticfiles.json"], cwd=settings.BASE_DIR, check=True)


@contextmanager
def running_server(*, unguarded=False, log=None, **environment):
    """The port of a server as `make serve` starts it, on the test's database; `unguarded` without its front.

    What it says goes to the file `log`, if there is one.
    """
    collect_static_files()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*(UNGUARDED if unguarded else GUARDED), str(port)]
    surroundings = os.environ | {"DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE, "DEBUG": "0"} | environment
    said = {"stdout": log, "stderr": log}
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, start_new_session=True, env=surroundings, **said
    )
    try:
        wait_for(port, process)
        yield port
    finally:
        # To the server alone: it would take the end of workers that are told as well for a failure.
        process.terminate()
        process.wait(timeout=HANGING)


def wait_for(port, process):
    """Returns as soon as the server answers."""
    deadline = time.monotonic() + HANGING
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if answer(port, b"GET /login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"):
                return
        except ConnectionError:
            threading.Event().wait(0.05)
    raise AssertionError("The server did not start.")


def connected(port):
    """A new connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=HANGING)


def answer(port, sent):
    """All that comes back for these bytes until the server closes the connection."""
    with connected(port) as client:
        client.sendall(sent)
        return rest_of(client)


def rest_of(client):
    """What still comes on a connection that the server closes, also where it does so in the middle of things."""
    pieces = []
    try:
        while piece := client.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pieces.append(b"(reset)")
    return b"".join(pieces)


def status_of(text):
    """The number in the first line of an answer."""
    return int(text.split(b" ", 2)[1])


def have_heard(clients):
    """How many of the connections something has come on, be it an end."""
    return len(polled(clients, select.POLLIN, 0))


def is_cut(client):
    """Whether the server breaks off a connection of which nothing is read, which only a sender learns."""
    with suppress(ConnectionError):
        for _ in range(HANGING * 10):
            client.send(b"\r\n")
            if polled([client], 0, 100):
                return True
        return False
    return True


def polled(clients, events, milliseconds):
    """What happens to the connections in this time; an error always counts."""
    poll = select.poll()
    for client in clients:
        poll.register(client, events)
    return poll.poll(milliseconds)
