"""Detects unescaped text on pages by the markup in every canary of tests/viewers.py."""

import re

# As it stands, with quotes that would end an attribute, or escaped once too often.
IN_PAGES = re.compile(r"""<i>|&lt;i&gt;["']|&amp;(?:lt|gt|quot|#x27);""")
IN_PARTS = re.compile("<i>")
# Files that are text hold markup as what it is.
NOWHERE = re.compile("(?!)")
PACKED = "application/vnd.openxmlformats"


def unescaped(text):
    """Where a page, or a part of a packed file, holds the markup of a text: content, then headers."""
    content, _, kind = text.rpartition("Content-Type: ")
    markup = IN_PAGES if kind.startswith("text/html") else IN_PARTS if kind.startswith(PACKED) else NOWHERE
    return {content[max(found.start() - 30, 0) : found.end()] for found in markup.finditer(content)}


def unescaped_in_page(answer):
    """Where an answer that is a page holds a text's markup."""
    return unescaped(f"{answer.content.decode('utf-8', 'replace')}Content-Type: {answer['Content-Type']}")
