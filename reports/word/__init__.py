"""The summary as a Word file in the layout of official documents (GB/T 9704-2012)."""

from pathlib import Path

from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from reports.documents import content, printable

TEMPLATE = Path(__file__).parent / "annual_summary.docx"


def write_docx(printed, stream):
    """Writes the printed summary and the trace of its figures to a binary stream."""
    fill(TEMPLATE, printed, stream)


def fill(template, printed, stream):
    """Writes the printed summary in the layout of a template: a path or binary stream."""
    document = DocxTemplate(template)
    # Whoever may replace the template must not be able to run anything through it.
    document.render(content(printed), SandboxedEnvironment(autoescape=True))
    properties = document.docx.core_properties
    properties.title, properties.author = printable(printed.title), printable(printed.signature)
    document.save(stream)
