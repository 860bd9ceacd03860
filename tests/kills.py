"""Kills imports at a given moment and reports what they left; shared by the test and the benchmark of kills."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

from members.models import Member, Person
from tests.races import HANGING
from yl_district.importing.models import ImportBatch, ImportPart

PROGRAM = Path(__file__).with_name("import_server.py")
# What an import of members writes, in an order in which it can be deleted.
WRITTEN = (Member, Member.history.model, Person, Person.history.model)


class Server:
    """Begins imports of members in processes of their own, and kills them; `unsafe` ones write no transaction."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments],
            env=os.environ | {"SECRET_KEY": settings.SECRET_KEY, "FIELD_KEYS": settings.FIELD_KEYS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def start(self, path):
        """The process that begins to take the file in, and the moment."""
        print(path, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline()), time.monotonic()

    def ended(self):
        """How the process ended, once it has."""
        return int(self.process.stdout.readline())

    def run(self, path):
        """Takes a file in undisturbed; returns the seconds until its check had ended, and those in all."""
        _, began = self.start(path)
        checked = wait_for_check(began)
        assert self.ended() == 0
        return checked, time.monotonic() - began

    def killed(self, path, *, after_start=0.0, after_check=None):
        """What an import left that was killed so many seconds after its start, or after the end of its check."""
        child, began = self.start(path)
        time.sleep(after_start)
        if after_check is not None:
            wait_for_check(began)
            time.sleep(after_check)
        return self.left_by(child)

    def killed_at_first_sight(self, path):
        """What an import into an empty district left, killed as soon as others saw any of the rows it writes."""
        emptied()
        child, began = self.start(path)
        wait_for_any(began, *(model.objects.all() for model in WRITTEN))
        return self.left_by(child)

    def left_by(self, child):
        """Kills a process and returns what it left."""
        with suppress(ProcessLookupError):  # where it has ended by itself
            os.killpg(child, signal.SIGKILL)
        self.ended()
        return left()


def wait_for_check(began):
    """Waits until an import's check has ended, and its commit begins; returns the seconds since it began."""
    return wait_for_any(began, ImportBatch.objects.filter(state__in=["checked", "committed"]))


def wait_for_any(began, *queries, seconds=600):
    """Waits until there is a row of any of the queries; returns the seconds since `began`."""
    while not any(rows.exists() for rows in queries):
        assert time.monotonic() - began < seconds
        time.sleep(0.002)
    return time.monotonic() - began


def left():
    """What an import left: members, people, their history, imports that say they wrote, and parts of these."""
    settled()
    return {
        "members": Member.objects.count(),
        "people": Person.objects.count(),
        "states of members": Member.history.count(),
        "states of people": Person.history.count(),
        "committed": ImportBatch.objects.filter(state="committed").count(),
        "parts of committed": ImportPart.objects.filter(batch__state="committed").count(),
    }


def settled():
    """Waits until the database server has noticed that its client is gone."""
    if connection.vendor == "postgresql":
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        for _ in range(100 * HANGING):
            with connection.cursor() as cursor:
                cursor.execute(others)
                if not cursor.fetchone()[0]:
                    return
            time.sleep(0.01)
        raise TimeoutError("The killed process is still connected.")


def whole(count):
    """What is left where all of an import was written."""
    names = ("members", "people", "states of members", "states of people")
    return dict.fromkeys(names, count) | {"committed": 1, "parts of committed": 0}


def nothing():
    """What is left where nothing was written."""
    return dict.fromkeys(whole(0), 0)


def verdicts(outcomes, count):
    """How many kills left all, nothing, or something between."""
    found = Counter()
    for outcome in outcomes:
        found["all" if outcome == whole(count) else "nothing" if outcome == nothing() else "between"] += 1
    return found


def emptied():
    """Empties the district of members and imports, for the next one."""
    for model in WRITTEN:
        model.objects.all()._raw_delete(connection.alias)
    ImportBatch.objects.all().delete()


def moments(checked, took, count, chance):
    """So many moments at which to kill: some before the check has ended, most from there to well after the commit."""
    before = count // 4
    yield from ({"after_start": checked * (number + 1) / (before + 1)} for number in range(before))
    for number in range(count - before):
        part = 1.6 * number / (count - before - 1)
        yield {"after_check": (took - checked) * part * chance.uniform(0.9, 1.1)}


def outcomes(server, path, count, chance):
    """What so many kills of the import of a file left, each in an empty district."""
    emptied()
    checked, took = server.run(path)
    for moment in moments(checked, took, count, chance):
        emptied()
        yield server.killed(path, **moment)
