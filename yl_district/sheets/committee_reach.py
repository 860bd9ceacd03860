"""What keeps an import of a committee below the root to the records that its staff keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import ForeignObject, Model

from . import cells
from .columns import Book
from .problems import CellProblem, RowCells, row_problem

BY_DISTRICT = "须由上级团委机关办理"


class CommitteeReach:
    """The part of a resource that refuses rows about what other committees keep.

    `belongs_by` are the headings of columns that need not be filled, of which one must be for a new record to belong to
    a committee below the root.
    """

    belongs_by: Sequence[str] = ()
    book: Book
    called: str
    row: RowCells
    sheet: str
    stored: dict[int, Any]

    if TYPE_CHECKING:  # defined by the resource

        def _heading_of(self, record: Any, name: str) -> str: ...

    def refuse_kept_elsewhere(self, record: Model, row: RowCells) -> None:
        """Raises RowProblems where the record that a row means is one of another committee."""
        if self.book.committee is not None and record.pk is not None and record.pk not in self.stored:
            expected = f"本单位登记的{type(self).sheet}"
            raise row_problem(self.called, row.get(self.called), expected, f"已由其他单位登记，{BY_DISTRICT}")

    def refuse_of_no_place(self) -> None:
        """Raises RowProblems where a row begins a record that would belong to no place of the committee."""
        is_open = self.book.committee is not None and self.belongs_by
        if is_open and all(cells.is_blank(self.row.get(heading)) for heading in self.belongs_by):
            remedy = f"请填写{'或'.join(self.belongs_by)}；不属于本单位的，{BY_DISTRICT}"
            raise row_problem(self.belongs_by[0], None, "本单位或下级的名称", remedy)

    def taken_elsewhere(self, record: Any) -> Iterator[CellProblem]:
        """Yields a problem for each value of a record that only one can have, and that of another committee has."""
        for field in type(record)._meta.concrete_fields if self.book.committee is not None else ():
            is_own = field.unique and not field.primary_key and not isinstance(field, ForeignObject)
            value = getattr(record, field.name) if is_own and field.editable else None
            if value and value in self.book.elsewhere(type(record), field.name):
                heading = self._heading_of(record, field.name)
                yield heading, value, f"未被使用的{heading}", f"已由其他单位登记，请核对；确属本单位的，{BY_DISTRICT}"
