"""Faults to be planted one at a time, one file per area; `benchmarks/faults.py` plants them.

A file consists of blocks separated by an empty line:

    name of the fault
    in path/of/the/file.py
    - the present text, once in that file
    + the replacement; no such line to delete the text
    noticed by tests/that/should/notice.py tests/one.py::test_alone
    on postgresql
    explained: why nothing can notice it

The last two lines are optional: the tests then run on SQLite, and the fault is expected to be noticed. A number after
the path selects an occurrence where the text occurs several times.
"""

from pathlib import Path

from .faults import Fault, Stale

FOLDER = Path(__file__).parent

__all__ = ["Fault", "Stale", "areas"]


def areas():
    """Returns {area: its faults}."""
    return {path.stem: read(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.txt"))}


def read(text):
    """Returns the faults in a file's text."""
    blocks = [block.split("\n") for block in text.strip("\n").split("\n\n")]
    return [fault_of(block) for block in blocks if not block[0].startswith("# ")]


def fault_of(lines):
    """Returns the fault described by a block of lines; raises ValueError for an unknown line."""
    said = dict(line.split(" ", 1) for line in lines[1:] if line[0] not in "-+")
    file, _, nth = said.pop("in").partition(" ")
    old, new = ("\n".join(line[2:] for line in lines if line[:1] == sign) for sign in "-+")
    options = {"database": said.pop("on", "sqlite"), "explained": said.pop("explained:", "")}
    tests = said.pop("noticed").removeprefix("by ")
    if said:
        raise ValueError(f"{lines[0]}: what is meant by {said}?")
    return Fault(lines[0], file, old, new, tests, int(nth or 0), **options)
