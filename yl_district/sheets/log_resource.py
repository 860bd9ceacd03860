"""Import of sheets whose rows are events."""

from collections import defaultdict
from functools import partial
from typing import Any

from .problems import RowCells
from .resource import SheetResource


class LogResource(SheetResource):
    """A sheet whose rows are events: a row means the record that is equal in every cell.

    Equal rows mean as many events. A row that differs from all records is a new event, unless its mark names a record.
    """

    relies_on_all = True

    def __init_subclass__(cls, **options: Any) -> None:
        cls.known_by = tuple(item.column_name for item in cls.columns)
        super().__init_subclass__(**options)

    def load(self) -> None:
        self.stored = {}
        self.waiting: dict[tuple[str, ...], list[Any]] = defaultdict(list)
        for record in self.rows_for_export(self.book.rows(self._meta.model).order_by("pk")):
            self.stored[record.pk] = record
            self.waiting[tuple(self.export_row(record))].append(record)

    def find(self, row: RowCells) -> Any:
        said = tuple(
            "" if row.get(heading) is None else self.render(heading, item, row[heading])
            for heading, item in self.fields.items()
        )
        waiting = self.waiting[said]
        return self._taken(waiting, waiting[0]) if waiting else None

    def recall(self, record: Any) -> Any:
        waiting = self.waiting[tuple(self.export_row(record))]
        return self._taken(waiting, record) if record in waiting else record

    def _taken(self, waiting: list[Any], record: Any) -> Any:
        """Returns the record, and removes it from those that further rows can mean."""
        self.trail.append(partial(waiting.insert, waiting.index(record), record))
        waiting.remove(record)
        return record
