"""The summary as a PDF file, typeset by Typst from the same content as the Word file.

The layouts are fixed; data is passed to them as JSON and always stays text.
"""

import json
import logging
from datetime import UTC, datetime, time
from pathlib import Path

import typst

from reports.printing.file_choices import HANDED_IN
from reports.printing.printed import Unprintable, summary_content

from .faces import chosen_faces, pdf_fonts

logger = logging.getLogger(__name__)
HERE = Path(__file__).parent
ANNUAL_SUMMARY = HERE / "annual_summary.typ"


def write_pdf(printed, stream, choices=HANDED_IN):
    """Writes the printed summary to a binary stream, with the trace of its figures where that is chosen."""
    content = summary_content(printed, choices.appendix) | {"closing_note": printed.closing_note}
    content["faces"] = chosen_faces(pdf_fonts().families())
    stream.write(pdf(ANNUAL_SUMMARY, content, printed.counted_on))


def pdf(layout, data, day):
    """The bytes of a PDF in one of these layouts, dated `day`; reproducible. Raises Unprintable where Typst fails."""
    try:
        return typst.compile(
            layout,
            root=HERE,
            font_paths=pdf_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"content": json.dumps(data, ensure_ascii=False)},
            timestamp=datetime.combine(day, time(), UTC),
        )
    except typst.TypstError as error:
        logger.error("Typst refused %s: %s", layout.name, error)
        raise Unprintable("PDF 没有生成。请改为下载 Word 文件，并将此情况告知管理员。") from error
