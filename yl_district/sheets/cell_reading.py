"""Reading of a row's cells into values: masked, rewritten and remembered texts, and those that are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from ..privacy.unreadable import UNREADABLE
from . import cells
from .columns import REGISTER, Column, RecordNameColumn, ReferenceColumn, SheetRow
from .date_widgets import MonthWidget, PartialDateWidget
from .day_texts import rewritten_month
from .doubts import Doubt
from .export_recall import ExportRecall
from .lost_digits import check_digits, check_rounded, is_rounded
from .problems import CellProblem, RowCells, RowProblems
from .text_widgets import MobileWidget
from .waiting_cells import WaitingCells

ROW_NUMBER = "\0row"  # key of the row's number, which no heading can equal
MOST_REMEMBERED = 2_000  # texts of each column whose values are cached
GROUP_ELSEWHERE = "请核对名称，或在“重新选择列”中更改归属的来源，或先在系统中登记"


class UnreadText(NamedTuple):
    """Why a text cannot be read in a column: what was expected, and the remedy, as of CellError."""

    expected: str
    remedy: str
    column: str | None


def is_read_alone(item: Column) -> bool:
    """Whether a column's value is all that its cells say, whatever else there is in the book."""
    return type(item).resolve is Column.resolve and not isinstance(item.widget, MobileWidget)


class CellReading(ExportRecall, WaitingCells):
    """The part of a resource that reads the cells of the current row."""

    group: str
    aliases: Mapping[str, Mapping[str, str]]
    doubt: Doubt | None
    left_alone: dict[tuple[SheetRow, str], None]
    linked: dict[str, list[Any]]
    marked: Any
    notes: list[str]
    place: SheetRow
    row_number: int
    sheet: str
    spelled: list[tuple[str, str, str]]
    without_types: bool
    year: int

    def _forget_texts(self) -> None:
        """Begins to remember what texts mean; `reading` has each column with the texts that say the same anywhere."""
        self.memory: dict[str, dict[str, Any]] = {heading: {} for heading in self.fields}
        self.reading = [
            (heading, item, self.memory[heading] if is_read_alone(item) else None)
            for heading, item in self.fields.items()
        ]

    def begin_sheet(self, year: int) -> None:
        """Notes the year that the sheet of the next rows is about, 0 where it does not say."""
        if year != self.year:
            self.year = year
            self._forget_texts()

    def before_import_row(self, row: RowCells, **options: Any) -> None:
        self.row_number, self.row, self.doubt = row[ROW_NUMBER], {}, None
        problems: list[CellProblem] = []
        self.spelled, self.unmasked, self.notes = [], {}, []
        self.place = (self.sheet, self.row_number)
        self.linked = {}
        self.marked, row = self._recalled(row)
        for heading, item, known in self.reading:
            value = row.get(heading)
            if value is None and not item.required:
                continue
            if value == UNREADABLE:
                self._leave_alone(heading, item)
                if self.marked is not None:
                    continue
                value = None
            # Most cells repeat what was read in a row before; those of exported rows may mean what is stored.
            if known is not None and type(value) is str and self.marked is None:
                read = known.get(value)
                if read is not None and type(read) is not UnreadText:
                    self.row[heading] = read
                    continue
            if value is None or cells.is_blank(value):
                if item.required and not self.is_said_elsewhere(item, row):
                    problems.append((heading, None, "必填内容", f"请填写{heading}"))
                continue
            try:
                self.row[heading] = self._resolved(heading, item, value, row)
            except cells.CellError as error:
                if not self.is_left_open(item, value):
                    problems.append(self._cell_problem(heading, value, error))
            else:
                if isinstance(item.widget, MobileWidget):
                    self._note_rest(heading, item.widget, value)
        if problems:
            raise RowProblems(problems)

    def _leave_alone(self, heading: str, item: Column) -> None:
        """Notes a cell that an export could not read, and keeps what is stored, if the row is of a stored record."""
        self.left_alone[self.place, heading] = None
        if self.marked is not None and item.required:
            self.row[heading] = self.value_for_export(self.marked, heading, item)

    def _note_rest(self, heading: str, widget: MobileWidget, value: Any) -> None:
        """Notes what a cell says beside the value that was read from it: words as a remark, numbers to be asked for."""
        rest = widget.rest(value)
        if not rest:
            return
        if self.remark and not any(map(str.isdigit, rest)):
            self.notes.append(f"{heading}：{rest}")
        else:
            remedy = "已登记其中第一个号码，其余内容请核对后写在合适的栏目中"
            self.awaited.append((heading, value, f"一个{heading}", remedy))

    def _resolved(self, heading: str, item: Column, value: Any, row: RowCells) -> Any:
        """Returns the value of a cell, else that of its remembered meaning; raises CellError."""
        if heading in self.standing and not isinstance(item, ReferenceColumn):
            return self.standing[heading]
        try:
            return item.resolve(self.book, self.read(heading, item, value, row))
        except cells.CellError:
            usual = item.codes.meant(value) if item.codes else ""
            if item.codes and usual and self.book.note_code(item.codes, self.place, self.is_evident(heading, row)):
                return item.widget.clean(usual, row)
            meanings = self.aliases.get(heading, {}) if isinstance(value, str) else {}
            meant = meanings.get(cells.text_key(value)) if meanings else None
            if meant is None and (kept := self._named_elsewhere(heading, item, value)):
                return kept
            if meant is None:
                raise
        found = item.resolve(self.book, self.read(heading, item, meant, row))
        self.spelled.append((heading, cells.quoted_cell(value), meant))
        return found

    def _named_elsewhere(self, heading: str, item: Column, value: object) -> Any:
        """What the row's record refers to and another committee keeps, where the cell still names it; else None."""
        marked: Any = self.marked
        is_name = self.book.committee is not None and isinstance(item, RecordNameColumn)
        if not is_name or marked is None or not self._is_as_exported(marked, heading, value):
            return None
        return self.standing_value(marked, heading)

    def is_evident(self, heading: str, row: RowCells) -> bool:
        """Whether another cell of the row says what a number in a column of choices means; by default none does."""
        return False

    def _cell_problem(self, heading: str, value: Any, error: cells.CellError) -> CellProblem:
        """Returns the problem of a cell; for a masked cell it does not reveal the stored value."""
        if heading in self.unmasked:
            return heading, self.unmasked[heading], "完整的内容", "导出时隐去的部分不能据以核对，请填写完整的内容"
        remedy = GROUP_ELSEWHERE if (heading, error.remedy) == (self.group, REGISTER) else error.remedy
        return heading, value, error.expected, remedy

    def is_said_elsewhere(self, item: Column, row: RowCells) -> bool:
        """Whether the column's alternative, `unless`, is filled in the row."""
        return bool(item.unless) and not cells.is_blank(row.get(item.unless))

    def read(self, heading: str, item: Column, value: Any, row: RowCells) -> Any:
        """Returns the value that the column's widget reads, cached by text as its CellErrors are."""
        if self.marked is not None and (kept := self._rewritten(heading, item, value)):
            return kept
        known = self.memory[heading]
        if type(value) is str and value in known:
            found = known[value]
            if type(found) is UnreadText:
                raise cells.CellError(*found)
            return found
        cells.check_formula(value)
        is_kept = False
        if is_rounded(value):
            is_kept = self._is_stored(heading, item, value)
            if not is_kept:
                check_rounded(item.widget, value)
        if self.without_types and not self._is_stored(heading, item, value):
            check_digits(item.widget, value)
        try:
            read = item.widget.clean(value, row)
        except cells.CellError as error:
            if type(value) is str and len(known) < MOST_REMEMBERED:
                known[value] = UnreadText(error.expected, error.remedy, error.column)
            raise
        if type(value) is str and len(known) < MOST_REMEMBERED and not is_kept:
            known[value] = read
        return read

    def _is_stored(self, heading: str, item: Column, text: object) -> bool:
        """Whether the cell of an exported row still equals the stored value."""
        return self.marked is not None and self.exported_text(self.marked, heading, item) == text

    def _rewritten(self, heading: str, item: Column, value: object) -> Any:
        """Returns the stored month of an exported row whose cell is the same as Excel has rewritten it, else None."""
        is_known_as_it_is = isinstance(item.widget, PartialDateWidget)
        if not (is_known_as_it_is or isinstance(item.widget, MonthWidget)):
            return None
        text = rewritten_month(cells.plain(value)) if isinstance(value, str) else None
        if text is None and not (is_known_as_it_is and isinstance(value, date) and value.day == 1):
            return None
        stored = self.value_for_export(self.marked, heading, item)
        if stored is None or (is_known_as_it_is and isinstance(stored, date)):
            return None  # nothing, or a day, which Excel shows as one
        if isinstance(value, date):
            return stored if (stored.year, stored.month) == (value.year, value.month) else None
        return stored if text and text.may_be(stored.year, stored.month) else None
