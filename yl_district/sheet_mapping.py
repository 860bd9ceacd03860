"""How the sheets of a file are read: which are taken, where their headings stand, and which column each place holds.

A Mapping is what a person confirms for a file and what is kept for the next one; it goes into JSON and back.
"""

from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from .cells import is_blank, plain
from .table_layout import Layout
from .table_rows import Row, RowKind, RowReader

GROUP_SOURCES = ("column", "sheet", "section", "fixed")


@dataclass
class SheetMapping:
    """How one sheet is read; `columns` is {place: column name}, `headings` are the texts at all places.

    `kind` is the key of what it brings, where that is not the same for all sheets of the file.
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

    @property
    def layout(self):
        return Layout(self.first_heading_row, self.last_heading_row, self.headings)


@dataclass
class Mapping:
    """How a file is read; `group_column` is the column that says where a record belongs, as 所在团支部.

    Where a row leaves that column blank, or no place holds it, `group_from` says what it has: nothing (column), the
    name of its sheet, that of its section, or `group_value` (fixed). With `fill_down`, a blank cell of that column has
    the value above it first.
    """

    sheets: list = field(default_factory=list)
    group_column: str = ""
    group_from: str = "column"
    group_value: str = ""
    fill_down: bool = False

    def to_json(self):
        """The mapping as JSON holds it."""
        return asdict(self) | {"sheets": [_with_text_places(asdict(sheet)) for sheet in self.sheets]}

    @classmethod
    def from_json(cls, data):
        """The mapping that `to_json` gave; raises ValueError for a source of groups that there is not."""
        if data["group_from"] not in GROUP_SOURCES:
            raise ValueError(data["group_from"])
        sheets = [SheetMapping(**sheet) for sheet in data["sheets"]]
        for sheet in sheets:
            sheet.columns = {int(place): column for place, column in sheet.columns.items()}
        return cls(**data | {"sheets": sheets})


def _with_text_places(sheet):
    return sheet | {"columns": {str(place): column for place, column in sheet["columns"].items()}}


class MappedRow(NamedTuple):
    """A row as a mapping reads it.

    `cells` is {column name: cell} of a row of data, without blank ones; {} of a row that is set aside, whose texts
    `row` still has.
    """

    sheet: int
    row: Row
    cells: dict


class MappedReader:
    """Reads a file's parts, given in their order, as its mapping says."""

    def __init__(self, mapping):
        self.mapping = mapping
        self.sheets = {sheet.number: sheet for sheet in mapping.sheets if sheet.is_taken}
        self.readers = {}

    def read(self, part):
        """Yields a MappedRow for each row of a SheetPart below the headings; none of a sheet that is not taken."""
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
            found = {
                column: cell
                for place, column in columns
                if place < width
                and (cell := row.cells[place]) is not None
                and (cell.__class__ is not str or cell.isalnum() or not is_blank(cell))
            }
            if group_column and group_column not in found:
                value = row.section if takes_section else group
                if value:
                    found[group_column] = value
            yield MappedRow(part.number, row, found)

    def _reader(self, sheet, merged):
        filled = [place for place, column in sheet.columns.items() if column == self.mapping.group_column]
        return RowReader(sheet.layout, sheet.columns, merged, filled if self.mapping.fill_down else ())

    def _group(self, part):
        """What a row has as its group where neither its cells nor its section say so."""
        if self.mapping.group_from == "sheet":
            return " ".join(plain(part.name).split())
        return self.mapping.group_value if self.mapping.group_from == "fixed" else ""
