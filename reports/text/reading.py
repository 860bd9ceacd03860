"""Resolves every expression of a text to its meaning, or reports why it has none."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from .aspects import TARGET, Meaning, Meaningless, divided_name, meaning_of
from .parsing import (
    MOST_PROBLEMS,
    Branch,
    BrokenText,
    Choice,
    Insert,
    Node,
    Nodes,
    Paragraph,
    TextProblem,
    parse,
    quotation,
)
from .subjects import OTHERWISE, Cases, subject
from .vocabulary import Vocabulary

WITHOUT_TARGET = "无"


@dataclass(frozen=True)
class Resolved:
    """A resolved expression: a placeholder, or a variant with the branches to choose from."""

    meaning: Meaning
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A text resolved within a scope."""

    paragraphs: tuple[Paragraph, ...]
    problems: tuple[TextProblem, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The figures that the text mentions or depends on."""
        return frozenset(key for paragraph in self.paragraphs for key in mentioned_figures(paragraph.nodes))


def meanings(nodes: Nodes) -> Iterator[Meaning]:
    """Yields every meaning within nodes, including those of all branches."""
    for node in nodes:
        if isinstance(node, Resolved):
            yield node.meaning
            for branch in node.branches:
                yield from meanings(branch.nodes)


def mentioned_figures(nodes: Nodes) -> frozenset[str]:
    """The figures mentioned anywhere within nodes."""
    return frozenset(key for meaning in meanings(nodes) for key in meaning.keys)


def is_about_cases(paragraph: Paragraph) -> bool:
    """Whether a paragraph mentions a figure of cases anywhere, conditions included."""
    return any(meaning.is_about_cases for meaning in meanings(paragraph.nodes))


def read_text(source: str, vocabulary: Vocabulary) -> Reading:
    """Parses a text and resolves it within the scope of a vocabulary."""
    paragraphs, problems = parse(source)
    reader = Interpreter(vocabulary)
    understood = tuple(replace(each, nodes=reader.nodes(each.nodes, frozenset())) for each in paragraphs)
    found = sorted([*problems, *reader.problems], key=lambda problem: problem.line)
    return Reading(understood, tuple(found[:MOST_PROBLEMS]))


class Interpreter:
    """Resolves the expressions of one text, and collects the problems."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems: list[TextProblem] = []

    def nodes(self, nodes: Nodes, aimed: frozenset[str]) -> Nodes:
        """The nodes resolved; `aimed` are the figures known to have a target at this place."""
        return tuple(self.node(node, aimed) for node in nodes)

    def node(self, node: Node, aimed: frozenset[str]) -> Node:
        if isinstance(node, Insert):
            return self.insert(node, aimed)
        return self.choice(node, aimed) if isinstance(node, Choice) else node

    def insert(self, node: Insert, aimed: frozenset[str]) -> Resolved | BrokenText:
        """A placeholder resolved."""
        try:
            return Resolved(meaning_of(node.expression, self.vocabulary, aimed))
        except Meaningless as wrong:
            self.report(node.line, f"{{{node.expression}}}", wrong)
            return BrokenText(node.expression, node.start, node.end)

    def choice(self, node: Choice, aimed: frozenset[str]) -> Resolved | BrokenText:
        """A variant resolved; its branches are checked even if its subject means nothing."""
        try:
            meaning = subject(node.subject, self.vocabulary)
        except Meaningless as wrong:
            self.report(node.line, f"[{node.subject} …]", wrong)
            meaning = None
        branches = tuple(self.branch(node, branch, meaning, aimed) for branch in node.branches)
        return Resolved(meaning, branches) if meaning else BrokenText(node.subject, node.start, node.end)

    def branch(self, node: Choice, branch: Branch, meaning: Cases | None, aimed: frozenset[str]) -> Branch:
        """One case of a variant, with its text resolved."""
        known = [*meaning.fitting, OTHERWISE] if meaning else []
        if meaning and branch.case and branch.case not in known:
            near = get_close_matches(branch.case, known, n=1, cutoff=0.3)
            found = f"[{node.subject} {branch.case}:…]"
            self.report(node.line, found, Meaningless(f"没有“{branch.case}”这种情形，可以写 {'、'.join(known)}", near))
        name, aspect, _ = divided_name(node.subject, self.vocabulary)
        if aspect == TARGET and branch.case != WITHOUT_TARGET:
            aimed = aimed | {self.vocabulary.key(name)}
        return replace(branch, case=branch.case if branch.case in known else "", nodes=self.nodes(branch.nodes, aimed))

    def report(self, line: int, found: str, wrong: Meaningless) -> None:
        """Adds a problem for an expression without a meaning."""
        self.problems.append(TextProblem(line, quotation(found), wrong.expected, wrong.near))


__all__ = ["Reading", "Resolved", "is_about_cases", "read_text"]
