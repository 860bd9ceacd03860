"""The summary as a Word file in the layout of official documents (GB/T 9704-2012)."""

import re
from pathlib import Path

from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from reports.figures import amount

TEMPLATE = Path(__file__).parent / "annual_summary.docx"
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def write_docx(summary, stream):
    """Writes the summary and the table of its figures to a binary stream."""
    document = DocxTemplate(TEMPLATE)
    # Whoever may replace the template must not be able to run anything through it.
    document.render(content(summary), SandboxedEnvironment(autoescape=True))
    properties = document.docx.core_properties
    properties.title, properties.author = printable(summary.title), printable(summary.signature)
    document.save(stream)


def content(summary):
    """What the template's placeholders stand for."""
    return {
        "title": printable(summary.title),
        "blocks": [{"level": block.level, "text": printable(block.text)} for block in summary.blocks],
        "signature": printable(summary.signature),
        "dateline": summary.dateline,
        "figures": [
            {
                "label": printable(result.figure.label),
                "value": amount(result.value, result.quality),
                "unit": result.figure.unit,
                "target": "—" if result.target is None else str(result.target),
                "quality": result.quality_label,
            }
            for result in shown(summary.results)
        ],
    }


def shown(results):
    """The results without those of activity types of which nothing was held or wanted."""
    for key, result in results.items():
        kind = key.partition(".")[2]
        if not kind or result.target is not None or results[f"sessions.{kind}"].value:
            yield result


def printable(text):
    """The text without the characters that XML, and so Word, refuses."""
    return UNPRINTABLE.sub("", text)
