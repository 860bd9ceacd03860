"""How the processes of a run share the tests."""

import pytest

from tests.shares import reading_order


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "cdeab"), (1, "abcde"), (2, "edcba"), (3, "cdeab")], ids=["other database", *"123"]
)
def test_each_process_reads_every_file_once_from_another_one_on(number, expected):
    assert reading_order([*"abcde"], number) == [*expected]
