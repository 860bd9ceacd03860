"""Classifies the rows below a table's headings as data, or as blank, section, total, note or repeated heading.

Only a row that cannot be data has another kind:

- TOTAL: the first text is a total word (合计, 小计, 北京市小计, 共 12 人), and all other cells are quantities,
  signatures or dashes. A unit called 小计 has another text or a date in its row, and a person has an identity or mobile
  number, so both are data. A total word in another cell, such as 合计 in 备注, does not make a total.
- NOTE: the first text is a signature (填表人：) and no label in the row has more than one value; or the first column is
  not taken and marks a worked example (示例), or any cell does so in more than one letter; or the only cell is a
  remark, a seal or a long text; or no cell is in a column that is taken.
- SECTION: the only text is merged over several columns, or in a first column that is not taken, or is the name of an
  organisation (…支部, …团委, …（92所）) or of a state (已转出团员) in a table from which at least three columns are
  taken.
- HEADING: at least two cells (one, in a table with one heading) and most of the filled ones repeat the headings above;
  or all are texts and most of them, at least three, known headings in another order.
- BLANK: no cell is filled, or only a row number.
"""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import TextChoices

from ..sheets.cells import cell_at, is_blank
from . import row_words as words
from .headings import heading_key, repeated_keys


class RowKind(TextChoices):
    DATA = "data", "数据行"
    BLANK = "blank", "空行"
    SECTION = "section", "分段行"
    TOTAL = "total", "合计行"
    NOTE = "note", "说明行"
    HEADING = "heading", "重复的标题行"
    LEFT_OUT = "left_out", "选择不导入的行"


class Row(NamedTuple):
    """A row below the headings; `number` counts as in Excel, and `section` is the name of its section or ""."""

    number: int
    kind: RowKind
    cells: list
    section: str


DATA = RowKind.DATA
KNOWN_HEADINGS = 3  # that a row of headings in another order has at least, where the table has as many
COLUMNS_OF_A_RECORD = 3  # with so many columns taken, one filled cell is not a record


class RowReader:
    """Classifies the rows of one sheet, which are read in parts from top to bottom.

    `taken` are the places of the columns that are taken. In those of `fill_down` a blank cell gets the value above it
    in the same section. A value merged over several rows of one column is given to each of them; a value merged over
    several columns stays in its first cell. `known` are the keys of further headings that such tables have, and
    `is_title(text)` tells titles of sections by their words.
    """

    def __init__(self, layout, taken, merged=(), fill_down=(), known=frozenset(), is_title=words.names_section):
        self.first_row = layout.last_heading_row + 1
        self.known, self.is_title = known, is_title
        self.read_by(layout.headings, taken, fill_down)
        self.wide, self.tall = defaultdict(list), defaultdict(list)
        for top, left, bottom, right in merged:
            if sum(bool(keys) for keys in self.keys[left : right + 1]) > 1:
                self.wide[top].append(left)
            elif bottom > top:
                self.tall[top].append((left, bottom))
        self.hanging = {}
        self.section, self.after_note = "", False

    def read_by(self, headings, taken, fill_down=()):
        """Has the rows from here on stand below these headings."""
        self.taken, self.above = frozenset(taken), dict.fromkeys(fill_down)
        self.keys = [repeated_keys(text) for text in headings]
        self.words = self.known.union(*self.keys)
        # As written, too: most rows hold none of them, which is found without normalising their cells.
        self.texts = self.words.union(filter(None, headings), words.EXAMPLE_WORDS)
        self.heading_count = sum(map(bool, self.keys))
        self.least_headings = min(2, max(self.heading_count, 1))
        self.leading_place = min((place for place, keys in enumerate(self.keys) if keys), default=0)

    def read(self, first_row, rows):
        """Yields the Row of each of `rows` below the headings; `first_row` is the number of the first, from 0."""
        for place, cells in enumerate(rows, first_row):
            if place < self.first_row:
                continue
            kind = self._kind(place, cells)
            for column, bottom in self.tall.get(place, ()):
                self.hanging[column] = bottom, cell_at(cells, column)
            if kind is DATA:
                if self.hanging or self.above:
                    cells = self._filled(cells)
            elif kind in (RowKind.SECTION, RowKind.TOTAL, RowKind.HEADING):
                self._begin_section(kind, cells)
            if self.hanging:
                self.hanging = {column: area for column, area in self.hanging.items() if area[0] > place}
            yield Row(place + 1, kind, cells, self.section)

    def _kind(self, row, cells):
        """Returns the RowKind of the next row."""
        filled = [
            place
            for place, cell in enumerate(cells)
            if cell is not None and (cell.__class__ is not str or cell.isalnum() or not is_blank(cell))
        ]
        if not filled:
            return RowKind.BLANK
        taken = self.taken.intersection(filled)
        texts = [place for place in filled if cells[place].__class__ is str]
        if len(taken) > 1 and texts:
            head = cells[texts[0]]
            if not words.SPECIAL.search(head) and heading_key(head) not in self.words and self.texts.isdisjoint(cells):
                self.after_note = False
                return DATA
        kind = self._special_kind(row, cells, filled, texts, taken)
        self.after_note = kind is RowKind.NOTE or (self.after_note and kind is RowKind.BLANK)
        return kind

    def _keys_at(self, place):
        """Returns the keys of the heading at a place."""
        return self.keys[place] if place < len(self.keys) else ()

    def _special_kind(self, row, cells, filled, texts, taken):
        """Returns the RowKind of a row that is not evidently data."""
        if not taken and all(words.is_row_number(cells[place]) for place in filled):
            return RowKind.BLANK
        kind = self._kind_by_head(cells, filled, texts, taken) if texts else None
        if kind:
            return kind
        alone = [place for place in filled if place in self.taken or not words.is_enumerator(cells[place])]
        if len(alone) == 1 and alone == texts[-1:]:
            return self._kind_of_only_text(row, alone[0], cells[alone[0]])
        return DATA if taken else RowKind.NOTE

    def _kind_by_head(self, cells, filled, texts, taken):
        """Returns the RowKind that a row has by its first text and its other cells, None where these do not decide."""
        place, head = texts[0], cells[texts[0]]
        if heading_key(head) in self._keys_at(place) and self._repeats_headings(cells, filled):
            return RowKind.HEADING
        if len(texts) == len(filled) and self._names_columns(cells, filled):
            return RowKind.HEADING
        is_example = self._leads_untaken(place) and words.is_example(head)
        if (
            is_example
            or any(cells[text] in words.EXAMPLE_WORDS for text in texts)
            or self._is_signed(cells, filled, texts)
        ):
            return RowKind.NOTE
        return RowKind.TOTAL if self._is_total(cells, filled, place, taken) else None

    def _repeats_headings(self, cells, filled):
        """Whether most of the filled cells repeat the headings above."""
        alike = sum(heading_key(cells[place]) in self._keys_at(place) for place in filled)
        return alike >= self.least_headings and 2 * alike > len(filled)

    def _names_columns(self, cells, filled):
        """Whether most of the filled cells, all of them texts, are known headings in any order."""
        found = {key for key in (heading_key(cells[place]) for place in filled) if key in self.words}
        return len(found) >= min(KNOWN_HEADINGS, max(self.heading_count, 2)) and 2 * len(found) > len(filled)

    def _is_signed(self, cells, filled, texts):
        """Whether the first text is a signature, or one of several without colons, and no label has two values."""
        has_colon, is_bare = words.is_signature(cells[texts[0]]), words.is_bare_signature(cells[texts[0]])
        if not (has_colon or is_bare):
            return False
        signatures = {
            place for place in texts if words.is_signature(cells[place]) or words.is_bare_signature(cells[place])
        }
        labels = signatures | {place for place in texts if ":" in words.compact(cells[place])}
        return (has_colon or len(signatures) > 1) and len(filled) <= 2 * len(labels)

    def _is_total(self, cells, filled, head, taken):
        """Whether the text at `head` is a total word, nothing before it is taken, and other cells are quantities."""
        if not words.is_total(cells[head]) or any(place < head for place in taken):
            return False
        return not any(words.has_own_number(cells[place]) for place in taken) and all(
            words.is_quantity(cells[place]) or words.is_signature(cells[place]) or words.is_total(cells[place])
            for place in filled
        )

    def _leads_untaken(self, place):
        """Whether a place is in the first column with a heading or left of it, and is not taken."""
        return place <= self.leading_place and place not in self.taken

    def _kind_of_only_text(self, row, place, text):
        """Returns the RowKind of a row whose only content is a text."""
        if words.is_note(text) or (self.after_note and words.NUMBERED_LINE.match(words.compact(text))):
            return RowKind.NOTE
        is_wide = place in self.wide.get(row, ())
        if is_wide or self._leads_untaken(place):
            return RowKind.SECTION if len(text) <= words.LONGEST_SECTION else RowKind.NOTE
        if place not in self.taken:
            return RowKind.NOTE
        is_section = len(self.taken) >= COLUMNS_OF_A_RECORD and (words.names_section(text) or self.is_title(text))
        return RowKind.SECTION if is_section else DATA

    def _filled(self, cells):
        """Returns the cells of a data row, with values that are merged or filled down into blank ones."""
        cells = cells + [None] * (max([*self.hanging, *self.above]) + 1 - len(cells))
        for place, (_, value) in self.hanging.items():
            if is_blank(cells[place]):
                cells[place] = value
        for place, value in self.above.items():
            if is_blank(cells[place]):
                cells[place] = value
            else:
                self.above[place] = cells[place]
        return cells

    def _begin_section(self, kind, cells):
        """Stops filling down from above the row; a section row gives its name to the rows below."""
        if kind is RowKind.SECTION:
            self.section = words.section_name([cell for cell in cells if not is_blank(cell)][-1])
            self.above = {place: cell_at(cells, place) for place in self.above}
        else:
            self.above = dict.fromkeys(self.above)
