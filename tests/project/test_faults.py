"""The faults in `benchmarks/planted/` still fit the code, so that `python -m benchmarks.faults` can plant them."""

from collections import Counter

import pytest
from django.conf import settings

from benchmarks.planted import Stale, areas, read

FAULTS = [fault for faults in areas().values() for fault in faults]
BLOCK = """# Some faults.

a sum is a difference
in a.py 2
- x + y
+ x - y
noticed by tests/test_a.py tests/test_b.py::test_sum
on postgresql
explained: y is always 0
"""


def test_every_fault_has_a_name_of_its_own():
    """By which it is asked for."""
    assert [name for name, times in Counter(fault.name for fault in FAULTS).items() if times > 1] == []


def test_every_fault_can_be_planted():
    """The text that it replaces is there, once or as often as it says."""
    for fault in FAULTS:
        before = (settings.BASE_DIR / fault.file).read_text()
        assert fault.applied(before) != before


def test_every_test_that_should_notice_is_there():
    """The file, and the test in it where one is named."""
    for name in {name for fault in FAULTS for name in fault.tests.split()}:
        file, _, function = name.partition("::")
        assert f"def {function}" in (settings.BASE_DIR / file).read_text(), name


def test_a_block_of_lines_states_a_fault():
    """What its lines say, with the second of two occurrences meant."""
    (fault,) = read(BLOCK)
    assert fault.applied("x + y; x + y") == "x + y; x - y"
    assert (fault.tests.split(), fault.database) == (["tests/test_a.py", "tests/test_b.py::test_sum"], "postgresql")
    assert fault.explained == "y is always 0"
    with pytest.raises(ValueError):
        read(BLOCK.replace("explained: y", "because y"))


@pytest.mark.parametrize("text", ["x - y", "x + y; x + y"])
def test_a_fault_whose_text_is_not_there_once_is_stale(text):
    """None of several is guessed, nor is something similar."""
    (fault,) = read(BLOCK.replace("a.py 2", "a.py"))
    with pytest.raises(Stale):
        fault.applied(text)
