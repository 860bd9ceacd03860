"""The document of a period: the sections of its report, or the default text, with the figures filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from ..figures.figure import Result
from ..figures.scopes import Scope
from ..models import Report
from ..text import Draft, TextProblem, TextWriter, Vocabulary, default_drafts
from ..text.sentences import Block, Number, numbered

__all__ = [
    "Block",
    "Number",
    "Summary",
    "compose",
    "drafts_of",
    "numbered_sections",
    "summary_of_sections",
    "summary_of_writer",
    "title_of",
    "writer_of",
]


@dataclass(frozen=True)
class Summary:
    """The composed document, with the results from which its numbers were taken."""

    title: str
    blocks: tuple[Block, ...]
    signature: str
    date: date
    results: Mapping[str, Result]

    @property
    def dateline(self):
        """The date in the format that closes an official document."""
        return f"{self.date.year}年{self.date.month}月{self.date.day}日"

    @property
    def text(self):
        """The whole document as plain text, one line per paragraph."""
        lines = [self.title, "", *(block.text for block in self.blocks), "", self.signature, self.dateline]
        return "\n".join(lines) + "\n"


def compose(
    scope: Scope, today: date | None = None, with_cases: bool = True, results: Mapping[str, Result] | None = None
) -> Summary:
    """Composes the document of a scope, dated on the period's last day, or today if that is earlier.

    Without `with_cases`, it mentions no assisted youths or scholarships. `results` passes in results already counted.
    """
    return summary_of_writer(writer_of(scope, with_cases, results), today)


def summary_of_writer(writer, today=None):
    """The document made of a writer's sections."""
    return summary_of_sections(writer, numbered_sections(writer), today)


def summary_of_sections(writer, sections, today=None):
    """The document made of sections already written."""
    scope = writer.scope
    blocks = tuple(block for section in sections for block in section.blocks)
    dated = min(today or scope.day, scope.day)
    return Summary(title_of(scope), blocks, scope.name, dated, writer.sentences.results)


@dataclass(frozen=True)
class WrittenSection:
    """A section with its numbered blocks, and the problems in it."""

    draft: Draft
    blocks: tuple[Block, ...]
    problems: tuple[TextProblem, ...]

    @property
    def title(self):
        """The heading as displayed, without its number; as in the source where it has no text."""
        read = ("".join(map(str, block.parts[1:])) for block in self.blocks if block.level == 1)
        return next(read, str(self.draft.record or self.draft.heading))


def numbered_sections(writer):
    """The sections of a writer, with headings numbered across the document."""
    sections = writer.sections()
    blocks = iter(numbered([block for _, blocks in sections for block in blocks]))
    problems = [heading.problems + body.problems for _, heading, body in writer.readings]
    return [
        WrittenSection(draft, tuple(islice(blocks, len(own))), found)
        for (draft, own), found in zip(sections, problems, strict=True)
    ]


def writer_of(scope, with_cases=True, results=None, report=None):
    """The writer of a scope's document: of its report if there is one, else of the default text."""
    vocabulary = Vocabulary(scope)
    return TextWriter(scope, drafts_of(scope, vocabulary, report), with_cases, results, vocabulary)


def drafts_of(scope, vocabulary, report=None):
    """The sections of a scope's report, or those from which a new one would start."""
    report = report or Report.objects.of_scope(scope).filter(form=Report.form_of(scope.period)).first()
    if report is None:
        return default_drafts(scope, vocabulary)
    sections = report.sections.order_by("position", "pk")
    return [Draft(each.heading, each.body, each.is_about_cases, each) for each in sections]


def title_of(scope):
    """The title of a scope's document: the place, the period and the form."""
    form = Report.form_of(scope.period) or Report.Form.ANNUAL
    return f"{scope.name}{scope.period.name}{Report(form=form).subject}"
