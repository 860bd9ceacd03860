"""Distributes the tests of a run over processes: each takes the next file not yet taken.

A pytest plugin: `pytest --beside FOLDER`, once per process, with a folder that does not exist yet. All processes thus
end at about the same time, however long their tests take.
"""

from collections import defaultdict
from itertools import count
from pathlib import Path

import pytest

PROCESS = pytest.StashKey[int]()


def pytest_addoption(parser):
    parser.addoption(
        "--beside", metavar="FOLDER", type=Path, help="run the files of tests that no other process there has taken"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Number the processes in the order in which they start; the only one is 1."""
    folder = config.getoption("beside")
    config.stash[PROCESS] = next(each for each in count(1) if not folder or is_taken(folder, f"process {each}"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Run the tests of one taken file after the other, as pytest's own loop runs all of them."""
    folder = session.config.getoption("beside")
    if not folder or session.testsfailed or session.config.option.collectonly:
        return None
    tests = taken(session.items, folder)
    test = next(tests, None)
    while test:
        following = next(tests, None)
        test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        test = following
    return True


def taken(tests, folder):
    """The tests of the files that this process takes while there are any; those of the whole project take longest."""
    files = defaultdict(list)
    for test in tests:
        files[test.path].append(test)
    for path in sorted(files, key=lambda path: path.parent.name != "project"):
        if is_taken(folder, "-".join(path.parts[-2:])):
            yield from files[path]


def is_taken(folder, name):
    """Takes what has this name, which only one process can."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        (folder / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
