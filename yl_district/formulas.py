"""Cells of a text file that a spreadsheet would run as formulas, made harmless and read back.

A workbook types its cells as text; a csv file cannot, so that what begins like a formula gets an apostrophe before it.
"""

import re

LEADS = "=+-@\t\r\n＝＋－＠﹢﹣﹦﹫"
# A text that begins so by itself gets one more, so that exactly one is taken away again.
RISKY = re.compile(f"'*[{re.escape(LEADS)}]")


def neutralised(text):
    """The text as a csv file can hold it."""
    return f"'{text}" if RISKY.match(text) else text


def restored(text):
    """What `neutralised` made of it, as it was."""
    return text[1:] if text[:1] == "'" and RISKY.match(text, 1) else text
