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


def pytest_collect_directory(path, parent):
    """Has each process read the files of a folder from another one on."""
    return None if (path / "__init__.py").exists() else Folder.from_parent(parent, path=path)


class Folder(pytest.Dir):
    """A folder of tests."""

    def collect(self):
        number = self.config.stash[PROCESS] if self.config.getoption("database") == "sqlite" else 0
        return reading_order(list(super().collect()), number)


def reading_order(files, number):
    """The files as the process of this number reads them: what one of them has compiled, the next finds compiled.

    The first begins at the beginning, the second at the end, that of the other database in the middle.
    """
    middle = len(files) // 2
    return [files[middle:] + files[:middle], files, files[::-1]][number % 3]


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
