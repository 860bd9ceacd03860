"""A row that one of our own exports wrote, known again by its mark: the record, and what the export masked."""

from datetime import UTC, datetime

from django.db.models import Max

from . import cells, export_marks
from .history import kind_of

LONG_AGO = datetime(1949, 10, 1, tzinfo=UTC)


class LastChanges:
    """When each record was last changed, read once for each model."""

    def __init__(self, book):
        self._of_model = {}

    def of(self, record):
        """When a stored record was last changed; long ago where nothing is known."""
        model = type(record)
        if model not in self._of_model:
            rows = model.history.model.objects.order_by().values_list("id").annotate(Max("history_date"))
            self._of_model[model] = dict(rows)
        return self._of_model[model].get(record.pk, LONG_AGO)


class Recalling:
    """What a resource does with the marks of exported rows."""

    def _recalled(self, row):
        """The record that one of our own exports meant by a row, and the row without what that export masked.

        What cells refer to that say no other names than the export did is in `standing`, whoever else is called so.
        """
        self.standing = {}
        mark = row.get(export_marks.HEADING)
        told = export_marks.read(mark) if mark else None
        record = self.stored.get(told[1]) if told and told[0] == kind_of(self._meta.model) else None
        self.is_outdated = record is not None and self._changed_at(record).replace(microsecond=0) > told[2]
        if record is None:
            return record, row
        for heading in self.naming:
            if self._is_as_exported(record, heading, row.get(heading)):
                self.standing[heading] = self.standing_value(record, heading)
        if not any("*" in str(cell) for cell in row.values()):
            return record, row
        return record, {heading: self._unmasked(record, heading, cell) for heading, cell in row.items()}

    def _is_as_exported(self, record, heading, cell):
        """Whether a cell says what an export, masked or not, wrote in it."""
        item = self.fields[heading]
        texts = self.exported_text(record, heading, item), self.masked_text(record, heading, item)
        return isinstance(cell, str) and cells.plain(cell) in map(cells.plain, texts)

    def standing_value(self, record, heading):
        """What the record refers to in a column that names others."""
        return self.value_for_export(record, heading, self.fields[heading])

    def _unmasked(self, record, heading, cell):
        """The cell, or what stands behind it where it is no more than the mask of that."""
        item = self.fields.get(heading)
        if item is None or item.names_others or not isinstance(cell, str) or "*" not in cell:
            return cell
        if cells.plain(cell) != self.masked_text(record, heading, item):
            return cell
        self.unmasked[heading] = cell
        return self.exported_text(record, heading, item)

    def _changed_at(self, record):
        """When the record, or what one of its rows writes with it, was last changed."""
        changes = self.book.only(LastChanges)
        return max(changes.of(one) for one in self.records_of(record))
