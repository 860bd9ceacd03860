"""Renders a Word layout with a printed summary."""

from datetime import datetime, time
from pathlib import Path

from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Pt
from docxtpl import DocxTemplate

from reports.printing.file_choices import HANDED_IN
from reports.printing.printed import printable, summary_content

from .comments import add_definitions
from .layout_language import LayoutEnvironment

TEMPLATE = Path(__file__).parent / "annual_summary.docx"


def fill(layout, printed, stream, choices=HANDED_IN):
    """Writes the printed summary to a binary stream in a layout, which is a path or binary stream."""
    document = DocxTemplate(layout)
    # Uploaded layouts are untrusted: the sandbox keeps them from executing anything.
    document.render(summary_content(printed, choices.appendix), LayoutEnvironment())
    if choices.definitions:
        add_definitions(document.docx, printed)
    if printed.closing_note:
        add_closing_note(document.docx, printed.closing_note)
    set_properties(document.docx.core_properties, printed)
    document.save(stream)


def add_closing_note(document, text):
    """Adds a small last line to a Word document of whatever layout."""
    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.first_line_indent, layout.space_before, layout.space_after = Pt(0), Pt(6), Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(14)
    # Word goes by the indent in characters, where the style has one.
    paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "0")
    paragraph.add_run(text).font.size = Pt(9)


def set_properties(properties, printed):
    """Sets the document properties, without any that the layout file has on its own author and dates."""
    properties.title = printable(printed.title)
    properties.author = properties.last_modified_by = printable(printed.signature)
    properties.created = properties.modified = datetime.combine(printed.counted_on, time())
    for name in ("subject", "keywords", "comments", "category", "content_status", "version"):
        setattr(properties, name, "")
    properties.revision = 1
