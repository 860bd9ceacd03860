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

from .spreadsheet_archives import chunks
from .spreadsheet_limits import FORMULA_ERROR, LINE, MERGES, Refused, check_area

SKIPPED = {"table:shapes", "table:dde-links"}  # may hold tables of their own, which are no sheets
CELLS = {"table:table-cell", "table:covered-table-cell"}
WHITE_SPACE = {"text:s": " ", "text:tab": "\t", "text:line-break": "\n"}
ERROR_TEXT = re.compile(r"#[A-Z0-9/]+[!?]?|Err:\d+")
DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
SPANNED = b"s-spanned="
SPANS = ("table:number-rows-spanned", "table:number-columns-spanned")


def read_ods(archive):
    """The visible sheets as (name, merged areas, rows), each to be read to its end before the next is asked for."""
    merged = merged_areas(archive) if has_merged_cells(archive) else None
    events = Content(archive).events()
    names = (content for kind, content in events if kind == "sheet")
    for number, name in enumerate(names):
        yield name, merged[number] if merged else [], rows_of_sheet(events)


def has_merged_cells(archive):
    """Whether there are merged cells at all: most rosters have none, and need not be read twice for their sake."""
    tail = b""
    for chunk in chunks(archive, "content.xml"):
        if SPANNED in tail + chunk:
            return True
        tail = chunk[-len(SPANNED) :]
    return False


def merged_areas(archive):
    """The merged areas of each visible sheet."""
    areas = []
    for kind, content in Content(archive).events():
        if kind == "sheet":
            areas.append([])
        elif kind == "merged":
            areas[-1].append(content)
            if len(areas[-1]) > MERGES:
                raise Refused("too large", f"某一工作表的合并单元格超过 {MERGES} 处")
    return areas


def rows_of_sheet(events):
    """The rows of the sheet that has just begun."""
    for kind, content in events:
        if kind == "row":
            yield content
        elif kind == "end":
            return


class Content:
    """The document's content as events: ("sheet", name), ("merged", area), ("row", cells), ("end", None).

    Names are compared with their customary prefixes, which every office program writes.
    """

    def __init__(self, archive):
        self.archive = archive
        self.ready = []  # events that have happened and were not yet told
        self.hidden_styles, self.style = set(), None
        self.skipped = 0  # how deep the parser is inside what is no part of a sheet or of a cell's text
        self.visible = self.in_paragraph = False
        self.cell, self.lines = None, []
        self.row, self.row_repeats, self.gap = [], 1, 0  # gap: empty cells that are lost unless one follows
        self.height = self.width = self.row_gap = 0

    def events(self):
        """Everything of the visible sheets, in the document's order."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.text
        parser.EntityDeclHandler = self.refuse_entity
        for chunk in chunks(self.archive, "content.xml"):
            parser.Parse(chunk, False)
            yield from self.told()
        parser.Parse(b"", True)
        yield from self.told()

    def told(self):
        """The events since the last time."""
        for kind, content, repeats in self.ready:
            for _ in range(repeats):
                yield kind, content
        self.ready.clear()

    def refuse_entity(self, *declaration):
        """Raises Refused: no office program declares entities, and expanding them can go on for ever."""
        raise Refused("crashed")

    def start(self, tag, attributes):
        """An element begins."""
        if self.skipped or self.is_foreign(tag):
            self.skipped += 1
        elif tag in CELLS:
            self.cell, self.lines = attributes, []
        elif tag == "text:p":
            self.in_paragraph = True
            self.lines.append("")
        elif tag in WHITE_SPACE:
            length = number(attributes, "text:c")
            if length > LINE:
                raise Refused("too large", f"某一单元格超过 {LINE} 个字的表格")
            self.text(WHITE_SPACE[tag] * length)
        elif tag == "table:table-row":
            self.row, self.row_repeats, self.gap = [], number(attributes, "table:number-rows-repeated"), 0
        elif tag == "table:table":
            self.start_table(attributes)
        elif tag == "style:style":
            self.style = attributes.get("style:name")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self.style)

    def end(self, tag):
        """An element ends."""
        if self.skipped:
            self.skipped -= 1
        elif tag == "text:p":
            self.in_paragraph = False
        elif tag in CELLS:
            self.end_cell(tag)
        elif tag == "table:table-row":
            self.end_row()
        elif tag == "table:table" and self.visible:
            self.ready.append(("end", None, 1))

    def is_foreign(self, tag):
        """Whether an element is no part of a sheet: in a cell that is all but text, as notes, shapes and tables."""
        return not tag.startswith("text:") if self.cell is not None else tag in SKIPPED

    def text(self, text):
        """Characters; only those of a cell's paragraphs count."""
        if self.in_paragraph and not self.skipped:
            self.lines[-1] += text

    def start_table(self, attributes):
        """A sheet begins."""
        self.visible = attributes.get("table:style-name") not in self.hidden_styles
        self.height = self.width = self.row_gap = 0
        if self.visible:
            self.ready.append(("sheet", attributes.get("table:name", ""), 1))

    def end_cell(self, tag):
        """Adds a cell to its row, as often as it is repeated; what a merged cell covers is empty."""
        repeats = number(self.cell, "table:number-columns-repeated")
        value = None if tag == "table:covered-table-cell" else value_of(self.cell, "\n".join(self.lines))
        if self.visible and any(name in self.cell for name in SPANS):
            self.note_merged(*(number(self.cell, name) for name in SPANS))
        self.cell = None
        if value is None:
            self.gap += repeats
            return
        check_area(1, len(self.row) + self.gap + repeats)
        self.row += [None] * self.gap + [value] * repeats
        self.gap = 0

    def note_merged(self, down, across):
        """Tells of a merged area that begins with the cell that ends; one cell alone is none."""
        row, column = self.height + self.row_gap, len(self.row) + self.gap
        if (down, across) != (1, 1):
            self.ready.append(("merged", (row, column, row + down - 1, column + across - 1), 1))

    def end_row(self):
        """Tells of a row, as often as it is repeated; empty ones only when another follows."""
        if not self.row:
            self.row_gap += self.row_repeats
            return
        self.height += self.row_gap + self.row_repeats
        self.width = max(self.width, len(self.row))
        check_area(self.height, self.width)
        if self.visible:
            self.ready += [("row", [], self.row_gap), ("row", self.row, self.row_repeats)]
        self.row_gap = 0


def number(attributes, name):
    """A count among the attributes, 1 where there is none."""
    return max(int(attributes[name]), 1) if name in attributes else 1


def value_of(cell, text):
    """A cell's value from its attributes and its text; None where it is empty."""
    kind = cell.get("office:value-type")
    if cell.get("calcext:value-type") == "error" or ("table:formula" in cell and ERROR_TEXT.fullmatch(text)):
        return FORMULA_ERROR
    if kind in ("float", "percentage", "currency"):
        return float(cell["office:value"])
    if kind == "boolean":
        return cell["office:boolean-value"] == "true"
    if kind == "date":
        return moment(cell["office:date-value"])
    if kind == "time":
        spent = DURATION.fullmatch(cell["office:time-value"])
        return ":".join(spent.groups()) if spent else cell["office:time-value"]
    return cell.get("office:string-value") or text or None


def moment(text):
    """A date, or a date with its time; text that no calendar knows stays text."""
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return text
