"""Renders a Word layout with a printed summary."""

from datetime import datetime, time
from pathlib import Path

from docxtpl import DocxTemplate

from reports.printing.printed import printable, summary_content

from .layout_language import LayoutEnvironment

TEMPLATE = Path(__file__).parent / "annual_summary.docx"


def fill(layout, printed, stream):
    """Writes the printed summary to a binary stream in a layout, which is a path or binary stream."""
    document = DocxTemplate(layout)
    # Uploaded layouts are untrusted: the sandbox keeps them from executing anything.
    document.render(summary_content(printed), LayoutEnvironment())
    set_properties(document.docx.core_properties, printed)
    document.save(stream)


def set_properties(properties, printed):
    """Sets the document properties, without any that the layout file has on its own author and dates."""
    properties.title = printable(printed.title)
    properties.author = properties.last_modified_by = printable(printed.signature)
    properties.created = properties.modified = datetime.combine(printed.counted_on, time())
    for name in ("subject", "keywords", "comments", "category", "content_status", "version"):
        setattr(properties, name, "")
    properties.revision = 1
