"""Formulas of a workbook that do more than calculate: they start programs, load from elsewhere or call macros."""

import re

from .links import is_plain_link

# Functions that reach out of the workbook as soon as it calculates, and those of XLM macros.
ACTIVE_FUNCTION = re.compile(
    r"\b(?:WEBSERVICE|RTD|IMAGE|DDE|CALL|REGISTER|REGISTER\.ID|EXEC|EXECUTE|RUN|FOPEN|FWRITE|INITIATE|POKE|REQUEST"
    r"|SEND\.KEYS|SQL\.REQUEST)\s*\(",
    re.IGNORECASE,
)
TEXTS = re.compile(r'"[^"]*"')
# Of sheets, and of columns of a table, which may hold any character.
NAMES = re.compile(r"'[^']*'|\[[^\[\]]*\]")
FIRST_LINK = re.compile(r'\bHYPERLINK\s*\(\s*"([^"]*)"', re.IGNORECASE)


def active_formula(formula):
    """Returns what in the formula acts, in Chinese, "" for one that only calculates."""
    bare = TEXTS.sub('""', formula)
    found = ACTIVE_FUNCTION.search(bare)
    if found:
        return f"公式 {found[0].rstrip('( ').upper()}"
    # =cmd|'/c calc'!A0
    if "|" in NAMES.sub("''", bare):
        return "DDE 公式"
    if any(not is_plain_link(link) for link in FIRST_LINK.findall(formula)):
        return "指向本机或局域网的链接公式"
    return ""
