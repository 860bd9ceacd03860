"""Export of records with the columns by which a resource imports them."""

from collections.abc import Callable, Iterable
from typing import Any

from ..privacy.masking import masked
from .columns import Book, Column


class SheetExport:
    """The part of a resource that exports records."""

    book: Book
    fields: dict[str, Column]

    def rows_for_export(self, records: Any) -> Iterable[Any]:
        """Returns the QuerySet of records with the relations that `export_row` reads, to save queries."""
        return records

    def value_for_export(self, record: Any, heading: str, item: Column) -> Any:
        """Returns the record's value in a column."""
        if item.linked:
            return self.linked_to(record, item)
        value = record
        for step in item.attribute.split("__"):
            value = getattr(value, step)
        return value

    def linked_to(self, record: Any, item: Column) -> list[Any]:
        """Returns the records that the column names of a record."""
        return list(getattr(record, item.linked).all())

    def render(self, heading: str, item: Column, value: Any) -> str:
        """Returns the text of a value in the ledger's format."""
        return item.widget.render(value)

    def exported_text(self, record: Any, heading: str, item: Column) -> str:
        """Returns the unmasked text of the record's cell, "" for None."""
        value = self.value_for_export(record, heading, item)
        return "" if value is None else self.render(heading, item, value)

    def masked_value(self, heading: str, item: Column, value: Any) -> str:
        """Returns the text of a value in a masked list, with names masked where `render` masks them."""
        with self.book.masking():
            return self.render(heading, item, value)

    def masked_text(self, record: Any, heading: str, item: Column) -> str:
        """Returns the text of the record's cell in a masked list."""
        with self.book.masking():
            return self.masked_cell(record, item, self.exported_text(record, heading, item))

    def export_row(self, record: Any) -> list[str]:
        """Returns the texts of the record's cells in column order, masked where the book is."""
        cells_of_row = []
        for heading, item in self.fields.items():
            text = self.exported_text(record, heading, item)
            cells_of_row.append(self.masked_cell(record, item, text) if self.book.masks else text)
        return cells_of_row

    def masked_cell(self, record: Any, item: Column, text: str) -> str:
        """Returns the cell's text, masked where the column is."""
        return masked(text) if item.is_masked else text

    def plain_mask(self, item: Column) -> tuple[Callable[..., str], tuple[str, ...]] | None:
        """Returns (function that masks a text, lookups of its further arguments) for `plain_rows`, or None."""
        return (masked, ()) if item.is_masked else None

    def export_rows(self, records: Any) -> list[list[str]]:
        """Returns the rows of all records."""
        return [self.export_row(record) for record in self.rows_for_export(records)]
