"""A process with all libraries imported but not the project, which forks for each test run.

Started in a copy of the checkout by `Warm`, it reads one order per line from standard input and answers each with a
line. A run imports the project afresh, with the planted fault, but neither the standard library nor Django, and uses a
copy of a database that was migrated once.
"""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from .runs import collect, make_database, run_tests

LIMIT = 600  # seconds per run; a fault may cause an endless loop
POLLED = 0.02


class Warm:
    """Client of the warm process of one checkout."""

    def __init__(self, checkout, is_full=False):
        self.is_full = is_full
        command = [sys.executable, "-m", "benchmarks.planted.warm"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, cwd=checkout, **pipes)

    def prepare(self, tests, databases):
        """Warms up the process before any fault is planted; the answer has `problem`, an error collecting the tests."""
        return self.ask(act="prepare", tests=sorted(tests), databases=sorted(databases))

    def run(self, tests, database, has_new_triggers):
        """Runs tests until one fails; the answer has pytest's `code`, the `failed` test and pytest's output, `said`."""
        order = {"has_new_triggers": has_new_triggers, "is_full": self.is_full}
        return self.ask(act="run", tests=list(tests), database=database, **order)

    def run_all(self, tests, database):
        """Runs all tests; the answer has the names of those that `failed`."""
        return self.ask(act="run", tests=sorted(tests), database=database, stops=False, is_full=self.is_full)

    def ask(self, **order):
        """Sends an order and returns the answer; raises RuntimeError where the process has ended."""
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("The warm process has ended.")
        return json.loads(answer)

    def close(self):
        """Ends the process and its children."""
        self.process.stdin.close()
        self.process.wait()


class Forks:
    """The orders that the warm process carries out."""

    def __init__(self):
        # The PostgreSQL server runs as another user, who must have access to its own folder.
        self.folders = {name: Path(tempfile.mkdtemp(prefix="yl-")) for name in ("sqlite", "postgresql")}
        self.log = self.folders["sqlite"] / "log"
        self.answer = self.folders["sqlite"] / "answer"

    def prepare(self, tests, databases):
        """Creates the databases, and imports the third-party modules that the tests use."""
        for database in databases:
            made = self.forked(make_database, database, self.folders[database])
            if made["code"] != 0:
                raise RuntimeError(made["said"])
        found = self.forked(collect, tests)
        for name in found.get("modules", []):
            before = set(sys.modules)
            try:
                importlib.import_module(name)
            except Exception:
                # It needs Django's settings; each run imports it itself, and so nothing of it may stay half imported.
                for half in set(sys.modules) - before:
                    del sys.modules[half]
        return {"problem": "" if found["code"] == 0 else found["said"]}

    def run(self, tests, database, has_new_triggers=False, stops=True, is_full=False):
        """Runs the tests."""
        return self.forked(run_tests, tests, database, self.folders[database], has_new_triggers, stops, is_full)

    def forked(self, act, *arguments):
        """Runs a function in a child process; returns its result and its output, `said`."""
        self.answer.unlink(missing_ok=True)
        child = os.fork()
        if not child:
            self.answer_and_end(act, arguments)
        is_over = ended(child)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # with all processes that it has started
        if not is_over:
            os.waitpid(child, 0)
        said = self.log.read_text(errors="replace")[-3000:]
        answer = json.loads(self.answer.read_text("utf-8")) if self.answer.exists() else {"code": "none", "failed": []}
        return answer | {"said": said} | ({} if is_over else {"code": "late"})

    def answer_and_end(self, act, arguments):
        """Runs the function in the child, writes its answer, and ends the process."""
        os.setsid()
        with open(os.devnull) as nothing, self.log.open("w") as log:
            for number, stream in enumerate([nothing, log, log]):
                os.dup2(stream.fileno(), number)
        try:
            self.answer.write_text(json.dumps(act(*arguments)))
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def close(self):
        """Stops the PostgreSQL server if one was started, and removes the folders."""
        for file in self.folders["postgresql"].glob("data/postmaster.pid"):
            os.kill(int(file.read_text("utf-8").split()[0]), signal.SIGQUIT)
        for folder in self.folders.values():
            shutil.rmtree(folder, ignore_errors=True)


def ended(child):
    """Waits for a child; returns whether it ended within LIMIT."""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return True
        time.sleep(POLLED)
    return False


def main():
    """Carries out orders until standard input ends."""
    # Standard output is reserved for answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    forks = Forks()
    try:
        for line in sys.stdin:
            order = json.loads(line)
            answer = getattr(forks, order.pop("act"))(**order)
            print(json.dumps(answer), file=answers, flush=True)
    finally:
        forks.close()


if __name__ == "__main__":
    main()
