"""A text as the editor shows it: nodes that each keep their source, so that what nobody touches is stored unchanged.

    paragraph, heading   `source`, and `gap`: what stands between the one before and it
    text                 `text`
    number               `source`: a placeholder; what it says now is in `EditableText.shown`, by this source
    variant              a variant with a case that applies: `heads` and `texts` are its source in pieces, one pair for
                         each case, `chosen` the place of the case; its content is the text of that case
    unsaid               a variant without one
    broken               source without a meaning

The editor writes the same language again, which is parsed as any other text.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from .aspects import AspectMeaning
from .parsing import Branch, BrokenText, Choice, Insert, Node, Nodes, Paragraph, Text, parse, unified
from .reading import Reading, is_about_cases, read_text
from .sentences import Number
from .words import CASES_MARK, Word
from .writing import TextWriter

EditorNode: TypeAlias = dict[str, Any]
# Words that the editor draws by themselves, with their kind.
SAYING_NOTHING = {"序号": "ordinal", CASES_MARK: "cases"}


class EditableText:
    """The nodes of one section's texts, and in `shown`, by source, what each placeholder says now.

    Nothing of a paragraph about cases is worked out for a writer without cases: its placeholders say nothing, and none
    of its variants has a case that applies.
    """

    def __init__(self, writer: TextWriter, is_about_cases: bool = False) -> None:
        self.writer, self.is_about_cases = writer, is_about_cases
        self.shown: dict[str, dict[str, str]] = {}
        self.source = ""
        self.is_hidden = False

    def paragraphs(self, source: str) -> list[EditorNode]:
        """The nodes of a text's paragraphs."""
        self.source = unified(source)
        parsed, _ = parse(self.source)
        read = read_text(self.source, self.writer.vocabulary)
        return list(self._paragraphs(parsed, read))

    def _paragraphs(self, parsed: tuple[Paragraph, ...], read: Reading) -> Iterator[EditorNode]:
        end = 0
        for each, known in zip(parsed, read.paragraphs, strict=True):
            of_cases = self.is_about_cases or is_about_cases(known)
            self.is_hidden = of_cases and not self.writer.with_cases
            attrs = {"gap": self.source[end : each.start], "source": self.source[each.start : each.end]}
            attrs["cases"] = "hidden" if self.is_hidden else "shown" if of_cases else ""
            # The mark of a heading that cannot be read belongs to what cannot be read.
            is_heading = each.is_heading and not (
                isinstance(each.nodes[0], BrokenText) and each.nodes[0].start == each.start
            )
            kind = "heading" if is_heading else "paragraph"
            yield {"type": kind, "attrs": attrs, "content": self.nodes(each.nodes, known.nodes)}
            end = each.end

    def nodes(self, parsed: Nodes, read: Nodes) -> list[EditorNode]:
        """The nodes of parsed text, of which `read` is what it means; neighbouring pieces of text are one node."""
        nodes: list[EditorNode] = []
        for each, known in zip(parsed, read, strict=True):
            node = self.node(each, known)
            if node["type"] == "text" and nodes and nodes[-1]["type"] == "text":
                nodes[-1]["text"] += node["text"]
            else:
                nodes.append(node)
        return nodes

    def node(self, parsed: Node, known: Node) -> EditorNode:
        """The node of one piece of parsed text."""
        if isinstance(parsed, Text):
            return {"type": "text", "text": parsed.text}
        source = self.source[parsed.start : parsed.end]
        if isinstance(known, BrokenText):
            return {"type": "broken", "attrs": {"source": source}}
        if isinstance(parsed, Insert):
            self.shown.setdefault(source, self.saying(parsed.expression, known.meaning))
            return {"type": "number", "attrs": {"source": source}}
        return self.variant(parsed, known)

    def variant(self, parsed: Choice, known: Any) -> EditorNode:
        """The node of a variant, with the text of the case that applies."""
        chosen = None if self.is_hidden else self.chosen(known.branches, known.meaning)
        if chosen is None:
            return {"type": "unsaid", "attrs": {"source": self.source[parsed.start : parsed.end]}}
        heads, texts = pieces_of(self.source, parsed)
        content = self.nodes(parsed.branches[chosen].nodes, known.branches[chosen].nodes)
        return {"type": "variant", "attrs": {"heads": heads, "texts": texts, "chosen": chosen}, "content": content}

    def chosen(self, branches: tuple[Branch, ...], meaning: Any) -> int | None:
        """The place of the first case that applies, or None."""
        fitting = (place for place, one in enumerate(branches) if one.case and meaning.fits(one.case, self.writer))
        return next(fitting, None)

    def saying(self, expression: str, meaning: AspectMeaning | Word) -> dict[str, str]:
        """What a placeholder says now, with its name; its kind is number, words, ordinal, cases or hidden."""
        if expression in SAYING_NOTHING:
            return {"kind": SAYING_NOTHING[expression], "name": expression, "text": ""}
        if self.is_hidden:
            return {"kind": "hidden", "name": expression, "text": ""}
        parts = meaning.parts(self.writer)
        is_number = isinstance(meaning, AspectMeaning) and any(isinstance(part, Number) for part in parts)
        kind = "number" if is_number else "words"
        return {"kind": kind, "name": self.name(expression, meaning), "text": "".join(map(str, parts))}

    def name(self, expression: str, meaning: AspectMeaning | Word) -> str:
        """The label of the figure, or what the word stands for."""
        if isinstance(meaning, AspectMeaning):
            return self.writer.vocabulary.figures[meaning.key].label
        return meaning.hint if isinstance(meaning, Word) else expression


def pieces_of(source: str, choice: Choice) -> tuple[list[str], list[str]]:
    """The source of a variant in two lists: what stands before each case's text, and these texts.

    Joined in turn, with the closing bracket after them, they are the variant again.
    """
    starts = [choice.start, *(branch.end for branch in choice.branches)]
    heads = [source[start : branch.start] for start, branch in zip(starts, choice.branches, strict=False)]
    return heads, [source[branch.start : branch.end] for branch in choice.branches]
