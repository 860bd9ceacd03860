"""Reads names of organisations that were pasted, one per line, however the list is numbered."""

import re
from dataclasses import dataclass, field

from yl_district.sheets.cells import text_key

MOST_NAMES = 150
NAME_DIGITS = r"[0-9０-９]{1,3}"
NAME_ORDINALS = r"[一二三四五六七八九十百]{1,4}"
# 1、 1. 1) （1） 一、 （一） 第一、 ① and bullets, one after another. 八里庄 and 798社区 lack the mark, and are names.
NAME_NUMBERING = re.compile(
    rf"\s*(?:[（(]\s*(?:{NAME_DIGITS}|{NAME_ORDINALS})\s*[）)]|第?(?:{NAME_DIGITS}|{NAME_ORDINALS})\s*[、.．,，:：)）]|[①-⑳㈠-㈩]"
    rf"|{NAME_DIGITS}(?=\s)|[-—–*•·●○◆■□▪▶✓√]+)\s*[、.．]?\s*"
)
JUST_NUMBERED = re.compile(rf"(?:{NAME_DIGITS}|{NAME_ORDINALS})")
NAME_SEPARATORS = re.compile(r"[、，,；;]")
NAME_TRAILING = " \u3000。；;，,、.:："
NAME_HEADINGS = frozenset(
    "序号 编号 名称 组织名称 单位 单位名称 村 社区 村社区 村（社区） 村、社区 社区名称 村名 支部 支部名称".split()
)


@dataclass
class PastedNames:
    """The names of a pasted list in its order, each once, and what else was in it.

    - `repeated`: names that stand there more than once.
    - `headings`: what was taken for a heading.
    - `beside`: texts of further columns, which are not taken.
    """

    names: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def take(self, name):
        """Adds a name, unless it is there already."""
        key = text_key(name)
        if all(text_key(one) != key for one in self.names):
            self.names.append(name)
        elif all(text_key(one) != key for one in self.repeated):
            self.repeated.append(name)


def pasted_names(text):
    """Returns the PastedNames of a text of one name per line, or of several on a line, parted by commas."""
    found = PastedNames()
    for line in text.splitlines():
        cells = [cell for cell in (plain_name(cell) for cell in line.split("\t")) if cell]
        if len(cells) > 1 and JUST_NUMBERED.fullmatch(cells[0]):
            cells.pop(0)
        if not cells or (len(cells) == 1 and JUST_NUMBERED.fullmatch(cells[0]) and "村" not in cells[0]):
            continue
        parts = [part for part in map(plain_name, NAME_SEPARATORS.split(cells[0])) if part]
        if cells[0] in NAME_HEADINGS:
            found.headings.append(" ".join(cells))
            continue
        found.beside += [cell for cell in cells[1:] if cell not in found.beside]
        for part in parts:
            found.take(part)
    return found


def plain_name(text):
    """A name without its numbering, blanks at its ends and marks behind it."""
    text = " ".join(text.replace("\u3000", " ").replace("\u200b", "").replace("\ufeff", "").split())
    while match := NAME_NUMBERING.match(text):
        if match.end() == len(text) or not match.end():
            break
        text = text[match.end() :]
    return text.strip(NAME_TRAILING)
