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

from .archives import chunks
from .limits import FORMULA_ERROR, LINE, Refused, check_area, check_merges

SKIPPED = {"table:shapes", "table:dde-links"}  # may hold tables of their own, which are no sheets
CELL_TAGS = {"table:table-cell", "table:covered-table-cell"}
WHITE_SPACE = {"text:s": " ", "text:tab": "\t", "text:line-break": "\n"}
ERROR_TEXT = re.compile(r"#[A-Z0-9/]+[!?]?|Err:\d+")
DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
SPANNED = b"s-spanned="
SPANS = ("table:number-rows-spanned", "table:number-columns-spanned")


def read_ods(archive):
    """Yields each visible sheet as (name, merged areas, rows); read all rows of one before asking for the next."""
    merged = merges_by_sheet(archive) if has_merged_cells(archive) else None
    events = Content(archive).events()
    names = (content for kind, content in events if kind == "sheet")
    for number, name in enumerate(names):
        yield name, merged[number] if merged else [], rows_of_sheet(events)


def has_merged_cells(archive):
    """Whether any sheet has merged cells."""
    # Most rosters have none, and so are parsed once only.
    tail = b""
    for chunk in chunks(archive, "content.xml"):
        if SPANNED in tail + chunk:
            return True
        tail = chunk[-len(SPANNED) :]
    return False


def merges_by_sheet(archive):
    """Returns the merged areas of each visible sheet; raises Refused for too many in one sheet."""
    areas = []
    for kind, content in Content(archive).events():
        if kind == "sheet":
            areas.append([])
        elif kind == "merged":
            areas[-1].append(content)
            check_merges(len(areas[-1]))
    return areas


def rows_of_sheet(events):
    """Yields the rows of the sheet whose start was the latest event."""
    for kind, content in events:
        if kind == "row":
            yield content
        elif kind == "end":
            return


class Content:
    """Parser of content.xml with the events ("sheet", name), ("merged", area), ("row", cells) and ("end", None).

    Element names are compared with their customary prefixes, which every office program writes.
    """

    def __init__(self, archive):
        self.archive = archive
        self.pending = []  # events not yet yielded, as (kind, content, repeats)
        self.hidden_styles, self.style = set(), None
        self.skipped = 0  # depth inside an element that is skipped with all its content
        self.visible = self.in_paragraph = False
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
        elif tag == "table:table":
            self.start_table(attributes)
        elif tag == "style:style":
            self.style = attributes.get("style:name")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self.style)

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
        elif tag == "table:table" and self.visible:
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
        self.visible = attributes.get("table:style-name") not in self.hidden_styles
        self.height = self.width = self.row_gap = 0
        if self.visible:
            self.pending.append(("sheet", attributes.get("table:name", ""), 1))

    def end_cell(self, tag):
        """Adds a cell with its repeats to the row; what a merged cell covers is empty. Raises Refused for too many."""
        repeats = repeat_count(self.cell, "table:number-columns-repeated")
        value = None if tag == "table:covered-table-cell" else value_of(self.cell, "\n".join(self.lines))
        if self.visible and any(name in self.cell for name in SPANS):
            self.add_merged_area(*(repeat_count(self.cell, name) for name in SPANS))
        self.cell = None
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
        if self.visible:
            self.pending += [("row", [], self.row_gap), ("row", self.row, self.row_repeats)]
        self.row_gap = 0


def repeat_count(attributes, name):
    """Returns the count in an attribute, at least 1, and 1 where the attribute is missing."""
    return max(int(attributes[name]), 1) if name in attributes else 1


def value_of(cell, text):
    """Returns the value of a cell with these attributes and this text, None for an empty one; raises ValueError."""
    kind = cell.get("office:value-type")
    if cell.get("calcext:value-type") == "error" or ("table:formula" in cell and ERROR_TEXT.fullmatch(text)):
        return FORMULA_ERROR
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
