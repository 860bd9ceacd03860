"""Parts of the Word files that go out of case files on A4, to be signed, sealed or sent."""

import re
from datetime import datetime, time

from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

BODY_FACE, HEADING_FACE, TITLE_FACE = "仿宋_GB2312", "黑体", "方正小标宋简体"
REFUSED_BY_XML = re.compile(r"[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BLANK_LINE = "＿" * 36
BLANK_DAY = "＿＿＿＿年＿＿月＿＿日"
# Top, right, bottom and left, in millimetres.
USUAL_MARGINS = (30, 26, 25, 28)


def new_paper(title, day, margins=USUAL_MARGINS):
    """An empty A4 document in the office's faces, as if made on `day`, of which nothing tells who made it."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, width in zip(("top", "right", "bottom", "left"), margins, strict=True):
        setattr(section, f"{side}_margin", Mm(width))
    style = document.styles["Normal"]
    style.font.size = Pt(12)
    set_face(style, BODY_FACE)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.4
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "", ""
    properties.comments = properties.keywords = ""
    properties.created = properties.modified = datetime.combine(day, time())
    return document


def set_face(styled, face):
    """Sets the face of a style or run, for East Asian text as well."""
    styled.font.name = face
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:eastAsia", "w:cs"):
        fonts.set(qn(kind), face)


def taken_by_word(value):
    """A value as text that XML takes; "" for None."""
    return "" if value is None else REFUSED_BY_XML.sub("", str(value))


def add_title(document, text, face=TITLE_FACE, size=22):
    """Adds a line in the middle, the title of a paper."""
    paragraph = add_line(document, text, WD_ALIGN_PARAGRAPH.CENTER)
    paragraph.runs[0].font.size = Pt(size)
    set_face(paragraph.runs[0], face)


def add_heading(document, text):
    """Adds the heading of a section, which stays with what follows."""
    paragraph = add_line(document, text)
    paragraph.paragraph_format.space_before = Pt(8)
    paragraph.paragraph_format.keep_with_next = True
    set_face(paragraph.runs[0], HEADING_FACE)


def add_line(document, text, alignment=None):
    """Adds a paragraph and returns it."""
    paragraph = document.add_paragraph(taken_by_word(text))
    paragraph.alignment = alignment
    return paragraph


def add_right(document, text):
    """Adds a line on the right."""
    return add_line(document, text, WD_ALIGN_PARAGRAPH.RIGHT)


def add_text(document, text):
    """Adds a text, each of its lines a paragraph that begins two characters in."""
    for line in taken_by_word(text).splitlines():
        add_line(document, line).paragraph_format.first_line_indent = Pt(24)


def add_blank_lines(document, number):
    """Adds lines to write on."""
    for _ in range(number):
        add_line(document, BLANK_LINE)


def add_text_or_lines(document, text, number):
    """Adds a text, or where there is none so many lines to write on."""
    if text:
        add_text(document, text)
    else:
        add_blank_lines(document, number)


def add_section(document, title, text):
    """Adds a heading with its text, or lines to write on."""
    add_heading(document, title)
    add_text_or_lines(document, text, 3)


def add_table(document, rows, widths, height=None):
    """Adds a table with borders, its rows at least as high as `height`, and returns it; all is in millimetres."""
    table = document.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.autofit = False
    for values in rows:
        add_row(table, values, widths, height)
    return table


def add_row(table, values, widths, height=None):
    """Adds a row of these cells and returns it."""
    row = table.add_row()
    if height is not None:
        row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    for cell, value, width in zip(row.cells, values, widths, strict=True):
        cell.width, cell.text = Mm(width), taken_by_word(value)
    return row


def repeat_on_each_page(row):
    """Has a row of headings stand again on each page to which its table runs."""
    row._tr.get_or_add_trPr().append(row._tr.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))


def in_yuan(amount):
    """An amount in yuan without needless decimals; "" for none."""
    return "" if amount is None else f"{amount:.2f}".removesuffix(".00") + " 元"


def day_in_words(day):
    """A day such as 2017年9月15日; "" for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
