"""Reads the tables of a Word document, each as a sheet, from its XML as a stream.

The paragraphs just above a table are rows of the sheet, as titles are in a spreadsheet; the last one is its name. A
table inside a cell is text of that cell. What tracked changes have deleted is left out.
"""

from xml.parsers import expat

from .archives import chunks
from .limits import CELLS, LINE, Refused, check_area, check_merges
from .sheet_marks import SheetMarks

DOCUMENT = "word/document.xml"
NAMESPACE = "wordprocessingml"
TITLES = 5  # paragraphs above a table that belong to it
LONGEST_WORD_TITLE = 100
LONGEST_NAME = 31
SKIPPED_IN_WORD = {"Fallback", "del", "moveFrom", "txbxContent"}
WHITE_SPACE_OF_WORD = {"tab": "\t", "br": "\n", "cr": "\n"}


def read_word_tables(archive):
    """Yields each table as (name, merged areas, SheetMarks, rows); raises Refused for a document without any."""
    parser = WordTables(archive)
    number = 0
    for number, table in enumerate(parser.tables(), 1):
        yield table.name(number), table.merged, SheetMarks(), table.rows
    if not number:
        raise Refused("no table")


class WordTable:
    """A table while it is read: its rows, the titles above it, and the merged areas that are complete."""

    def __init__(self, titles):
        self.titles, self.rows, self.merged = titles, [[title] for title in titles], []
        self.open, self.cells = {}, 0  # the area begun at each column by a cell that is merged downwards

    def name(self, number):
        """Returns the name of the sheet: the title above the table, else its number."""
        return self.titles[-1][:LONGEST_NAME] if self.titles else f"表 {number}"

    def add(self, cells, before):
        """Adds a row of (text, columns spanned, how merged downwards), after `before` columns; raises Refused."""
        number, place, row = len(self.rows), before, [None] * before
        went_on = set()
        for text, across, down in cells:
            check_area(1, place + across)
            goes_on = down == "continue" and place in self.open
            row += [None if goes_on else text or None, *[None] * (across - 1)]
            if goes_on:
                self.open[place][2] = number
                went_on.add(place)
            elif down == "restart" or across > 1:
                self._close(place)
                self.open[place] = [number, place, number, place + across - 1]
                went_on.add(place)
            place += across
        for begun in self.open.keys() - went_on:
            self._close(begun)
        self.rows.append(row)
        self.cells += len(row)
        if self.cells > CELLS:
            raise Refused("too large")

    def end(self):
        """Completes the merged areas that reach the last row."""
        for begun in list(self.open):
            self._close(begun)
        return self

    def _close(self, place):
        top, left, bottom, right = self.open.pop(place, (0, 0, 0, 0))
        if (top, left) != (bottom, right):
            self.merged.append((top, left, bottom, right))
            check_merges(len(self.merged))


class WordTables:
    """Parser of a document's body."""

    def __init__(self, archive):
        self.archive = archive
        self.done, self.titles = [], []
        self.table, self.depth = None, 0  # the outermost table, and how deep tables are nested
        self.row, self.cell = [], None  # the cells of the row, and the present one as [lines, across, down]
        self.before, self.is_deleted = 0, False
        self.paragraph, self.is_text, self.skipped = "", False, 0

    def tables(self):
        """Yields the WordTables in document order; raises Refused or ExpatError."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.text
        parser.EntityDeclHandler = self.refuse_declaration
        for chunk in chunks(self.archive, DOCUMENT):
            parser.Parse(chunk, False)
            yield from self.taken()
        parser.Parse(b"", True)
        yield from self.taken()

    def taken(self):
        """Returns the tables that are complete, once."""
        done, self.done = self.done, []
        return done

    def refuse_declaration(self, *declaration):
        """Raises Refused for a declaration of an entity, which no word processor writes."""
        raise Refused("crashed")

    def start(self, tag, attributes):
        """Handles the start of an element."""
        kind = self.kind(tag)
        if self.skipped or kind in SKIPPED_IN_WORD:
            self.is_deleted = self.is_deleted or (kind == "del" and self.cell is None and not self.skipped)
            self.skipped += 1
        elif kind == "tbl":
            self.start_table()
        elif kind == "p":
            self.paragraph = ""
        elif kind == "t":
            self.is_text = True
        elif kind in WHITE_SPACE_OF_WORD:
            self.add_text(WHITE_SPACE_OF_WORD[kind])
        elif self.depth == 1:
            self.start_in_table(kind, {self.kind(name): value for name, value in attributes.items()})

    def start_table(self):
        """Handles the start of a table; those inside a cell are part of its text."""
        self.depth += 1
        if self.depth == 1:
            self.table, self.titles = WordTable(self.titles[-TITLES:]), []

    def start_in_table(self, kind, attributes):
        """Handles the start of a row or a cell, and of what tells how a cell is merged; raises Refused."""
        value = attributes.get("val", "")
        if kind == "tr":
            self.row, self.before, self.is_deleted = [], 0, False
        elif kind == "tc":
            self.cell = [[], 1, ""]
        elif kind == "gridBefore":
            self.before = spanned(value)
        elif self.cell is not None and kind == "gridSpan":
            self.cell[1] = max(spanned(value), 1)
        elif self.cell is not None and kind == "vMerge":
            self.cell[2] = value or "continue"

    def end(self, tag):
        """Handles the end of an element."""
        kind = self.kind(tag)
        if self.skipped:
            self.skipped -= 1
        elif kind == "t":
            self.is_text = False
        elif kind == "p":
            self.end_paragraph()
        elif kind == "tbl":
            self.depth -= 1
            if not self.depth:
                self.done.append(self.table.end())
                self.table = None
        elif self.depth == 1 and kind == "tc":
            lines, across, down = self.cell
            self.row.append(("\n".join(lines).strip(), across, down))
            self.cell = None
        elif self.depth == 1 and kind == "tr" and not self.is_deleted:
            self.table.add(self.row, self.before)

    def end_paragraph(self):
        """Adds a paragraph to its cell, or to the titles of the table that may follow."""
        if self.cell is not None:
            self.cell[0].append(self.paragraph)
        elif not self.depth and self.paragraph.strip():
            self.titles = [*self.titles[1 - TITLES :], self.paragraph.strip()[:LONGEST_WORD_TITLE]]
        self.paragraph = ""

    def text(self, text):
        """Handles characters, of which only those of runs of text count."""
        if self.is_text and not self.skipped:
            self.add_text(text)

    def add_text(self, text):
        """Adds text to the paragraph; raises Refused for too long a one."""
        self.paragraph += text
        if len(self.paragraph) > LINE:
            raise Refused("too large", f"某一单元格超过 {LINE} 个字的表格")

    @staticmethod
    def kind(name):
        """Returns the local name of an element or attribute of Word; of any other the name as it is."""
        space, _, local = name.rpartition("}")
        return local if NAMESPACE in space or local == "Fallback" else name


def spanned(value):
    """Returns a number of columns; raises Refused for one that no table has."""
    count = int(value)
    check_area(1, count)
    return max(count, 0)
