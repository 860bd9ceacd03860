"""Sheets of an annex workbook as they are printed: A4, one page wide, headings on every page.

No text can run as a formula.
"""

from dataclasses import dataclass
from datetime import date

import xlsxwriter

from .annex_charts import insert_charts
from .annex_tables import Amount, DrawnAmount, FormulaCell

A4 = 9
HEADING_ROW = 2
LINE_HEIGHT, TITLE_HEIGHT = 18, 32
# In characters, of which a page takes so many before its print becomes small; PIXELS is the width of one.
PORTRAIT_WIDTH, PORTRAIT_LIMIT, PIXELS = 84, 95, 7
# From this width on a column holds texts that are read rather than compared.
LONG_WIDTH = 16
NUMERIC = {"align": "right"}
WRAPPED = {"text_wrap": True, "valign": "vcenter"}
SHEET_FONT = {"font_name": "宋体", "font_size": 11}
GAP_BETWEEN = "　"
INTERNAL = "内部核对用，不报送"


@dataclass(frozen=True)
class SheetHead:
    """What stands below the title of each sheet: the place, the period, who fills it in, and the document's date."""

    place: str
    period: str
    maker: str
    dated: date
    is_internal: bool = False

    @property
    def left(self):
        """The parts on the place and the period."""
        return [f"填报单位：{self.place}", f"统计期间：{self.period}"]

    def right(self, unit):
        """The parts on the unit of the numbers, the maker and the date."""
        day = f"{self.dated.year}年{self.dated.month}月{self.dated.day}日"
        parts = [self.is_internal and INTERNAL, unit and f"计量单位：{unit}", f"填表人：{self.maker}", f"日期：{day}"]
        return list(filter(None, parts))


class AnnexBook:
    """A workbook of annexes, written to a binary stream."""

    def __init__(self, stream, head):
        self.book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
        self.book.set_properties({"author": head.place})
        self.head = head
        self.formats = {}

    def format(self, **wanted):
        """The format with these properties, made once."""
        key = tuple(sorted(wanted.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(SHEET_FONT | WRAPPED | wanted)
        return self.formats[key]

    def write(self, annexes):
        """Writes the annexes, a sheet each, and closes the workbook."""
        for annex in annexes:
            self.write_sheet(annex)
        self.book.close()

    def write_sheet(self, annex):
        """Writes one annex: title, line of the form, headings, rows, note and charts."""
        sheet, widths = self.book.add_worksheet(annex.name), page_widths(annex)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self.write_head(sheet, annex, widths)
        first, last = HEADING_ROW + 1, HEADING_ROW + len(annex.rows)
        for number, row in enumerate(annex.rows, first):
            sheet.set_row(number, LINE_HEIGHT * line_count(row, widths))
            is_total = annex.has_total and number == last
            for column, value in enumerate(row):
                style = self.cell_format(value, annex.columns[column][1], is_total)
                write_cell(sheet, (number, column), value, style)
        if annex.note:
            last += 1
            self.write_line(sheet, last, (0, len(widths) - 1), [f"注：{annex.note}"], widths)
        room = int(sum(widths) * PIXELS)
        last = insert_charts(self.book, sheet, annex, first, last + 2, room, is_portrait(widths))
        lay_out_page(sheet, widths, max(last, HEADING_ROW))

    def write_head(self, sheet, annex, widths):
        """Writes the title, the line below it, and the headings of the columns."""
        end, left, right = len(widths) - 1, self.head.left, self.head.right(annex.unit)
        middle = dividing_column(widths, left, right)
        title = self.format(font_name="黑体", font_size=16, align="center")
        write_across(sheet, 0, (0, end), annex.title, title)
        sheet.set_row(0, TITLE_HEIGHT)
        lines = self.write_line(sheet, 1, (0, middle), left, widths)
        lines = max(lines, self.write_line(sheet, 1, (middle + 1, end), right, widths, align="right"))
        sheet.set_row(1, LINE_HEIGHT * lines)
        heading = self.format(bold=True, border=1, bg_color="#F1F5F9", align="center")
        for column, (text, _) in enumerate(annex.columns):
            sheet.write_string(HEADING_ROW, column, text, heading)

    def write_line(self, sheet, row, columns, parts, widths, align="left"):
        """Writes parts of a text across columns, as high as they need; returns the number of their lines."""
        width = sum(widths[columns[0] : columns[1] + 1])
        text = filled_lines(parts, width)
        lines = sum(line_count([line], [width]) for line in text)
        sheet.set_row(row, LINE_HEIGHT * lines)
        write_across(sheet, row, columns, "\n".join(text), self.format(align=align))
        return lines

    def cell_format(self, value, width, is_total):
        """The cell format for a value: numbers to the right, short words in the middle, long ones to the left."""
        wanted = {"border": 1, "bold": is_total}
        if isinstance(value, DrawnAmount):
            return self.format(**wanted, **NUMERIC, num_format=value.cell_format)
        if isinstance(value, Amount):
            return self.format(**wanted, **NUMERIC, num_format="@")
        if isinstance(value, date):
            return self.format(**wanted, align="center", num_format="yyyy-mm-dd")
        if isinstance(value, int) or value is None:
            return self.format(**wanted, **NUMERIC)
        return self.format(**wanted, align="left" if width >= LONG_WIDTH else "center", num_format="@")


def page_widths(annex):
    """The widths of an annex's columns, in characters, widened where they would leave a page half empty."""
    widths = [width for _, width in annex.columns]
    return [round(width * max(1, PORTRAIT_WIDTH / sum(widths)), 1) for width in widths]


def dividing_column(widths, left, right):
    """The last column under the left of two texts on a line, given in parts: neither is much longer than its room."""

    def crowding(end):
        rooms = sum(widths[: end + 1]), sum(widths[end + 1 :])
        return max(text_width(GAP_BETWEEN.join(parts)) / room for parts, room in zip((left, right), rooms, strict=True))

    return min(range(len(widths) - 1), key=crowding)


def is_portrait(widths):
    """Whether a sheet of these columns is printed upright."""
    return sum(widths) <= PORTRAIT_LIMIT


def lay_out_page(sheet, widths, last_row):
    """Sets up the printed page: all of the sheet, one page wide, its headings repeated."""
    sheet.freeze_panes(HEADING_ROW + 1, 1)
    sheet.repeat_rows(0, HEADING_ROW)
    sheet.set_paper(A4)
    if not is_portrait(widths):
        sheet.set_landscape()
    sheet.print_area(0, 0, last_row, len(widths) - 1)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    sheet.set_footer("&C第 &P 页　共 &N 页")


def filled_lines(parts, width):
    """The parts on as few lines as hold them; none is broken that a line can hold."""
    lines = parts[:1]
    for part in parts[1:]:
        longer = f"{lines[-1]}{GAP_BETWEEN}{part}"
        if text_width(longer) < width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def line_count(row, widths):
    """The number of lines that the row's longest text needs; programs other than Excel do not compute it themselves."""
    texts = [(value, width) for value, width in zip(row, widths, strict=True) if isinstance(value, str) and value]
    return max((int(-(-text_width(text) // (width - 1))) for text, width in texts), default=1)


def text_width(text):
    """The width of a text in the unit of columns, of which a Chinese character takes two."""
    return sum(1 if character.isascii() else 2 for character in text)


def write_across(sheet, row, columns, text, style):
    """Writes a text into one row across the columns from the first to the last."""
    first, last = columns
    if first == last:
        sheet.write_string(row, first, text, style)
    else:
        sheet.merge_range(row, first, row, last, "", style)
        sheet.write_string(row, first, text, style)


def write_cell(sheet, place, value, style):
    """Writes a value by its type; text is always written as text."""
    if value is None:
        sheet.write_blank(*place, None, style)
    elif isinstance(value, FormulaCell):
        sheet.write_formula(*place, value.formula.format(row=place[0] + 1), style, value.value)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, style)
    elif isinstance(value, DrawnAmount):
        sheet.write_number(*place, value.value, style)
    elif isinstance(value, int):
        sheet.write_number(*place, value, style)
    else:
        sheet.write_string(*place, value, style)
