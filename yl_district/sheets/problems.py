"""Errors found in an uploaded file, each with its place, what was found, what was expected, and the remedy."""

from dataclasses import asdict, dataclass

from . import cells


@dataclass(frozen=True)
class Problem:
    """One error in a workbook: where it is, what was found, what was expected, and the remedy."""

    sheet: str | None
    row: int | None
    column: str | None
    found: str
    expected: str
    remedy: str

    def as_dict(self):
        return asdict(self)


class RowProblems(Exception):
    """All errors in one row, as (column, found, expected, remedy).

    `kind` is `WRONG` for wrong cells, `DUPLICATE` for a repetition of another row, and `ELSEWHERE` for a person who is
    already registered elsewhere, by the record `standing`.
    """

    WRONG, DUPLICATE, ELSEWHERE = "wrong", "duplicate", "elsewhere"

    def __init__(self, problems, kind=WRONG, standing=None):
        super().__init__(f"{len(problems)} 处错误")
        self.problems, self.kind, self.standing = problems, kind, standing


def row_problem(column, found, expected, remedy, kind=RowProblems.WRONG, standing=None):
    """Returns the RowProblems with one wrong cell."""
    return RowProblems([(column, found, expected, remedy)], kind, standing)


def problem_at(sheet, row, column, found, expected, remedy):
    """Returns a Problem that shows the cell as a person would read it."""
    return Problem(sheet, row, column, cells.quoted_cell(found), expected, remedy)
