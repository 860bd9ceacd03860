"""Compares the counts stated in SECURITY.md with those of a full run, in which tests add up what they tried.

A pytest plugin. `pytest --write-counts` writes them instead. A passing test has found no violation in what it counts,
so the page's zeros need no count.
"""

import re
from collections import Counter, defaultdict

import pytest

FILE = "SECURITY.md"
# Of each promise the words around its counts, in which a name in braces stands for a number.
PHRASES = {
    "A1": ["{addresses} addresses × {viewers} viewers, {requests} requests"],
    "A3": ["{pages} pages and files, 0 foreign texts"],
    "A4": ["{fields} fields added to forms, 0 set"],
    "A6": ["{requests} requests in 11 states of grants", "{pages} pages with and without files, 0 differ"],
    "A7": ["{requests} requests to pages that forget whom they serve, 0 rows shown"],
    "A8": ["{answers} answers to known, unknown and double, 0 differ"],
    "B1": ["{tries} parallel tries, {checked} checked", "{guesses} at as many names, {budgeted} checked"],
    "B2": ["{ends} kinds of ends, 0 old cookies alive", "{copies} cells of a copied database as cookies, 0 taken"],
    "B3": ["{pages} pages, of each kind one in a browser, 0 violations"],
    "C1": ["{files} damaged files, {refused} refused, {read} read", "{lists} damaged lists"],
    "C4": ["1,000 members with {names} names out and in again"],
    "C5": ["{hostile} hostile files, 0 taken; {honest} honest ones, 0 refused"],
    "D3": ["{pages} pages and files, 0 whole numbers or minors' names", "{files} files, each noted first"],
    "D5": ["{asked} whole files asked for by one account, {taken} taken"],
    "E1": ["{files} files with a broken log, 0 left"],
    "E2": ["{edits} edits, {found} found", "{writers} writers, 0 forks", "{asked} witnesses asked, {told} told"],
    "E3": ["{secrets} secrets in {kinds} kinds of errors, 0 found"],
    "E4": ["{columns} columns, 0 plain in a dump"],
    "F2": ["{files} faults of a file", "{servers} of a server"],
    "F5": ["{unfinished} unfinished requests", "{odd} odd ones"],
    "F7": ["{requests} requests on a default PostgreSQL"],
    "G2": ["{kinds} kinds of records"],
    "H1": ["{changes} changes by SQL, {shown} shown"],
}


def pytest_addoption(parser):
    parser.addoption("--write-counts", action="store_true", help=f"write the counts of {FILE} instead of comparing")


def pytest_configure(config):
    """Count what this run tries."""
    config.pluginmanager.register(Promises(config), "promises")


@pytest.fixture
def promises(pytestconfig):
    """Where a test adds what it has tried: `promises.add("A3", pages=5)`."""
    return pytestconfig.pluginmanager.get_plugin("promises")


class Promises:
    """What the tests of a run have tried, promise by promise."""

    def __init__(self, config):
        self.config, self.counts, self.differing = config, defaultdict(Counter), []

    def add(self, promise, **counts):
        """Adds to the counts of a promise."""
        assert counts.keys() <= names_in("".join(PHRASES[promise])), promise
        self.counts[promise].update(counts)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session):
        result = yield
        if session.exitstatus != pytest.ExitCode.OK or not self.is_whole():
            return result
        path = self.config.rootpath / FILE
        stated = path.read_text(encoding="utf-8")
        counted = stated
        for promise, counts in self.counts.items():
            # What is tried on the other database is counted there.
            for phrase in filter(lambda phrase: names_in(phrase) <= counts.keys(), PHRASES[promise]):
                counted = with_counts(counted, phrase, counts)
        if self.config.getoption("write_counts"):
            path.write_text(counted, encoding="utf-8")
        elif counted != stated:
            lines = zip(stated.splitlines(), counted.splitlines(), strict=True)
            self.differing = [new for old, new in lines if old != new]
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return result

    def is_whole(self):
        """Whether all tests of a daily run were run, so that the counts are all there."""
        options = self.config.option
        is_part = self.config.args_source is not pytest.Config.ArgsSource.TESTPATHS or options.keyword
        return not (is_part or options.markexpr or options.full or options.deselect or options.ignore)

    def pytest_terminal_summary(self, terminalreporter):
        for promise, counts in sorted(self.counts.items()):
            told = ", ".join(f"{number:,} {name}" for name, number in counts.items())
            terminalreporter.write_line(f"{promise}: {told}")
        for line in self.differing:
            terminalreporter.write_line(f"{FILE} should say (pytest --write-counts): {line}", red=True)


def names_in(phrase):
    """The names of the counts in a phrase."""
    return set(re.findall(r"{(\w+)}", phrase))


def with_counts(text, phrase, counts):
    """The text with the numbers of a phrase as they were counted; fails where the phrase does not stand in it once."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[\\d,]+)", re.escape(phrase))
    assert len(re.findall(pattern, text)) == 1, f"{FILE} does not say once: {phrase}"
    return re.sub(pattern, phrase.format(**{name: f"{number:,}" for name, number in counts.items()}), text)
