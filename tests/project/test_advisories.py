"""The audit of dependencies names what is vulnerable, and says so where no source answered."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings

from yl_district.advisories import KNOWN_VULNERABLE, LockedPackage, locked_packages

DJANGO = next(package for package in locked_packages() if package.name == "django")
TABLER = next(package for package in locked_packages() if package.name == "@tabler/core")
# Nobody listens there.
NOBODY = "http://127.0.0.1:9/"


@contextmanager
def source(answer):
    """The address of a source that answers each query by `answer(package)`, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            asked.extend(LockedPackage(*query["package"].values(), query["version"]) for query in queries)
            body = answer(asked)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps({"results": body}).encode())

        def log_message(self, *_):
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", asked
        finally:
            server.shutdown()


def naming(*packages):
    """An answer that names a vulnerability of each of these."""
    return lambda asked: [{"vulns": [{"id": "GHSA-1"}]} if one in packages else {} for one in asked]


def audit(address):
    """(exit code, what it said) of the audit."""
    command = [sys.executable, "-m", "yl_district.advisories", address]
    done = subprocess.run(command, capture_output=True, text=True, cwd=settings.BASE_DIR)
    return done.returncode, done.stdout + done.stderr


def test_every_locked_package_is_asked_about_and_none_is_known_to_be_vulnerable():
    with source(naming(KNOWN_VULNERABLE)) as (address, asked):
        code, said = audit(address)
    assert (code, said) == (0, f"{len(locked_packages())} 个程序包都没有已知漏洞（来源：{address}）。\n")
    assert asked == [KNOWN_VULNERABLE, *locked_packages()]


@pytest.mark.parametrize("package", [DJANGO, TABLER], ids=["python", "npm"])
def test_a_vulnerable_package_is_named(package):
    with source(naming(KNOWN_VULNERABLE, package)) as (address, _):
        code, said = audit(address)
    assert (code, said.splitlines()[0]) == (1, f"{package} 有已知漏洞：GHSA-1")


@pytest.mark.parametrize(
    "answer",
    [
        naming(),
        lambda asked: [{"vulns": [{"id": "GHSA-1"}]}],
        lambda asked: b"<html>",
        lambda asked: b'{"results": 1}',
    ],
    ids=["knows nothing", "too few", "page", "other"],
)
def test_what_is_no_answer_does_not_pass(answer):
    with source(answer) as (address, _):
        code, said = audit(address)
    assert (code, "仍然不知道，这不算通过" in said) == (3, True)


def test_make_says_so_where_no_source_answers():
    done = subprocess.run(
        ["make", "audit", f"ADVISORIES={NOBODY}"], capture_output=True, text=True, cwd=settings.BASE_DIR
    )
    assert (done.returncode, "Error 3" in done.stderr) == (2, True)
    assert f"没有查成：{NOBODY} 没有回答" in done.stderr
    assert f"{len(locked_packages())} 个程序包是否有已知漏洞，仍然不知道，这不算通过。" in done.stderr
