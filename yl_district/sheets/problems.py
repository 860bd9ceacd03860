"""Errors found in an uploaded file, each with its place, what was found, what was expected, and the remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Model

from . import cells

# {heading: cell}.
RowCells: TypeAlias = dict[str, Any]
# (column, found, expected, remedy).
CellProblem: TypeAlias = tuple[str | None, object, str, str]


@dataclass(frozen=True)
class Problem:
    """One error in a workbook: where it is, what was found, what was expected, and the remedy."""

    sheet: str | None
    row: int | None
    column: str | None
    found: str
    expected: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


class RowProblems(Exception):
    """All errors in one row, as (column, found, expected, remedy).

    `kind` is `WRONG` for wrong cells, `DUPLICATE` for a repetition of another row, `ELSEWHERE` for a person who is
    already registered elsewhere, by the record `standing`, and `DOUBTFUL`, which is no error, for a row that may mean a
    registered record and waits for an answer.
    """

    WRONG, DUPLICATE, ELSEWHERE, DOUBTFUL = "wrong", "duplicate", "elsewhere", "doubtful"

    def __init__(self, problems: Sequence[CellProblem], kind: str = WRONG, standing: Model | None = None) -> None:
        super().__init__(f"{len(problems)} 处错误")
        self.problems, self.kind, self.standing = problems, kind, standing


def row_problem(
    column: str | None,
    found: object,
    expected: str,
    remedy: str,
    kind: str = RowProblems.WRONG,
    standing: Model | None = None,
) -> RowProblems:
    """Returns the RowProblems with one wrong cell."""
    return RowProblems([(column, found, expected, remedy)], kind, standing)


def problem_at(sheet: str | None, row: int, column: str | None, found: object, expected: str, remedy: str) -> Problem:
    """Returns a Problem that shows the cell as a person would read it."""
    return Problem(sheet, row, column, cells.quoted_cell(found), expected, remedy)
