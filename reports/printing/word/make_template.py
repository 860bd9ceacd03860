"""Creates the Word template in the format of GB/T 9704-2012: `python reports/printing/word/make_template.py`."""

from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

TEMPLATE_PATH = Path(__file__).parent / "annual_summary.docx"

SONG, FANGSONG, HEI, KAI = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312"
BANNER = "方正小标宋简体"
# Substitutes for fonts that a machine does not have.
ALTERNATIVES = {FANGSONG: "仿宋", KAI: "楷体", BANNER: "宋体", HEI: "SimHei", SONG: "SimSun"}

CENTRE = WD_ALIGN_PARAGRAPH.CENTER
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = Pt(22), Pt(16), Pt(14), Pt(10.5)
# 22 lines of 28 characters between the margins. The pitch is in twentieths of a point, as is the letter spacing, which
# makes 28 characters of 16 pt fit into 156 mm.
LINE_SPACING, LINE_PITCH, LETTER_SPACING = Pt(28.95), 579, -5
TITLE_LINE, TABLE_LINE = Pt(32), Pt(15)
FIGURE_COLUMNS = [
    ("指标", "label", 34),
    ("数值", "value", 15),
    ("单位", "unit", 11),
    ("统计口径", "definition", 52),
    ("记录数", "records", 14),
    ("目标", "target", 12),
    ("数据质量", "quality", 18),
]
LEFT_COLUMNS = {"label", "definition"}
CELL_MARGIN = Mm(1.2)


def make_template(target):
    """Writes the template to a path or binary stream."""
    document = Document()
    set_page(document)
    set_styles(document)
    set_fallback_fonts(document)
    write_text(document)
    add_figure_table(document)
    properties = document.core_properties
    properties.title = properties.author = properties.comments = properties.keywords = ""
    thumbnail = next(key for key, part in document.part.package.rels.items() if part.reltype.endswith("thumbnail"))
    document.part.package.rels.pop(thumbnail)
    document.save(target)


def set_page(document):
    """Sets A4 with margins of 37/35/28/26 mm: 22 lines of 28 characters; page numbers on the outside, `— 1 —`."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(24)
    grid = section._sectPr.find(qn("w:docGrid"))
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE_PITCH))
    document.settings.odd_and_even_pages_header_footer = True
    number_pages(document, section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "w:rightChars")
    number_pages(document, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "w:leftChars")


def number_pages(document, footer, alignment, indent):
    """Adds the page number one character from the edge, as the standard requires for odd and even pages."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style = document.styles["Footer"]
    paragraph.alignment = alignment
    indentation(paragraph._p.get_or_add_pPr()).set(qn(indent), "100")
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    paragraph.add_run(" —")


def set_styles(document):
    """Defines every style of the template with its own font, for East Asian text as well."""
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    fonts = defaults.find(qn("w:rFonts"))
    fonts.attrib.clear()
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), FANGSONG)
    language = defaults.find(qn("w:lang"))
    # Digits and letters must not count as Chinese, or a line could break in the middle of a number.
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")

    define(styles["Normal"], FANGSONG, SIZE_3, indent=200)
    define(styles["Title"], BANNER, SIZE_2, CENTRE, line=TITLE_LINE)
    define(styles["Heading 1"], HEI, SIZE_3, indent=200, keep=True)
    define(styles["Heading 2"], KAI, SIZE_3, indent=200, keep=True)
    define(styles["Footer"], SONG, SIZE_4, line=SIZE_4)
    signature = styles.add_style("Signature", WD_STYLE_TYPE.PARAGRAPH)
    define(signature, FANGSONG, SIZE_3, WD_ALIGN_PARAGRAPH.RIGHT, keep=True)
    annex = styles.add_style("Annex", WD_STYLE_TYPE.PARAGRAPH)
    define(annex, HEI, SIZE_3, keep=True)
    annex.paragraph_format.page_break_before = True
    define(styles.add_style("Table Heading", WD_STYLE_TYPE.PARAGRAPH), HEI, SIZE_5, CENTRE, line=TABLE_LINE)
    define(styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH), FANGSONG, SIZE_5, CENTRE, line=TABLE_LINE)


def define(style, font, size, alignment=WD_ALIGN_PARAGRAPH.JUSTIFY, line=LINE_SPACING, indent=0, keep=False):
    """Replaces all properties of a style with exactly these; `indent` is in hundredths of a character."""
    for name in ("w:pPr", "w:rPr"):
        old = style.element.find(qn(name))
        if old is not None:
            style.element.remove(old)
    style.font.size, style.font.name = size, font
    fonts = style.element.rPr.find(qn("w:rFonts"))
    for kind in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), font)
    if size == SIZE_5:
        # Table lines keep their own height instead of the page's grid.
        style.element.get_or_add_pPr().append(parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'))
    if size == SIZE_3:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(LETTER_SPACING))
        style.element.rPr.find(qn("w:sz")).addprevious(spacing)
    layout = style.paragraph_format
    layout.alignment, layout.keep_with_next, layout.widow_control = alignment, keep, False
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, line
    layout.space_before = layout.space_after = Pt(0)
    # Word uses the indent in characters; the points are for programs that do not support it.
    layout.first_line_indent = Pt(size.pt * indent / 100)
    indentation(style.element.get_or_add_pPr()).set(qn("w:firstLineChars"), str(indent))


def indentation(properties):
    """The indentation element of paragraph properties, created if necessary."""
    return properties.get_or_add_ind()


def set_fallback_fonts(document):
    """Declares a substitute for each font that a machine may lack."""
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in ALTERNATIVES.items()
    )
    part._blob = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()
    )


def write_text(document):
    """Adds title, blocks by level, the note on the annex, signature and date."""
    document.add_paragraph("{{ title }}", "Title")
    document.add_paragraph()
    document.add_paragraph("{%p for block in blocks %}")
    document.add_paragraph("{%p if block.level == 1 %}")
    document.add_paragraph("{{ block.text }}", "Heading 1")
    document.add_paragraph("{%p elif block.level == 2 %}")
    document.add_paragraph("{{ block.text }}", "Heading 2")
    document.add_paragraph("{%p else %}")
    document.add_paragraph("{{ block.text }}")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p if appendix %}")
    document.add_paragraph()
    document.add_paragraph("附件：主要指标一览表")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph(style="Signature")
    shift(document.add_paragraph("{{ signature }}", "Signature"), 200)
    date = document.add_paragraph("{{ dateline }}", "Signature")
    date.paragraph_format.keep_with_next = False
    shift(date, 400)


def shift(paragraph, characters):
    """Moves a right-aligned line away from the edge, by hundredths of a character."""
    paragraph.paragraph_format.right_indent = Pt(SIZE_3.pt * characters / 100)
    indentation(paragraph._p.pPr).set(qn("w:rightChars"), str(characters))


def add_figure_table(document):
    """Adds the annex that traces every number to its records: a table whose heading row repeats on each page.

    It is there only in documents that were asked for with it.
    """
    document.add_paragraph("{%p if appendix %}")
    document.add_paragraph("{{ appendix }}", "Annex")
    document.add_paragraph("主要指标一览表", "Title")
    counted = "统计范围：{{ place }}　　统计期间：{{ period }}　　统计日期：{{ counted_on }}"
    for line in (counted, "文中上年同期、上期的数字，按同一口径统计相应期间的记录。"):
        document.add_paragraph(line, "Table Text").alignment = WD_ALIGN_PARAGRAPH.LEFT
    table = document.add_table(rows=4, cols=len(FIGURE_COLUMNS), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    set_cell_margins(table)
    for index, (heading, key, width) in enumerate(FIGURE_COLUMNS):
        table.columns[index].width = Mm(width)
        for row, text in enumerate([heading, "", f"{{{{ row.{key} }}}}", ""]):
            cell = table.cell(row, index)
            cell.width = Mm(width)
            cell.text = text
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            cell.paragraphs[0].style = document.styles["Table Text" if row else "Table Heading"]
            if row and key in LEFT_COLUMNS:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.LEFT
    table.cell(1, 0).text = "{%tr for row in figures %}"
    table.cell(3, 0).text = "{%tr endfor %}"
    for row in table.rows:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    table.rows[0]._tr.trPr.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    document.add_paragraph("{%p endif %}")


def set_cell_margins(table):
    """Narrows the side margins of the cells, so that more text fits on a line."""
    sides = "".join(f'<w:{side} w:w="{CELL_MARGIN.twips}" w:type="dxa"/>' for side in ("left", "right"))
    table._tbl.tblPr.append(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>"))


if __name__ == "__main__":
    make_template(str(TEMPLATE_PATH))
