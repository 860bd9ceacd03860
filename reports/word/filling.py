"""Fills a Word layout with a printed summary."""

from pathlib import Path

from docxtpl import DocxTemplate

from reports.documents import content, printable

from .layout_language import LayoutEnvironment

TEMPLATE = Path(__file__).parent / "annual_summary.docx"


def fill(layout, printed, stream):
    """Writes the printed summary to a binary stream in a layout: a path or binary stream."""
    document = DocxTemplate(layout)
    # Whoever may replace the layout must not be able to run anything through it.
    document.render(content(printed), LayoutEnvironment())
    properties = document.docx.core_properties
    properties.title, properties.author = printable(printed.title), printable(printed.signature)
    document.save(stream)
