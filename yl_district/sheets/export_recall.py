"""Recognition of exported rows by their marks: which record a row was, and the values that the export masked."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min, Model, QuerySet

from ..history.tracking import kind_of
from ..typing import TrackedModel
from . import cells, export_marks
from .columns import Book
from .exporting_rows import SheetExport
from .models import DatabaseTag
from .problems import RowCells, row_problem

LONG_AGO = datetime(1949, 10, 1, tzinfo=UTC)


class HistorySpans:
    """The times of each record's first and last history row, queried once for each model, or for those asked for."""

    def __init__(self, book: Book) -> None:
        self._asks = book.asks
        self._of_model: dict[TrackedModel, dict[int, list[datetime]]] = {}

    def foresee(self, model: TrackedModel, keys: Collection[int]) -> None:
        """Asks for records of a model together."""
        rows = model.history.model.objects.filter(id__in=keys)
        self._of_model.setdefault(model, {}).update({key: [LONG_AGO, LONG_AGO] for key in keys} | self._spans(rows))

    def _spans(self, rows: QuerySet) -> dict[int, list[datetime]]:
        spans = rows.order_by().values_list("id").annotate(first=Min("history_date"), last=Max("history_date"))
        return {key: moments for key, *moments in spans}

    def of(self, record: Model) -> tuple[datetime, datetime]:
        """Returns the times of a record's first and last history row, to the second; `LONG_AGO` where it has none."""
        model: TrackedModel = type(record)
        if self._asks and record.pk not in self._of_model.get(model, ()):
            self.foresee(model, [record.pk])
        elif model not in self._of_model:
            self._of_model[model] = self._spans(model.history.model.objects.all())
        first, last = self._of_model[model].get(record.pk, (LONG_AGO, LONG_AGO))
        return first.replace(microsecond=0), last.replace(microsecond=0)


class OwnTag:
    """The tag of this database, read once for a workbook."""

    def __init__(self, book: Book) -> None:
        self.tag = DatabaseTag.objects.get().tag


class ExportRecall(SheetExport):
    """The part of a resource that handles the marks of exported rows."""

    _meta: Any
    called: str
    known_by: Sequence[str]
    naming: list[str]
    row: RowCells
    standing: dict[str, Any]
    stored: dict[int, Any]
    unmasked: RowCells

    if TYPE_CHECKING:  # defined by the resource

        def find(self, row: RowCells) -> Any: ...
        def records_of(self, instance: Any) -> list[Any]: ...

    def _recalled(self, row: RowCells) -> tuple[Any, RowCells]:
        """Returns the record that the row's mark names, or None, and the row with masked values restored.

        Where a column that names others is unchanged since the export, `standing` keeps what it refers to, so that
        namesakes do not matter.
        """
        self.standing = {}
        mark = row.get(export_marks.HEADING)
        record, moment = self._marked(mark) if mark else (None, None)
        self.is_outdated = record is not None and moment is not None and self._changed_at(record) > moment
        if record is None:
            return record, row
        for heading in self.naming:
            if self._is_as_exported(record, heading, row.get(heading)):
                self.standing[heading] = self.standing_value(record, heading)
        if not any("*" in str(cell) for cell in row.values()):
            return record, row
        return record, {heading: self._unmasked(record, heading, cell) for heading, cell in row.items()}

    def _marked(self, mark: object) -> tuple[Any, datetime | None]:
        """Returns the record that a mark names, and the mark's moment; None for a mark of another database.

        An old mark without a tag is of another one at least where the record was not there at that moment.
        """
        found = self.own_mark(mark)
        if not found:
            return None, None
        record = self.stored_of(found.key)
        is_later = record is not None and self.book.only(HistorySpans).of(record)[0] > found.moment
        return (None if is_later else record), found.moment

    def own_mark(self, cell: object) -> export_marks.Mark | None:
        """Returns the Mark that a cell states, None for that of another kind or database, or none."""
        found = export_marks.parse_mark(cell) if cell else None
        is_own = found and found.kind == kind_of(self._meta.model)
        return found if found and is_own and found.tag in ("", self.book.only(OwnTag).tag) else None

    def stored_of(self, key: int) -> Any:
        """Returns the stored record with this key that the sheet can be about, or None."""
        return self.stored.get(key)

    def _refuse_slipped(self, record: Model) -> None:
        """Raises RowProblems where the row's other cells identify another record than its mark."""
        try:
            other = self.find(self.row)
        except cells.CellError:
            return
        if other in (None, record) or self._is_still(record):
            return
        remedy = "标记属于另一条记录，各列可能在排序或粘贴时错开：请恢复原来的顺序；确为另一条时清空这一格"
        raise row_problem(export_marks.HEADING, self.render_cell(self.called), "本行这条记录的导出标记", remedy)

    def _is_still(self, record: Model) -> bool:
        """Whether the row's identifying cells equal those of the stored record."""
        stated = [heading for heading in self.known_by if self.row.get(heading) is not None]
        return all(
            self.exported_text(record, heading, self.fields[heading]) == self.render_cell(heading) for heading in stated
        )

    def render_cell(self, heading: str) -> str:
        """Returns a cell of the row in the ledger's format."""
        return self.render(heading, self.fields[heading], self.row[heading])

    def _is_as_exported(self, record: Model, heading: str, cell: object) -> bool:
        """Whether a cell has the text that an export, masked or not, would write."""
        if not isinstance(cell, str):
            return False
        item, text = self.fields[heading], cells.plain(cell)
        ways = self.exported_text, self.masked_text
        return any(cells.plain(way(record, heading, item)) == text for way in ways)

    def standing_value(self, record: Model, heading: str) -> Any:
        """Returns what the record refers to in a column that names others."""
        return self.value_for_export(record, heading, self.fields[heading])

    def _unmasked(self, record: Model, heading: str, cell: object) -> object:
        """Returns the cell, or the stored value's text where the cell is exactly its mask."""
        item = self.fields.get(heading)
        if item is None or item.names_others or not isinstance(cell, str) or "*" not in cell:
            return cell
        if cells.plain(cell) != self.masked_text(record, heading, item):
            return cell
        self.unmasked[heading] = cell
        return self.exported_text(record, heading, item)

    def _changed_at(self, record: Model) -> datetime:
        """Returns when the record or another record of the same row was last changed, to the second."""
        spans = self.book.only(HistorySpans)
        return max(spans.of(one)[1] for one in self.records_of(record))
