"""Bad cells that do not stop their row, since they decide neither which record it means nor a figure.

They are kept aside with the record, and asked for later.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, UniqueConstraint

from ..days import check_value, is_announced
from ..record_options import options_of
from . import cells
from .columns import Book, Column, RecordNameColumn, resolve_field
from .lost_digits import is_rounded
from .problems import CellProblem, RowCells, RowProblems

REMARK_FIELD = "remark"  # the field of what other columns have no place for


def field_of(model: type[Model], item: Column) -> Field | None:
    """Returns the model field that a column sets, None where the resource reads the column itself or refers by it."""
    if item.attribute is None or item.names_others or isinstance(item, RecordNameColumn):
        return None
    return resolve_field(model, item.attribute)


def holds_key(field: Field) -> bool:
    """Whether a field, or its blind index, holds a value that no two records share."""
    own = field.model._meta
    indexes = [one for one in own.concrete_fields if one is field or getattr(one, "source", None) == field.name]
    alone = {one.fields[0] for one in own.constraints if isinstance(one, UniqueConstraint) and len(one.fields) == 1}
    return any(one.unique or one.name in alone for one in indexes)


def is_idle(field: Field) -> bool:
    """Whether neither figures, nor acts that figures count, nor rules beside other records read a field."""
    options, by_acts = options_of(field.model), getattr(field.model, "history_by_acts", ())
    return field.name in options.neutral and field.name not in (*options.undo_rechecks, *by_acts)


@cache
def waiting_headings(resource: type[Any]) -> frozenset[str]:
    """Returns the headings of a resource whose cells may wait: optional, read by no figure, and no key of a record."""
    optional = [one for one in resource.columns if not one.required and one.column_name not in resource.never_aside]
    found = [(item, field_of(resource._meta.model, item)) for item in optional]
    return frozenset(
        item.column_name for item, field in found if field is not None and is_idle(field) and not holds_key(field)
    )


class WaitingCells:
    """The part of a resource that tells which bad cells may be left out; `awaited` are those of the current row."""

    _meta: Any
    columns: Sequence[Column]
    fields: dict[str, Column]
    known_by: Sequence[str]
    book: Book
    unmasked: RowCells
    awaited: list[CellProblem]
    unreadable: set[str]

    if TYPE_CHECKING:  # defined by the resource

        def read(self, heading: str, item: Column, value: Any, row: RowCells) -> Any: ...

    @property
    def remark(self) -> str:
        """The heading of the record's remark, "" where the sheet has none."""
        return next((heading for heading, item in self.fields.items() if item.attribute == REMARK_FIELD), "")

    def is_left_open(self, item: Column, value: object) -> bool:
        """Whether a cell that cannot be read says that there is nothing to say, or that an end has not come."""
        if item.required:
            return False
        if cells.says_nothing(value):
            return True
        if not cells.says_until_now(value):
            return False
        field = field_of(self._meta.model, item)
        return item.column_name in getattr(self, "ends", ()) or (field is not None and is_announced(field))

    def that_can_wait(self, error: object, row: RowCells) -> list[CellProblem]:
        """Returns the problems of a wrong row where each of them is of a cell that may wait, else []."""
        if not isinstance(error, RowProblems) or error.kind != RowProblems.WRONG:
            return []
        if not all(self._may_wait(heading, row) for heading, *_ in error.problems):
            return []
        return [(heading, row[str(heading)], *words) for heading, _, *words in error.problems]

    def _may_wait(self, heading: str | None, row: RowCells) -> bool:
        """Whether a cell is bad by itself, not beside others, and may be left out of its row."""
        kind: Any = type(self)
        if heading is None or heading not in waiting_headings(kind) or heading in self.unmasked:
            return False
        if heading in self.unreadable:
            return True  # good by itself, but there is nothing that it could be compared with
        value = row.get(heading)
        if self.fields[heading].is_masked and "*" in str(value):
            return False  # of another record than the row's
        # Digits that are lost are lost in the whole column, which is soon mended where the list was made.
        if cells.is_blank(value) or is_rounded(value):
            return False
        item = self.fields[heading]
        field = field_of(self._meta.model, item)
        try:
            read = self.read(heading, item, value, row)
            if hasattr(field, "bounds"):
                check_value(field, read, self.book.today)
        except (cells.CellError, ValidationError):
            return True
        return False

    def with_those_aside(self, error: Exception, aside: Sequence[CellProblem]) -> Exception:
        """Returns the error of a row that stays wrong, with the problems of the cells that were put aside before."""
        if not aside or not isinstance(error, RowProblems) or error.kind != RowProblems.WRONG:
            return error
        named = {heading for heading, *_ in aside}
        order = [*self.fields]
        problems = [*aside, *(one for one in error.problems if one[0] not in named)]
        return RowProblems(sorted(problems, key=lambda one: order.index(one[0]) if one[0] in order else len(order)))

    def refuse_unsure(self, instance: Any) -> None:
        """Raises RowProblems where a cell is put aside that might tell the record from another."""
        unsure = [one for one in self.awaited if one[0] in self.known_by]
        if unsure and not self.is_sure(instance):
            raise RowProblems(unsure)

    def is_sure(self, instance: Any) -> bool:
        """Whether the row means this record also without the cells that were put aside; never by default."""
        return False
