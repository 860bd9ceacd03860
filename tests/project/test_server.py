"""The production server, started exactly as `make run` starts it."""

import select
import socket
import subprocess
import threading
import time
from contextlib import ExitStack
from http import HTTPStatus
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.urls import reverse

from tests.races import HANGING

SLOW_CLIENTS = 60
UNFINISHED_FORM = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken={token}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\ncsrfmiddlewaretoken="
)


@pytest.fixture
def server_port(transactional_db):
    """The port of a server that runs on the test's database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["make", "serve", f"PORT={port}"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(port, process)
        yield port
    finally:
        # To the server alone, by make: it would take the end of workers that are told as well for a failure.
        process.terminate()
        process.wait(timeout=HANGING)


def wait_for(port, process):
    """Return as soon as the server takes connections."""
    deadline = time.monotonic() + HANGING
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            threading.Event().wait(0.05)
    raise AssertionError("The server did not start.")


@pytest.mark.cpu(12)
def test_slow_clients_do_not_block_the_others(server_port):
    form = UNFINISHED_FORM.format(path=reverse("login"), token="a" * 32).encode()
    with ExitStack() as slow:
        clients = []
        for _ in range(SLOW_CLIENTS):
            clients.append(slow.enter_context(socket.create_connection(("127.0.0.1", server_port))))
            clients[-1].sendall(form)

        address = f"http://127.0.0.1:{server_port}{reverse('login')}"
        answers = [urlopen(address, timeout=HANGING).status for _ in range(10)]
        assert answers == [HTTPStatus.OK] * 10
        # Nothing came back to the slow ones, not even an end: they held the server up all the while.
        assert select.select(clients, [], [], 0)[0] == []
