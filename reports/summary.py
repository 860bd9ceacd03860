"""The document of a period: its sections, written by people or as they come, with the figures put in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .figures import Result, Scope
from .models import Report
from .sentences import Block, Number, numbered
from .text import Draft, Vocabulary, Writer, default_drafts

__all__ = ["Block", "Number", "Summary", "compose", "drafts_of", "title_of", "writer_of"]


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


def compose(
    scope: Scope, today: date | None = None, with_cases: bool = True, results: Mapping[str, Result] | None = None
) -> Summary:
    """Writes the document of a scope, dated on the period's last day, or today where that is earlier.

    Without `with_cases` it says nothing of assisted youths and scholarships. `results` are the numbers to take where
    they have been counted already.
    """
    writer = writer_of(scope, with_cases, results)
    blocks = numbered([block for _, blocks in writer.sections() for block in blocks])
    return Summary(title_of(scope), blocks, scope.name, dated(scope, today), writer.sentences.results)


def dated(scope, today):
    """The date below a scope's document."""
    return min(today or scope.day, scope.day)


def writer_of(scope, with_cases=True, results=None, report=None):
    """The writer of the sections of a scope's document: of the report where there is one, else of the default text."""
    vocabulary = Vocabulary(scope)
    return Writer(scope, drafts_of(scope, vocabulary, report), with_cases, results, vocabulary)


def drafts_of(scope, vocabulary, report=None):
    """The sections of a scope's report, or those that one would start from."""
    report = report or Report.objects.of_scope(scope).filter(form=Report.form_of(scope.period)).first()
    if report is None:
        return default_drafts(scope, vocabulary)
    sections = report.sections.order_by("position", "pk")
    return [Draft(each.heading, each.body, each.is_about_cases, each) for each in sections]


def title_of(scope):
    """The title of a scope's document: who, when, what."""
    form = Report.form_of(scope.period) or Report.Form.ANNUAL
    return f"{scope.name}{scope.period.name}{Report(form=form).subject}"
