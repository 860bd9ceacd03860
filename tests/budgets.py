"""CPU budgets of tests, which unlike wall-clock time do not depend on the machine's load; a run far beyond them fails.

A pytest plugin. It writes each test's cost to build/test-times.json: of the process itself, its children and the
database server. All are seconds of the machine on which the budgets were set; a short calculation before and after the
run measures this machine's speed.
"""

import fcntl
import json
import os
import subprocess
import sys
import time
from statistics import mean, median

import pytest

from .cpu_times import cpu_seconds, cpu_seconds_below
from .databases import DATABASE
from .shares import PROCESS

FILE = "build/test-times.json"
# Of one test, unless it is marked cpu(seconds).
ONE_TEST = 2
# Of all tests of a process, and of those of them that look at every page.
ALL_TESTS = {"sqlite": 740, "postgresql": 520}
CRAWLS = {"sqlite": 120, "postgresql": 90}
# With others at work on the machine the same tests take up to a quarter more; only what is beyond that fails a run.
DISTURBED = 1.25
# What the calculation takes where the budgets were set, with both cores at work.
CALCULATION = 0.05
# So many tests are run from one calculation to the next.
TESTS_BETWEEN = 200
# On a machine that is slower than this others are at work, and what is measured there is told without failing the run.
SLOWEST = 0.8


def pytest_addoption(parser):
    parser.addoption("--measured-as", metavar="NAME", help=f"the name of this run in {FILE}; it is not measured again")


def pytest_configure(config):
    """Measure this run."""
    config.pluginmanager.register(Budgets(config))


class Budgets:
    """The costs of a run as it goes, and whether they were too high in the end."""

    def __init__(self, config):
        self.database, self.kind = config.stash[DATABASE], config.getoption("database")
        self.name = config.getoption("measured_as") or f"{self.kind} {config.stash[PROCESS]}"
        self.file, self.is_limited = config.rootpath / FILE, not config.getoption("full")
        self.tests, self.shared, self.limits, self.crawls = {}, {}, {}, set()
        self.found, self.excesses, self.failures = {}, {}, {}

    def seconds(self, *, with_running=False):
        """The CPU seconds spent until now; those of programs that run beside the process count when these end."""
        own = cpu_seconds_below(os.getpid()) if with_running else cpu_seconds(os.getpid())
        return own + self.database.cpu_seconds()

    def pytest_sessionstart(self):
        self.calculations = [calculation()]
        self.began = self.seconds()

    def pytest_runtest_logfinish(self):
        if len(self.tests) % TESTS_BETWEEN == 0:
            began = self.seconds()
            self.calculations.append(calculation())
            self.began += self.seconds() - began

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        # The last test also sees the end of whatever runs beside the process.
        has_browser, shared = "playwright" in item.fixturenames or not nextitem, sum(self.shared.values())
        began = self.seconds(with_running=has_browser)
        result = yield
        spent = self.seconds(with_running=has_browser) - began
        self.tests[item.nodeid] = spent - (sum(self.shared.values()) - shared)
        mark = item.get_closest_marker("cpu")
        self.limits[item.nodeid] = mark.args[0] if mark else ONE_TEST
        if not nextitem:
            self.limits[item.nodeid] = float("inf")
        if item.get_closest_marker("crawl"):
            self.crawls.add(item.nodeid)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """Count what is made once for all tests apart from the test that happens to come first."""
        if fixturedef.scope != "session":
            return (yield)
        began = self.seconds(with_running=True)
        result = yield
        self.shared[fixturedef.argname] = self.seconds(with_running=True) - began
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session):
        result = yield
        # What a browser leaves behind unattended is in the tests alone.
        spent = max(self.seconds() - self.began, sum([*self.tests.values(), *self.shared.values()]))
        self.calculations.append(calculation())
        self.found = self.costs(spent, CALCULATION / mean(self.calculations))
        write(self.file, self.name, self.found)
        self.excesses = self.too_high() if self.is_limited else {}
        if self.is_limited and self.found["speed"] >= SLOWEST:
            self.measure_again(session.config)
            self.failures = self.too_high(DISTURBED)
        if self.failures and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return result

    def measure_again(self, config):
        """Takes for tests far beyond their budgets what they cost when they are run once more by themselves.

        What waits for others, as races do, spins the longer the busier the machine is.
        """
        names = [name for name, seconds in self.found["tests"].items() if seconds > DISTURBED * self.limits[name]]
        if not names or config.getoption("measured_as"):
            return
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--database", self.kind]
        name = f"{self.name} again"
        subprocess.run(
            [*command, "--measured-as", name, *names], cwd=config.rootpath, stdout=subprocess.DEVNULL, check=False
        )
        again = json.loads(self.file.read_text("utf-8")).get(name, {"tests": {}})["tests"]
        for name in names:
            self.found["tests"][name] = min(self.found["tests"][name], again.get(name, float("inf")))

    def costs(self, spent, speed):
        """The costs in seconds of the machine on which the budgets were set, the dearest tests first."""
        tests = {name: round(seconds * speed, 2) for name, seconds in self.tests.items()}
        return {
            "sum": round(spent * speed, 1),
            "crawls": round(sum(tests[name] for name in self.crawls), 1),
            "speed": round(speed, 2),
            "shared": {name: round(seconds * speed, 2) for name, seconds in self.shared.items()},
            "tests": dict(sorted(tests.items(), key=lambda test: -test[1])),
        }

    def too_high(self, disturbance=1):
        """{what cost more than it may: in words how much}; `disturbance` is how many times as much."""
        together = [
            ("all tests", self.found["sum"], ALL_TESTS[self.kind]),
            ("crawls", self.found["crawls"], CRAWLS[self.kind]),
        ]
        single = [(name, seconds, self.limits[name]) for name, seconds in self.found["tests"].items()]
        return {
            name: f"{name}: {seconds} s, {most} s allowed"
            for name, seconds, most in together + single
            if seconds > disturbance * most
        }

    def pytest_terminal_summary(self, terminalreporter):
        costs = "CPU seconds: {sum}, crawls {crawls} (speed {speed})".format(**self.found)
        terminalreporter.write_line(f"{costs}; each test in {FILE}")
        # Measured again, what failed may have cost a little less.
        for name, line in (self.excesses | self.failures).items():
            how = "Far over" if name in self.failures else "Over"
            terminalreporter.write_line(f"{how} its budget of CPU time: {line}", red=True)


def calculation():
    """The CPU seconds of a fixed calculation, the middle one of three tries."""

    def once():
        began = time.process_time()
        sum(hash(str(number)) % 7 for number in range(300_000))
        return time.process_time() - began

    return median(once() for _ in range(3))


def write(path, name, found):
    """Writes the costs of a run beside those of others, which may end at the same moment."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = json.loads(file.read() or "{}")
        file.truncate(0)
        json.dump(known | {name: found}, file, ensure_ascii=False, indent=1)
