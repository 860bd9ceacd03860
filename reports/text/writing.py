"""Writes sections: fills in the placeholders, and picks the case of each variant that applies."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..figures.figure import Result
from ..figures.scopes import Scope
from .aspects import REFERRING, AspectMeaning
from .parsing import BrokenText, Nodes, Paragraph, Text, TextProblem
from .reading import Reading, is_about_cases, meanings, read_text
from .sentences import Block, Sentences, TextPart, TextParts, ordinal
from .vocabulary import Vocabulary


@dataclass(frozen=True)
class Draft:
    """A section to write: the source of its heading and body. `record` is the stored section, if any."""

    heading: str
    body: str
    is_about_cases: bool = False
    record: object = None


class TextWriter:
    """Writes the sections of one document, for readers who may know of cases or for those who may not."""

    def __init__(
        self,
        scope: Scope,
        drafts: Iterable[Draft],
        with_cases: bool = True,
        counted: Mapping[str, Result] | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self.scope, self.with_cases = scope, with_cases
        self.vocabulary = vocabulary or Vocabulary(scope)
        self.sentences: Sentences = Sentences(scope, with_cases, counted)
        self.readings = [self._read(draft) for draft in drafts]
        self.mentioned = frozenset(key for _, *readings in self.readings for one in readings for key in one.keys)
        self.sentences.compared = compared_figures(one for _, *readings in self.readings for one in readings)
        self.ordinal = 0
        self.is_about_cases = False

    def _read(self, draft: Draft) -> tuple[Draft, Reading, Reading]:
        heading, body = texts_of(draft)
        return draft, read_text(heading, self.vocabulary), read_text(body, self.vocabulary)

    @property
    def problems(self) -> list[TextProblem]:
        """All problems in the sections, which the document shows as 【…】."""
        return [problem for _, *readings in self.readings for one in readings for problem in one.problems]

    def sections(self) -> list[tuple[Draft, tuple[Block, ...]]]:
        """Each section with its blocks; a section without a paragraph has none."""
        return [(draft, tuple(self.section(draft, heading, body))) for draft, heading, body in self.readings]

    def section(self, draft: Draft, heading: Reading, body: Reading) -> Iterator[Block]:
        """Yields the blocks of one section, headings without their numbers."""
        if draft.is_about_cases and not self.with_cases:
            return
        self.ordinal = 0
        blocks = list(below_headings(self.written(each, draft) for each in body.paragraphs))
        titles = [self.written(each, draft, 1) for each in heading.paragraphs[:1]] if blocks else []
        yield from (title for title in titles if title.parts)
        yield from blocks

    def written(self, paragraph: Paragraph, draft: Draft, level: int = 0) -> Block:
        """The block of a paragraph or heading; without parts where the text is empty or withheld from these readers."""
        level = level or (2 if paragraph.is_heading else 0)
        of_cases = draft.is_about_cases or is_about_cases(paragraph)
        if of_cases and not self.with_cases:
            return Block(level, (), of_cases)
        # A fact evaluated below may turn it into a paragraph about cases.
        self.is_about_cases = of_cases
        parts = list(self.parts(paragraph.nodes))
        return Block(level, joined(parts), self.is_about_cases, typed_spans(parts))

    def parts(self, nodes: Nodes) -> Iterator[TextPart]:
        """Yields the parts of nodes: strings and Numbers."""
        for node in nodes:
            if isinstance(node, Text):
                yield TypedWords(node.text)
            elif isinstance(node, BrokenText):
                yield f"【{node.text}】"
            elif node.branches:
                chosen = (one for one in node.branches if one.case and node.meaning.fits(one.case, self))
                yield from self.parts(next((one.nodes for one in chosen), ()))
            else:
                yield from node.meaning.parts(self)

    def next_ordinal(self) -> str:
        """The next ordinal within the section, counting from 一."""
        self.ordinal += 1
        return ordinal(self.ordinal)


def compared_figures(readings: Iterable[Reading]) -> dict[str, set[str]]:
    """The figures that texts compare with another period, by the aspect that refers to it."""
    found: dict[str, set[str]] = {}
    for meaning in (
        one for reading in readings for paragraph in reading.paragraphs for one in meanings(paragraph.nodes)
    ):
        if isinstance(meaning, AspectMeaning) and meaning.aspect in REFERRING:
            found.setdefault(REFERRING[meaning.aspect], set()).add(meaning.key)
    return found


def texts_of(draft: Draft) -> tuple[str, str]:
    """The sources of a section's heading, on one line, and of its body."""
    return " ".join(draft.heading.split()), draft.body


class TypedWords(str):
    """Words that a text's writer typed, as opposed to what is filled in."""

    __slots__ = ()


def typed_spans(parts: Iterable[TextPart]) -> tuple[tuple[int, int], ...]:
    """From where to where of the parts' text its writer typed."""
    spans, start = [], 0
    for part in parts:
        end = start + len(str(part))
        if isinstance(part, TypedWords):
            spans.append((start, end))
        start = end
    return tuple(spans)


def joined(parts: Iterable[TextPart]) -> TextParts:
    """The parts, with adjacent strings merged."""
    joined_parts: list[TextPart] = []
    for part in parts:
        if isinstance(part, str) and joined_parts and isinstance(joined_parts[-1], str):
            joined_parts[-1] += part
        elif part != "":
            joined_parts.append(part)
    return tuple(joined_parts)


def below_headings(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yields the blocks with text, headings only if a paragraph follows before the next heading."""
    heading = None
    for block in blocks:
        if block.level:
            heading = block if block.parts else None
        elif block.parts:
            if heading:
                yield heading
            heading = None
            yield block
