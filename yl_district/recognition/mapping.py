"""Mapping of a file's sheets: which of them are taken, where their headings are, and which column is at which place.

A person confirms the Mapping of a file, which is stored as JSON and proposed for the next file of that kind.
"""

from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from ..sheets.cells import is_blank, plain
from .layout import Layout
from .rows import Row, RowKind, RowReader

GROUP_SOURCES = ("column", "sheet", "section", "fixed")


@dataclass
class SheetMapping:
    """Mapping of one sheet; `columns` is {place: column name}, and `headings` are the headings at all places.

    `kind` is the key of the kind of records that the sheet brings, `what` the sheet is: a table, a form, empty ….
    """

    number: int
    name: str
    is_taken: bool
    first_heading_row: int = 0
    last_heading_row: int = 0
    columns: dict = field(default_factory=dict)
    ignored: list = field(default_factory=list)
    headings: list = field(default_factory=list)
    kind: str = ""
    what: str = "table"

    @property
    def layout(self):
        """The rows and texts of the headings."""
        return Layout(self.first_heading_row, self.last_heading_row, self.headings)


@dataclass
class Mapping:
    """Mapping of a file; `group_column` is the column for the group of a record, such as 所在团支部.

    Where a row has no value in that column, `group_from` gives the source of its group: none ("column"), the name of
    the "sheet" or of the "section", or `group_value` ("fixed"). With `fill_down`, a blank cell of that column gets the
    value above it first.
    """

    sheets: list = field(default_factory=list)
    group_column: str = ""
    group_from: str = "column"
    group_value: str = ""
    fill_down: bool = False

    def to_json(self):
        """Returns the mapping as JSON can store it."""
        return asdict(self) | {"sheets": [_with_text_places(asdict(sheet)) for sheet in self.sheets]}

    @classmethod
    def from_json(cls, data):
        """Returns the mapping from what `to_json` returned; raises ValueError for an unknown source of groups."""
        if data["group_from"] not in GROUP_SOURCES:
            raise ValueError(data["group_from"])
        sheets = [SheetMapping(**sheet) for sheet in data["sheets"]]
        for sheet in sheets:
            sheet.columns = {int(place): column for place, column in sheet.columns.items()}
        return cls(**data | {"sheets": sheets})


def _with_text_places(sheet):
    """Returns a sheet's dict with places as strings, since JSON has no other keys."""
    return sheet | {"columns": {str(place): column for place, column in sheet["columns"].items()}}


class MappedRow(NamedTuple):
    """A row read with a mapping.

    `cells` is {column name: cell} for the filled cells of a data row, and {} for rows of other kinds, whose cells are
    in `row`.
    """

    sheet: int
    row: Row
    cells: dict


class MappedReader:
    """Reads the parts of a file, in their order, with its mapping."""

    def __init__(self, mapping):
        self.mapping = mapping
        self.sheets = {sheet.number: sheet for sheet in mapping.sheets if sheet.is_taken}
        self.readers = {}

    def read(self, part):
        """Yields a MappedRow for each row of a SheetPart below the headings; nothing for a sheet that is not taken."""
        sheet = self.sheets.get(part.number)
        if sheet is None:
            return
        if part.number not in self.readers:
            self.readers[part.number] = self._reader(sheet, part.merged)
        columns = list(sheet.columns.items())
        group, group_column = self._group(part), self.mapping.group_column
        takes_section = self.mapping.group_from == "section"
        for row in self.readers[part.number].read(part.first_row, part.rows):
            if row.kind is not RowKind.DATA:
                yield MappedRow(part.number, row, {})
                continue
            width = len(row.cells)
            values = {
                column: cell
                for place, column in columns
                if place < width
                and (cell := row.cells[place]) is not None
                and (cell.__class__ is not str or cell.isalnum() or not is_blank(cell))
            }
            if group_column and group_column not in values:
                value = row.section if takes_section else group
                if value:
                    values[group_column] = value
            yield MappedRow(part.number, row, values)

    def _reader(self, sheet, merged):
        """Returns the RowReader of a sheet."""
        filled = [place for place, column in sheet.columns.items() if column == self.mapping.group_column]
        return RowReader(sheet.layout, sheet.columns, merged, filled if self.mapping.fill_down else ())

    def _group(self, part):
        """Returns the group of rows that have none in their cells or section."""
        if self.mapping.group_from == "sheet":
            return " ".join(plain(part.name).split())
        return self.mapping.group_value if self.mapping.group_from == "fixed" else ""
