"""Mapping of a file's sheets: which of them are taken, where their headings are, and which column is at which place.

A person confirms the Mapping of a file, which is stored as JSON and proposed for the next file of that kind.
"""

from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from ..sheets.cells import cell_at, is_blank, plain
from ..sheets.day_texts import TitleDay
from .dittos import DITTO, Dittos
from .kind_headings import KindHeadings
from .later_headings import ABOVE, LEAVE_OUT, READ, later_headings
from .layout import Layout
from .row_words import compact, section_name
from .rows import Row, RowKind, RowReader
from .twin_columns import differ, twin_answer, twin_places, twin_question

GROUP_SOURCES = ("column", "sheet", "section", "fixed")


@dataclass
class SheetMapping:
    """Mapping of one sheet; `columns` is {place: column name}, and `headings` are the headings at all places.

    `kind` is the key of the kind of records that the sheet brings, `what` the sheet is: a table, a form, empty ….
    `fixed` is {column name: text} of rows without a cell in that column, and `named` the columns in which such rows
    have the sheet's name. Where it is `by_hand`, a person has said where the headings are; without any, the last
    heading row is that before the data. The rows after the one numbered `until`, and those in `left_out`, ranges of
    numbers, are not taken; numbers count as in Excel.
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
    fixed: dict = field(default_factory=dict)
    named: list = field(default_factory=list)
    by_hand: bool = False
    until: int = 0
    left_out: list = field(default_factory=list)

    @property
    def layout(self):
        """The rows and texts of the headings."""
        return Layout(self.first_heading_row, self.last_heading_row, self.headings)

    @property
    def stated(self):
        """The names of the columns that the sheet has, or that are stated once for all its rows."""
        return {*self.columns.values(), *self.fixed, *self.named}

    @property
    def given(self):
        """Returns {column name: text} of what rows have in columns without a cell."""
        return dict.fromkeys(self.named, sheet_words(self.name)) | self.fixed


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


def sheet_words(name):
    """Returns a sheet's name as a cell would have it."""
    return " ".join(plain(name).split())


def _with_text_places(sheet):
    """Returns a sheet's dict with places as strings, since JSON has no other keys."""
    return sheet | {"columns": {str(place): column for place, column in sheet["columns"].items()}}


class MappedRow(NamedTuple):
    """A row read with a mapping.

    `cells` is {column name: cell} for the filled cells of a data row, and {} for rows of other kinds, whose cells are
    in `row`. `columns` is {place: column name}, by the headings nearest above.
    """

    sheet: int
    row: Row
    cells: dict
    columns: dict


class Remark(NamedTuple):
    """What was noticed of rows of a sheet, by `number`; `what` is a word of `importing.layout_questions`.

    `about` are the texts of headings, or the title of a section.
    """

    sheet: int
    what: str
    about: tuple


OTHER_ORDER, UNCLEAR_HEADINGS = "other_order", "unclear_headings"
NOTED = "noted"
# Remarks that are the ids of their questions, too.
HIDDEN_ROWS, STRUCK_ROWS, HIDDEN_SHEETS, HIDDEN_COLUMNS = (
    "hidden_rows",
    "struck_rows",
    "hidden_sheets",
    "hidden_columns",
)
BLOCK, OTHER_BLOCKS = "block", "other_blocks"
TAKE_IN = "导入"
DEFAULTS = {STRUCK_ROWS: LEAVE_OUT}
STATE_IN_TITLE, STATE_SINCE = "state_in_title", "state_since"
TWINS = "twins"
AS_OTHERS = "与其他行相同"  # the rows of a section are like all others
STATE_DAY_ASKED = "section_day"


class MappedReader:
    """Reads the parts of a file, in their order, with its mapping.

    `vocabulary(kind)` returns the KindHeadings of a kind of records; `answers` are those to the questions that follow
    from `remarks`, {Remark: row numbers}.
    """

    def __init__(self, mapping, vocabulary=lambda kind: KindHeadings(), answers=None):
        self.mapping, self.vocabulary, self.answers = mapping, vocabulary, answers or {}
        self.sheets = {sheet.number: sheet for sheet in mapping.sheets if sheet.is_taken}
        self.readers, self.remarks = {}, {}

    def read(self, part):
        """Yields a MappedRow for each row of a SheetPart below the headings; nothing for a sheet that is not taken."""
        sheet = self.sheets.get(part.number)
        if sheet is None:
            return
        if part.number not in self.readers:
            self.readers[part.number] = SheetReader(self, sheet, part)
        yield from self.readers[part.number].read(part)

    def note(self, row, sheet, what, *about):
        """Adds a row to a remark."""
        self.remarks.setdefault(Remark(sheet, what, about), []).append(row)


class SheetReader:
    """Reads the rows of one sheet for a MappedReader."""

    def __init__(self, reader, sheet, part):
        self.reader, self.sheet, self.mapping = reader, sheet, reader.mapping
        self.vocabulary = reader.vocabulary(sheet.kind)
        self.headings, self.columns, self.is_left_out = sheet.headings, sheet.columns, False
        self.left_out = {row for first, last in sheet.left_out for row in range(first, last + 1)}
        self.states, self.state_of_sheet = self.vocabulary.states, ("", ())
        self.state = self.state_of_sheet
        self.noted = self.vocabulary.noted.places(self.headings, self.columns)
        self._choose_twins(sheet.ignored)
        options = {"known": self.vocabulary.heading_words, "is_title": self.states.names_state}
        self.dittos = Dittos(self.mapping.group_column)
        self.rows = RowReader(sheet.layout, self.columns, part.merged, self._filled_down(), **options)
        self._read_marks(part.marks)

    def read(self, part):
        """Yields a MappedRow for each row of the part below the headings."""
        if part.first_row == 0:
            self._read_titles(part)
        columns = self._columns_read()
        group, group_column = self._group(part), self.mapping.group_column
        takes_section, given = self.mapping.group_from == "section", self.sheet.given
        for row in self.rows.read(part.first_row, part.rows):
            if row.kind is not RowKind.DATA or self.is_left_out or self._is_left_out_by_hand(row.number):
                if row.kind is RowKind.HEADING:
                    self._read_below(row)
                    columns = self._columns_read()
                elif row.kind is RowKind.SECTION:
                    self.dittos.begin()
                    self.state = self._state_in(row.section) if self.states.words else self.state
                yield MappedRow(part.number, self._left_out(row), {}, self.columns)
                continue
            width = len(row.cells)
            values = {
                column: cell
                for place, column in columns
                if place < width
                and (cell := row.cells[place]) is not None
                and (cell.__class__ is not str or cell.isalnum() or not is_blank(cell))
            }
            if self.dittos.read(values, self.reader.answers.get(DITTO)):
                self.reader.note(row.number, self.sheet.number, DITTO)
            if group_column and group_column not in values:
                value = row.section if takes_section else group
                if value:
                    values[group_column] = value
            if self.twins:
                self._compare_twins(row)
            if self.noted:
                self._read_notes(row, values)
            if self.marked and self._is_left_out_by_mark(row, values):
                yield MappedRow(part.number, self._left_out(row), {}, self.columns)
                continue
            if self.state[1] and self._is_left_out_by_title(row.number, values):
                yield MappedRow(part.number, self._left_out(row), {}, self.columns)
                continue
            if given:
                values = given | values
            yield MappedRow(part.number, row, values, self.columns)

    def _choose_twins(self, ignored=()):
        """Has each column whose heading is there several times read from the place that is answered, else the first."""
        self.twins = twin_places(self.headings, self.columns, ignored)
        for column, places in self.twins.items():
            answer = self.reader.answers.get(twin_question(column))
            chosen = next((place for number, place in enumerate(places) if twin_answer(number) == answer), places[0])
            rest = {place: one for place, one in self.columns.items() if one != column}
            self.columns = rest | {chosen: column}

    def _compare_twins(self, row):
        """Notes a row in which the columns of one heading differ."""
        for column, places in self.twins.items():
            if any(differ(row.cells, places[0], place) for place in places[1:]):
                self.reader.note(row.number, self.sheet.number, TWINS, column, *places)

    def _read_marks(self, marks):
        """Keeps which rows and columns are marked, rows numbered as in Excel."""
        self.marked = bool(marks)
        self.marked_rows = {
            HIDDEN_ROWS: numbers_of_ranges(marks.get(HIDDEN_ROWS, ()), 1),
            STRUCK_ROWS: numbers_of_ranges(marks.get(STRUCK_ROWS, ()), 1),
        }
        self.block, self.differs = marks.get("block"), marks.get("differs")
        self.is_hidden, self.hidden_columns = (
            marks.get("is_hidden"),
            numbers_of_ranges(marks.get(HIDDEN_COLUMNS, ()), 0),
        )

    def _columns_read(self):
        """Returns [(place, column)] of the columns that are read, without hidden ones that are not to be."""
        if self.hidden_columns and self.reader.answers.get(HIDDEN_COLUMNS) == LEAVE_OUT:
            return [(place, column) for place, column in self.columns.items() if place not in self.hidden_columns]
        return list(self.columns.items())

    def _is_left_out_by_mark(self, row, values):
        """Whether a row is left out because it, or its sheet, is hidden or struck through; notes what is."""
        answers, is_left_out = self.reader.answers, False
        if self.is_hidden:
            self.reader.note(row.number, self.sheet.number, HIDDEN_SHEETS)
            is_left_out = answers.get(HIDDEN_SHEETS) == LEAVE_OUT
        if self.differs:
            self.reader.note(row.number, self.sheet.number, OTHER_BLOCKS)
            is_left_out = is_left_out or answers.get(OTHER_BLOCKS) == LEAVE_OUT
        elif self.block:
            self.reader.note(row.number, self.sheet.number, BLOCK, self.block)
        for mark, rows in self.marked_rows.items():
            if row.number in rows:
                self.reader.note(row.number, self.sheet.number, mark)
                # Whoever struck a row through meant it to be gone; hiding says nothing.
                is_left_out = is_left_out or answers.get(mark, DEFAULTS.get(mark)) == LEAVE_OUT
        for place in self.hidden_columns:
            if place in self.columns and not is_blank(cell_at(row.cells, place)):
                self.reader.note(row.number, self.sheet.number, HIDDEN_COLUMNS, self.columns[place])
        return is_left_out

    def _read_notes(self, row, values):
        """Adds what a cell beside those taken notes of the row, where the row does not state it itself."""
        noted = self.vocabulary.noted
        found = [value for place in self.noted if (value := noted.value_of(cell_at(row.cells, place)))]
        if found and noted.column not in values:
            values[noted.column] = found[0]
            self.reader.note(row.number, self.sheet.number, NOTED, noted.column, found[0])

    def _read_titles(self, part):
        """Notes what the sheet's name, or a title above the headings, says of all its rows."""
        above = part.rows[: self.sheet.first_heading_row]
        titles = [filled[0] for row in above if len(filled := [cell for cell in row if not is_blank(cell)]) == 1]
        for title in [part.name, *titles] if self.states.words else ():
            if labels := self.states.labels_in(title):
                self.state = self.state_of_sheet = (section_name(title), labels)
                return

    def _state_in(self, section):
        """Returns the title of a section with the labels that it names, else those of the sheet."""
        labels = self.states.labels_in(section)
        return (section, labels) if labels else self.state_of_sheet

    def _is_left_out_by_title(self, number, values):
        """Whether a row is left out because of what its section or sheet is called; otherwise gives it that state."""
        (title, labels), states = self.state, self.states
        if states.standing.intersection(labels) or states.column in values:
            return False
        self.reader.note(number, self.sheet.number, STATE_IN_TITLE, title, *labels)
        answer = self.reader.answers.get(title_question(title))
        if answer in labels:
            values[states.column] = answer
            day = states.days.get(answer)
            if day and day not in values:
                self.reader.note(number, self.sheet.number, STATE_SINCE)
                if since := self.reader.answers.get(STATE_DAY_ASKED):
                    values[day] = TitleDay(since)
        return answer == LEAVE_OUT

    def _read_below(self, row):
        """Has the rows below a row of headings read by it, where it does not repeat those above."""
        self.is_left_out = False
        below = later_headings(row.cells, self.headings, self.columns, self.vocabulary)
        if below is None:
            return
        if below.is_sure:
            self.reader.note(row.number, self.sheet.number, OTHER_ORDER, *below.moved(self.columns))
        else:
            self.reader.note(row.number, self.sheet.number, UNCLEAR_HEADINGS, *below.unknown, *below.missing)
            answer = self.reader.answers.get(headings_question(self.sheet.number, row.number), READ)
            self.is_left_out = answer == LEAVE_OUT
            if answer == ABOVE:
                return
        self.headings, self.columns = below.headings, below.columns
        self.noted = self.vocabulary.noted.places(self.headings, self.columns)
        self._choose_twins()
        self.rows.read_by(self.headings, self.columns, self._filled_down())

    def _is_left_out_by_hand(self, number):
        """Whether a person has left out the row of this number."""
        return number in self.left_out or 0 < self.sheet.until < number

    def _left_out(self, row):
        """Returns the row, a row of data as one that is left out."""
        return row._replace(kind=RowKind.LEFT_OUT) if row.kind is RowKind.DATA else row

    def _filled_down(self):
        """Returns the places of the columns in which blank cells get the value above."""
        if not self.mapping.fill_down:
            return ()
        return [place for place, column in self.columns.items() if column == self.mapping.group_column]

    def _group(self, part):
        """Returns the group of rows that have none in their cells or section."""
        if self.mapping.group_from == "sheet":
            return sheet_words(part.name)
        return self.mapping.group_value if self.mapping.group_from == "fixed" else ""


def numbers_of_ranges(ranges, first):
    """Returns the numbers in ranges [first, last] counted from 0, counted from `first` instead."""
    return frozenset(number + first for begin, end in ranges for number in range(begin, end + 1))


def headings_question(sheet, row):
    """Returns the id of the question about a row of headings."""
    return f"headings-{sheet + 1}-{row}"


def title_question(title):
    """Returns the id of the question about the rows below a title."""
    return f"section-{compact(title)}"
