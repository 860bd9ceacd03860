"""How a resource writes records out, in the columns in which it takes them in."""

from ..privacy.masking import masked


class SheetExport:
    """What every resource of a sheet does to write records out."""

    def value_for_export(self, record, heading, item):
        """What a cell of the record holds."""
        value = record
        for step in item.attribute.split("__"):
            value = getattr(value, step)
        return value

    def render(self, heading, item, value):
        """A value as the ledger writes it."""
        return item.widget.render(value)

    def exported_text(self, record, heading, item):
        """What a cell of the record says, unmasked; "" where it says nothing."""
        value = self.value_for_export(record, heading, item)
        return "" if value is None else self.render(heading, item, value)

    def masked_value(self, heading, item, value):
        """A value as a masked list writes it where its names are masked."""
        with self.book.masking():
            return self.render(heading, item, value)

    def masked_text(self, record, heading, item):
        """What a cell of the record says in a masked list."""
        with self.book.masking():
            return self.masked_cell(record, item, self.exported_text(record, heading, item))

    def export_row(self, record):
        """The record's cells in the order of the columns."""
        cells_of_row = []
        for heading, item in self.fields.items():
            text = self.exported_text(record, heading, item)
            cells_of_row.append(self.masked_cell(record, item, text) if self.book.masks else text)
        return cells_of_row

    def masked_cell(self, record, item, text):
        """What a cell holds for those who may not take numbers and minors' names away."""
        return masked(text) if item.is_masked else text

    def plain_mask(self, item):
        """The same for rows that no record is made of: what hides a text, and the lookups it needs beside; or None."""
        return (masked, ()) if item.is_masked else None

    def export_rows(self, records):
        """Every record's row."""
        return [self.export_row(record) for record in self.rows_for_export(records)]
