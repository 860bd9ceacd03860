"""Faults to be planted one by one, in a file for each area; `benchmarks/faults.py` plants them.

A file holds blocks of lines with an empty line between them:

    the name of the fault
    in path/of/the/file.py
    - the text that is there, once in that file
    + the text that takes its place, or no such line
    noticed by tests/that/should/notice.py tests/one.py::test_alone
    on postgresql
    explained: why nothing can notice it

The last two lines may be missing: the tests then run on SQLite, and whoever plants the fault expects it to be noticed.
A number behind the path says which occurrence of the text is meant where there are several.
"""

from pathlib import Path

from .faults import Fault, Stale

FOLDER = Path(__file__).parent

__all__ = ["Fault", "Stale", "areas"]


def areas():
    """The faults of each area, by the area's name."""
    return {path.stem: read(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.txt"))}


def read(text):
    """The faults that a file holds."""
    blocks = [block.split("\n") for block in text.strip("\n").split("\n\n")]
    return [fault_of(block) for block in blocks if not block[0].startswith("# ")]


def fault_of(lines):
    """The fault that a block of lines states."""
    said = dict(line.split(" ", 1) for line in lines[1:] if line[0] not in "-+")
    file, _, nth = said.pop("in").partition(" ")
    old, new = ("\n".join(line[2:] for line in lines if line[:1] == sign) for sign in "-+")
    options = {"database": said.pop("on", "sqlite"), "explained": said.pop("explained:", "")}
    tests = said.pop("noticed").removeprefix("by ")
    if said:
        raise ValueError(f"{lines[0]}: what is meant by {said}?")
    return Fault(lines[0], file, old, new, tests, int(nth or 0), **options)
