"""The annual work summary: composed once from the figures, then shown as a page, a Word file or plain text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from . import chapters
from .figures import Result, Scope
from .outlook import outlook
from .sentences import Block, Number, Sentences

__all__ = ["Block", "Number", "Summary", "compose"]

CHAPTERS = [
    chapters.opening,
    chapters.organisation,
    chapters.education,
    chapters.links,
    chapters.assistance,
    chapters.hubs,
    outlook,
]
DIGITS = "一二三四五六七八九"


@dataclass(frozen=True)
class Summary:
    """The composed document, with the results its numbers were taken from."""

    title: str
    blocks: tuple[Block, ...]
    signature: str
    date: date
    results: Mapping[str, Result]

    @property
    def dateline(self):
        """The date as an official document ends with it."""
        return f"{self.date.year}年{self.date.month}月{self.date.day}日"

    @property
    def text(self):
        """The whole document as plain text, a line for each paragraph."""
        lines = [self.title, "", *(block.text for block in self.blocks), "", self.signature, self.dateline]
        return "\n".join(lines) + "\n"


def compose(scope: Scope, today: date | None = None, with_cases: bool = True, results=None) -> Summary:
    """Writes the summary of a year, dated on the year's last day, or today where that is earlier.

    Without `with_cases` it says nothing of assisted youths and scholarships. `results` are taken where they are given.
    """
    text = Sentences(scope, with_cases, results)
    organisation = scope.organisation.name
    told = [chapter for chapter in CHAPTERS if with_cases or chapter is not chapters.assistance]
    blocks = [block for chapter in told for block in chapter(text)]
    title = f"{organisation}{scope.year}年工作总结"
    dated = min(today or scope.day, scope.day)
    return Summary(title, tuple(numbered(blocks)), organisation, dated, text.results)


def numbered(blocks):
    """The blocks with `一、` before headings of level 1 and `（一）` before those of level 2."""
    chapter = part = 0
    for block in blocks:
        if block.level == 1:
            chapter, part = chapter + 1, 0
            yield Block(1, (f"{DIGITS[chapter - 1]}、", *block.parts))
        elif block.level == 2:
            part += 1
            yield Block(2, (f"（{DIGITS[part - 1]}）", *block.parts))
        else:
            yield block
