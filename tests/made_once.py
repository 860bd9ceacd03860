"""Data that tests begin with, made once for all of a file that begin with them: `@made_once`, not `@pytest.fixture`.

A pytest plugin. What the function puts into the database lies in a transaction around those of the tests, each of which
takes back what it adds; each gets a copy of its own of what the function returned. Whoever begins with other data, or
with none, finds nothing of them: they go as soon as the next test is not one of theirs. The function takes no fixtures
but others of this kind that stand above it. A test that commits has it called anew.
"""

from copy import deepcopy
from functools import cache
from inspect import signature
from itertools import groupby, takewhile
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.db.transaction import Atomic
from django.utils import timezone

# The function of each fixture, in the order in which they are read.
MAKERS = {}
COMMITTING = {"transactional_db", "live_server"}


class Layer(NamedTuple):
    """What one function has put into the database, upon what others had put there."""

    made_by: Any
    around: Atomic
    returned: dict[str, Any]


class DataMadeOnce:
    """The layers of data that lie in the database at present, and the copies for the test that runs."""

    def __init__(self):
        self.layers, self.copies, self.day, self.blocker, self.next_makers = [], {}, None, None, []

    def make(self, makers, blocker):
        """Has the data of these functions lie in the database, and no others."""
        if timezone.localdate() != self.day:
            self.take_back(0)
        self.day, self.blocker = timezone.localdate(), blocker
        self.take_back(self.number_alike(makers))
        for make in makers[len(self.layers) :]:
            self.add(make)
        self.copies = deepcopy(self.layers[-1].returned)

    def number_alike(self, makers):
        """How many of the layers are also the first of those that these functions make."""
        made = [layer.made_by for layer in self.layers]
        return len(list(takewhile(lambda pair: pair[0] is pair[1], zip(made, makers, strict=False))))

    def add(self, make):
        """Has a function make its data."""
        assert len(connection.atomic_blocks) == len(self.layers), "The test's own transaction has begun before."
        found = deepcopy(self.layers[-1].returned) if self.layers else {}
        with self.blocker.unblock():
            around = transaction.atomic()
            around.__enter__()
            self.layers.append(Layer(make, around, found))
            try:
                found[make.__name__] = make(*(found[name] for name in signature(make).parameters))
                connection.check_constraints()
            except BaseException:
                self.take_back(0)
                raise

    def take_back(self, number):
        """Leaves the database with so many layers."""
        while len(self.layers) > number:
            with self.blocker.unblock():
                transaction.set_rollback(True)
                self.layers.pop().around.__exit__(None, None, None)


DATA = DataMadeOnce()


def made_once(make):
    """The fixture of what the function returns, which is called once."""

    @pytest.fixture(name=make.__name__)
    def data(request, db):
        if commits(request.node):
            return make(*(request.getfixturevalue(name) for name in signature(make).parameters))
        return DATA.copies[make.__name__]

    MAKERS[data] = make
    return data


def commits(test):
    """Whether a test really commits, as those in a browser do."""
    mark = test.get_closest_marker("django_db")
    return bool(COMMITTING & {*test.fixturenames}) or bool(mark and mark.kwargs.get("transaction"))


def makers_for(test):
    """The functions that make what a test begins with."""
    if commits(test):
        return []
    names, makers = {*test.fixturenames}, makers_in(test.module)
    for make in reversed(makers):
        if make.__name__ in names:
            names |= {*signature(make).parameters}
    return [make for make in makers if make.__name__ in names]


@cache
def makers_in(module):
    """The functions of the fixtures that stand in a module or are imported there."""
    return [make for fixture, make in MAKERS.items() if getattr(module, make.__name__, None) is fixture]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Has the tests of a file that begin with the same data follow one another."""
    numbers = {make: number for number, make in enumerate(MAKERS.values())}
    files = groupby(items, key=lambda test: test.path)
    items[:] = [
        test
        for _, tests in files
        for test in sorted(tests, key=lambda test: [numbers[make] for make in makers_for(test)])
    ]


@pytest.fixture(autouse=True)
def made_before(request):
    """Makes what the test begins with before its own transaction begins; what plugins named first do comes first.

    After that transaction it takes back what the next test does not begin with, or all if the connection is unsound.
    """
    if makers := makers_for(request.node):
        request.getfixturevalue("django_db_setup")
        DATA.make(makers, request.getfixturevalue("django_db_blocker"))
    yield
    if DATA.layers:
        is_unsound = connection.needs_rollback or connection.closed_in_transaction
        DATA.take_back(0 if is_unsound else DATA.number_alike(DATA.next_makers))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem):
    """Notes what comes next; after the last test the database itself is about to go."""
    DATA.next_makers = makers_for(nextitem) if nextitem else []
