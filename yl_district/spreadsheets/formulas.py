"""Neutralises cells of a CSV file that a spreadsheet program would run as formulas, and restores them when read.

The cells of a workbook have the type text. A CSV file has no types, so a text that begins like a formula gets an
apostrophe in front.
"""

import re

LEADS = "=+-@\t\r\n＝＋－＠﹢﹣﹦﹫"
# A text with an apostrophe of its own there gets one more, so that removing one restores the text.
RISKY = re.compile(f"'*[{re.escape(LEADS)}]")


def neutralised(text):
    """Returns the text as it can safely be written to a CSV file."""
    return f"'{text}" if RISKY.match(text) else text


def restored(text):
    """Returns the text that `neutralised` was given."""
    return text[1:] if text[:1] == "'" and RISKY.match(text, 1) else text
