"""Reads an OpenDocument spreadsheet as a stream, so that repeated cells never have to be held.

LibreOffice fills a sheet up to its last row and column with repeated empty cells; they count for nothing here, while
repeated cells with a content count as often as they are repeated.

python-calamine, which reads Excel's formats, opens .ods files too, several times as fast, but not safely enough for
lists of people. Version 0.9.1 reports no merged areas; it reads a failed formula as empty or 0, drops tabs, line breaks
and cells without a value type, shows what merged cells cover, gives two sheets of one name the same rows, refuses
indented XML, and holds all repeated cells in memory. It has no limits but the process's own: content.xml cut off in a
table keeps it busy for ever, and 10**9 repeated blanks abort it. Checking all that first takes this parser again.
"""

import re
from datetime import date, datetime
from xml.parsers import expat

from .archives import TAIL, chunks
from .limits import COLUMNS, FORMULA_ERROR, LINE, UNCOMPUTED_FORMULA, Refused, check_area, check_merges
from .sheet_marks import SheetMarks, add_to_ranges

SKIPPED = {"table:shapes", "table:dde-links"}  # may hold tables of their own, which are no sheets
CELL_TAGS = {"table:table-cell", "table:covered-table-cell"}
WHITE_SPACE = {"text:s": " ", "text:tab": "\t", "text:line-break": "\n"}
ERROR_TEXT = re.compile(r"#[A-Z0-9/]+[!?]?|Err:\d+")
DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
FACT_SIGNS = re.compile(
    rb"""s-spanned=|table:visibility=["'](?:collapse|filter)|text-line-through-(?:style|type)=["'](?!none)"""
)
MARKS = ("hidden_rows", "struck_rows", "hidden_columns")
OUT_OF_SIGHT = ("collapse", "filter")
SPANS = ("table:number-rows-spanned", "table:number-columns-spanned")


def read_ods(archive):
    """Yields each sheet as (name, merged areas, SheetMarks, rows); read all rows of one before asking for the next."""
    facts = facts_by_sheet(archive) if has_facts(archive) else None
    events = Content(archive).events()
    sheets = (content for kind, content in events if kind == "sheet")
    for number, (name, is_hidden) in enumerate(sheets):
        merged, marks = facts[number] if facts else ([], SheetMarks())
        marks.is_hidden = is_hidden
        yield name, merged, marks, rows_of_sheet(events)


def has_facts(archive):
    """Whether any sheet has merged cells, hidden rows or columns, or text struck through."""
    # Most rosters have none, and so are parsed once only.
    tail = b""
    for chunk in chunks(archive, "content.xml"):
        if FACT_SIGNS.search(tail + chunk):
            return True
        tail = chunk[-TAIL:]
    return False


def facts_by_sheet(archive):
    """Returns (merged areas, SheetMarks) of each sheet; raises Refused for too many areas in one sheet."""
    facts = []
    for kind, content in Content(archive).events():
        if kind == "sheet":
            facts.append(([], SheetMarks()))
        elif kind == "merged":
            facts[-1][0].append(content)
            check_merges(len(facts[-1][0]))
        elif kind in MARKS:
            add_to_ranges(getattr(facts[-1][1], kind), *content)
        elif kind == "filtered":
            facts[-1][1].is_filtered = True
    return facts


def rows_of_sheet(events):
    """Yields the rows of the sheet whose start was the latest event."""
    for kind, content in events:
        if kind == "row":
            yield content
        elif kind == "end":
            return


class Content:
    """Parser of content.xml with the events ("sheet", (name, is hidden)), ("merged", area), ("row", cells),
    ("end", None), and those of `MARKS` and "filtered".

    Element names are compared with their customary prefixes, which every office program writes.
    """

    def __init__(self, archive):
        self.archive = archive
        self.pending = []  # events not yet yielded, as (kind, content, repeats)
        self.hidden_styles, self.style = set(), None
        self.skipped = 0  # depth inside an element that is skipped with all its content
        self.in_paragraph = self.in_sheet = False
        self.struck_styles, self.columns, self.column_styles = set(), 0, []
        self.row_look, self.are_struck = {}, []
        self.cell, self.lines = None, []
        self.row, self.row_repeats, self.gap = [], 1, 0  # gap: empty cells, dropped unless a filled one follows
        self.height = self.width = self.row_gap = 0

    def events(self):
        """Yields the events of the visible sheets in document order; raises Refused or ExpatError."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.text
        parser.EntityDeclHandler = self.refuse_entity
        for chunk in chunks(self.archive, "content.xml"):
            parser.Parse(chunk, False)
            yield from self.take_pending()
        parser.Parse(b"", True)
        yield from self.take_pending()

    def take_pending(self):
        """Yields the pending events, repeated ones as often as they are repeated, and clears them."""
        for kind, content, repeats in self.pending:
            for _ in range(repeats):
                yield kind, content
        self.pending.clear()

    def refuse_entity(self, *declaration):
        """Raises Refused for a declaration of an entity."""
        # No office program declares any, and their expansion can grow without end.
        raise Refused("crashed")

    def start(self, tag, attributes):
        """Handles the start of an element; raises Refused for too long a text."""
        if self.skipped or self.is_foreign(tag):
            self.skipped += 1
        elif tag in CELL_TAGS:
            self.cell, self.lines = attributes, []
        elif tag == "text:p":
            self.in_paragraph = True
            self.lines.append("")
        elif tag in WHITE_SPACE:
            length = repeat_count(attributes, "text:c")
            if length > LINE:
                raise Refused("too large", f"某一单元格超过 {LINE} 个字的表格")
            self.text(WHITE_SPACE[tag] * length)
        elif tag == "table:table-row":
            self.row, self.row_repeats, self.gap = [], repeat_count(attributes, "table:number-rows-repeated"), 0
            self.row_look, self.are_struck = attributes, []
        elif tag == "table:table-column":
            self.start_columns(attributes)
        elif tag == "table:table":
            self.start_table(attributes)
        elif tag == "style:style":
            self.style = attributes.get("style:name")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self.style)
        elif tag == "style:text-properties" and strikes_through(attributes):
            self.struck_styles.add(self.style)

    def end(self, tag):
        """Handles the end of an element."""
        if self.skipped:
            self.skipped -= 1
        elif tag == "text:p":
            self.in_paragraph = False
        elif tag in CELL_TAGS:
            self.end_cell(tag)
        elif tag == "table:table-row":
            self.end_row()
        elif tag == "table:table" and self.in_sheet:
            self.in_sheet = False
            self.pending.append(("end", None, 1))

    def is_foreign(self, tag):
        """Whether an element is skipped: in a cell all but text, such as notes, shapes and tables, else `SKIPPED`."""
        return not tag.startswith("text:") if self.cell is not None else tag in SKIPPED

    def text(self, text):
        """Handles characters, of which only those in a cell's paragraphs count."""
        if self.in_paragraph and not self.skipped:
            self.lines[-1] += text

    def start_table(self, attributes):
        """Handles the start of a sheet."""
        is_hidden = attributes.get("table:style-name") in self.hidden_styles
        self.height = self.width = self.row_gap = self.columns = 0
        self.column_styles, self.in_sheet = [], True
        self.pending.append(("sheet", (attributes.get("table:name", ""), is_hidden), 1))

    def start_columns(self, attributes):
        """Handles the declaration of some columns, of which only the first `COLUMNS` count."""
        first, count = self.columns, repeat_count(attributes, "table:number-columns-repeated")
        self.columns += count
        last = min(self.columns, COLUMNS) - 1
        if attributes.get("table:visibility") in OUT_OF_SIGHT and first <= last:
            self.pending.append(("hidden_columns", (first, last), 1))
        self.column_styles += [attributes.get("table:default-cell-style-name")] * max(last + 1 - first, 0)

    def end_cell(self, tag):
        """Adds a cell with its repeats to the row; what a merged cell covers is empty. Raises Refused for too many."""
        repeats = repeat_count(self.cell, "table:number-columns-repeated")
        value = None if tag == "table:covered-table-cell" else value_of(self.cell, "\n".join(self.lines))
        if any(name in self.cell for name in SPANS):
            self.add_merged_area(*(repeat_count(self.cell, name) for name in SPANS))
        style = self.cell.get("table:style-name") or self.row_look.get("table:default-cell-style-name")
        self.cell = None
        # Blanks count for nothing: one far away would fill the sheet up to there.
        value = None if value.__class__ is str and value.isspace() else value
        if value is not None and self.struck_styles:
            place = len(self.row) + self.gap
            own = style or (self.column_styles[place] if place < len(self.column_styles) else None)
            self.are_struck.append(own in self.struck_styles)
        if value is None:
            self.gap += repeats
            return
        check_area(1, len(self.row) + self.gap + repeats)
        self.row += [None] * self.gap + [value] * repeats
        self.gap = 0

    def add_merged_area(self, down, across):
        """Adds the event of a merged area whose first cell is the present one; a single cell is not an area."""
        row, column = self.height + self.row_gap, len(self.row) + self.gap
        if (down, across) != (1, 1):
            self.pending.append(("merged", (row, column, row + down - 1, column + across - 1), 1))

    def end_row(self):
        """Adds a row with its repeats, and the empty rows above it, to the events; raises Refused for too many."""
        if not self.row:
            self.row_gap += self.row_repeats
            return
        self.height += self.row_gap + self.row_repeats
        self.width = max(self.width, len(self.row))
        check_area(self.height, self.width)
        self.pending += [("row", [], self.row_gap), ("row", self.row, self.row_repeats)]
        rows = self.height - self.row_repeats, self.height - 1
        if (look := self.row_look.get("table:visibility")) in OUT_OF_SIGHT:
            self.pending.append(("hidden_rows", rows, 1))
            self.pending += [("filtered", None, 1)] * (look == "filter")
        if 2 * sum(self.are_struck) > len(self.are_struck):
            self.pending.append(("struck_rows", rows, 1))
        self.row_gap = 0


def repeat_count(attributes, name):
    """Returns the count in an attribute, at least 1, and 1 where the attribute is missing."""
    return max(int(attributes[name]), 1) if name in attributes else 1


def strikes_through(attributes):
    """Whether the properties of a text have it struck through."""
    names = ("style:text-line-through-style", "style:text-line-through-type")
    return any(attributes.get(name, "none") != "none" for name in names)


def value_of(cell, text):
    """Returns the value of a cell with these attributes and this text, None for an empty one; raises ValueError."""
    kind = cell.get("office:value-type")
    if cell.get("calcext:value-type") == "error" or ("table:formula" in cell and ERROR_TEXT.fullmatch(text)):
        return FORMULA_ERROR
    if "table:formula" in cell and kind is None and not text:
        return UNCOMPUTED_FORMULA
    if kind in ("float", "percentage", "currency"):
        return float(cell["office:value"])
    if kind == "boolean":
        return cell["office:boolean-value"] == "true"
    if kind == "date":
        return date_of(cell["office:date-value"])
    if kind == "time":
        duration = DURATION.fullmatch(cell["office:time-value"])
        return ":".join(duration.groups()) if duration else cell["office:time-value"]
    return cell.get("office:string-value") or text or None


def date_of(text):
    """Returns the date or datetime written in ISO 8601; the text itself where there is no such day."""
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return text
