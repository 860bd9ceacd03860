"""The summary as a Word file in the format of official documents (GB/T 9704-2012), or in an uploaded layout."""

import io
import logging

from reports.models import WordLayout
from reports.printing.file_choices import HANDED_IN
from reports.printing.printed import Unprintable

from .filling import TEMPLATE, fill

__all__ = ["TEMPLATE", "write_docx"]

logger = logging.getLogger(__name__)


def write_docx(printed, stream, choices=HANDED_IN):
    """Writes the printed summary to a binary stream, with what is chosen beside its text.

    Uses the current layout; if that fails, uses the built-in one and returns a sentence that says so, else "".
    """
    layout = None if choices.built_in else WordLayout.objects.in_force()
    if layout is None:
        fill(TEMPLATE, printed, stream, choices)
        return ""
    made = io.BytesIO()
    try:
        fill(io.BytesIO(layout.content), printed, made, choices)
    except Unprintable:
        raise
    except Exception:  # the office must get its document even if the layout fails
        logger.exception("Word layout %s failed", layout.pk)
        fill(TEMPLATE, printed, stream, choices)
        return f"上传的 Word 版式“{layout}”不能使用，文件已改用内置版式生成。请管理员检查或停用该版式。"
    stream.write(made.getvalue())
    return ""
