"""What is wrong in a file: where, what was found, what was expected, and what to do."""

from dataclasses import asdict, dataclass

from . import cells


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a workbook: where, what was found, what was expected, and what to do."""

    sheet: str | None
    row: int | None
    column: str | None
    found: str
    expected: str
    remedy: str

    def as_dict(self):
        return asdict(self)


class RowProblems(Exception):
    """All that is wrong in one row, as (column, found, expected, remedy).

    `kind` says where it is more than a wrong cell: a `DUPLICATE` of another row, or somebody registered `ELSEWHERE`,
    by the record `standing`.
    """

    WRONG, DUPLICATE, ELSEWHERE = "wrong", "duplicate", "elsewhere"

    def __init__(self, problems, kind=WRONG, standing=None):
        super().__init__(f"{len(problems)} 处错误")
        self.problems, self.kind, self.standing = problems, kind, standing


def row_problem(column, found, expected, remedy, kind=RowProblems.WRONG, standing=None):
    """A RowProblems of one cell."""
    return RowProblems([(column, found, expected, remedy)], kind, standing)


def problem_at(sheet, row, column, found, expected, remedy):
    """A Problem with the cell written as a person would read it."""
    return Problem(sheet, row, column, cells.shown(found), expected, remedy)
