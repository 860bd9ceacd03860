"""Parses a section's text into paragraphs. Nothing in it is executed; anything that is not markup is plain text.

    {name}                          placeholder
    [subject case:text|case:text]   variant: the text of the first case that applies
    # heading                       heading, if at the start of a line
    {{ }} [[ ]] ||                  escapes for single characters

Every other line is a paragraph. A variant may span several lines. As a variant may end directly after a nested one,
`]]` is an escaped bracket within it only after `[[`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

DEEPEST_NESTING = 12
MOST_PROBLEMS = 40
MARKUP_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\|\||[{}\[\]|\n]")
INSERTION = re.compile(r"\{([^{}\n]*)\}")
SUBJECT = re.compile(r"\[([^\s\[\]{}|]*)")
CASE = re.compile(r"\s*([^\s\[\]{}|:：]*)\s*[:：]")
HEADING_MARK = re.compile(r"[#＃][ \t\u3000]+")
SPACES = " \t\u3000"
VARIANT_EXAMPLE = "[活动场次 零:…|其余:…]"


@dataclass(frozen=True)
class TextProblem:
    """An error in a text: its line, what was found, what was expected, and the closest valid names."""

    line: int
    found: str
    expected: str
    near: tuple[str, ...] = ()

    def __str__(self) -> str:
        near = f"您是否要写：{'、'.join(self.near)}？" if self.near else ""
        return f"第 {self.line} 行“{self.found}”：{self.expected}。{near}"


@dataclass(frozen=True)
class Text:
    """Plain text, from `start` to `end` in the source."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Insert:
    """A placeholder: a name in braces."""

    expression: str
    line: int
    start: int
    end: int


@dataclass(frozen=True)
class Branch:
    """One case of a variant, with its text from `start` to `end` in the source."""

    case: str
    nodes: Nodes
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Choice:
    """A variant: a subject, with a text for each of its cases."""

    subject: str
    branches: tuple[Branch, ...]
    line: int
    start: int
    end: int


@dataclass(frozen=True)
class BrokenText:
    """Source that cannot be parsed, shown as it was written."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, or a heading above paragraphs, from `start` to `end` in the source, its mark included."""

    is_heading: bool
    nodes: Nodes
    start: int = 0
    end: int = 0


# Text, Insert, Choice or BrokenText; in a Reading, Meant replaces Insert and Choice.
Node: TypeAlias = Any
Nodes: TypeAlias = tuple[Node, ...]


class Unreadable(Exception):
    """Raised for a variant that cannot be parsed; `opened` is where the outermost variant begins."""

    def __init__(self, opened: int, expected: str) -> None:
        super().__init__(expected)
        self.opened, self.expected = opened, expected


def unified(source: str) -> str:
    """The source with uniform line endings."""
    return source.replace("\r\n", "\n").replace("\r", "\n")


def parse(source: str) -> tuple[tuple[Paragraph, ...], tuple[TextProblem, ...]]:
    """The paragraphs of a text, and the problems found while parsing."""
    return TextParser(unified(source)).read()


class TextParser:
    """A parser of one text, from beginning to end."""

    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0
        self.problems: list[TextProblem] = []
        self.opened: list[int] = []

    def read(self) -> tuple[tuple[Paragraph, ...], tuple[TextProblem, ...]]:
        """All paragraphs and problems; after MOST_PROBLEMS of these the rest is left unparsed."""
        paragraphs = []
        while self.at < len(self.source) and len(self.problems) < MOST_PROBLEMS:
            paragraph = self.paragraph()
            if paragraph.nodes:
                paragraphs.append(paragraph)
        if self.at < len(self.source):
            start = self.at
            paragraphs.append(Paragraph(False, (self.broken(start, len(self.source)),), start, len(self.source)))
        return tuple(paragraphs), tuple(self.problems)

    def paragraph(self) -> Paragraph:
        """The paragraph at the current position, up to the end of its last line."""
        start, known = self.skip(SPACES), len(self.problems)
        heading = HEADING_MARK.match(self.source, start)
        self.at = heading.end() if heading else start
        self.opened = []
        try:
            nodes = stripped(self.nodes())
        except Unreadable as reason:
            # The next line is parsed as if this one were not there.
            del self.problems[known:]
            end = self.line_end(reason.opened)
            self.report(reason.opened, self.source[reason.opened : end], reason.expected)
            nodes, self.at = (self.broken(start, end),), end
        end = self.at
        self.at += 1
        return Paragraph(bool(heading), nodes, start, end)

    def nodes(self) -> Nodes:
        """The nodes up to the end of the line, or within a variant up to the end of the case."""
        nodes: list[Node] = []
        literal = 0
        while True:
            mark = MARKUP_TOKEN.search(self.source, self.at)
            end = mark.start() if mark else len(self.source)
            if end > self.at:
                nodes.append(self.text(end))
            if not mark and self.opened:
                raise Unreadable(self.opened[0], "变体没有写完，缺少“]”")
            token = mark[0] if mark else "\n"
            if self.is_end(token, literal):
                return tuple(nodes)
            literal += {"[[": 1, "]]": -1}.get(token, 0)
            node = self.marked(token)
            if node:
                nodes.append(node)

    def is_end(self, token: str, literal: int) -> bool:
        """Whether a mark ends the current line or case."""
        if not self.opened:
            return token == "\n"
        return token in ("|", "]") or (token == "]]" and literal <= 0)

    def marked(self, token: str) -> Node | None:
        """The node that begins with a mark; None for a line break within a variant."""
        start = self.at
        if token == "\n":
            self.at += 1
            self.skip(SPACES)
            return None
        if token == "{":
            return self.insert()
        if token == "[":
            return self.choice()
        self.at += len(token)
        if token in ("}", "]"):
            self.report(start, token, f"多出一个“{token}”，请删去；要写这个符号本身，请写成“{token * 2}”")
            return self.broken(start, self.at)
        return Text(token[0], start, self.at)

    def insert(self) -> Insert | BrokenText:
        """The placeholder at the current position."""
        start, found = self.at, INSERTION.match(self.source, self.at)
        if not found:
            self.at += 1
            rest = self.source[start : min(self.line_end(start), start + 12)]
            self.report(start, rest, "缺少“}”，应为“{指标名称}”；要写这个符号本身，请写成“{{”")
            return self.broken(start, self.at)
        self.at = found.end()
        return Insert(found[1].strip(), self.line_of(start), start, self.at)

    def choice(self) -> Choice:
        """The variant at the current position."""
        start = self.at
        if len(self.opened) >= DEEPEST_NESTING:
            raise Unreadable(self.opened[0], f"变体套变体超过 {DEEPEST_NESTING} 层，请分成几段")
        self.opened.append(start)
        subject = SUBJECT.match(self.source, start)
        assert subject  # a bracket stands here
        self.at = subject.end()
        branches: list[Branch] = []
        while not branches or self.source[self.at] == "|":
            self.at += bool(branches)
            branches.append(self.branch(start))
        self.at += 1
        self.opened.pop()
        return Choice(subject[1], tuple(branches), self.line_of(start), start, self.at)

    def branch(self, start: int) -> Branch:
        """The next case of the variant that begins at `start`."""
        case = CASE.match(self.source, self.at)
        if case:
            self.at = case.end()
        else:
            found = self.source[start : min(self.line_end(start), start + 20)]
            self.report(start, found, f"变体应写成“{VARIANT_EXAMPLE}”；要写方括号本身，请写成“[[”和“]]”")
        begin = self.at
        return Branch(case[1] if case else "", self.nodes(), begin, self.at)

    def text(self, end: int) -> Text:
        """The plain text up to `end`."""
        start, self.at = self.at, end
        return Text(self.source[start:end], start, end)

    def broken(self, start: int, end: int) -> BrokenText:
        """The unparsable source between two positions."""
        self.at = end
        return BrokenText(self.source[start:end].strip(), start, end)

    def skip(self, characters: str) -> int:
        """Moves past these characters and returns the new position."""
        while self.at < len(self.source) and self.source[self.at] in characters:
            self.at += 1
        return self.at

    def line_end(self, place: int) -> int:
        """The position where the line containing `place` ends."""
        end = self.source.find("\n", place)
        return len(self.source) if end < 0 else end

    def line_of(self, place: int) -> int:
        """The number of the line containing `place`; the first line is 1."""
        return self.source.count("\n", 0, place) + 1

    def report(self, place: int, found: str, expected: str) -> None:
        """Adds a problem at a position."""
        self.problems.append(TextProblem(self.line_of(place), quotation(found), expected))


def quotation(text: str) -> str:
    """The beginning of the source, short enough for a message."""
    text = " ".join(text.split())
    return text if len(text) <= 24 else f"{text[:24]}…"


def stripped(nodes: Nodes) -> Nodes:
    """The nodes without trailing spaces; none for a blank line."""
    if not nodes or not isinstance(nodes[-1], Text):
        return nodes
    *others, last = nodes
    text = last.text.rstrip()
    return (*others, Text(text, last.start, last.start + len(text))) if text else tuple(others)


def resolve_variants(source: str, subject: str, case: str) -> str:
    """The source with each variant on `subject` replaced by its text for one case."""
    source = unified(source)
    paragraphs, _ = parse(source)
    pieces, at = [], 0
    for node in (node for paragraph in paragraphs for node in outermost(paragraph.nodes, subject)):
        chosen = next((branch for branch in node.branches if branch.case == case), Branch(case, ()))
        said = "".join(source[inner.start : inner.end] for inner in chosen.nodes)
        pieces += [source[at : node.start], resolve_variants(said, subject, case)]
        at = node.end
    return "".join([*pieces, source[at:]])


def outermost(nodes: Nodes, subject: str) -> Iterator[Choice]:
    """Yields the variants on a subject that are not nested in another one on it."""
    for node in nodes:
        if isinstance(node, Choice) and node.subject == subject:
            yield node
        elif isinstance(node, Choice):
            for branch in node.branches:
                yield from outermost(branch.nodes, subject)
