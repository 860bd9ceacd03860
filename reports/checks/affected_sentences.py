"""The sentences of the document that contain a figure affected by a finding."""

import re
from collections import defaultdict

from ..text.sentences import Number

EXCERPT_LENGTH = 56
SENTENCE_END = re.compile(r"(?<=[。；])")


def sentences_by_figure(blocks):
    """The document's sentences by the keys of the figures they contain, each shortened around the number."""
    found = defaultdict(list)
    for block in blocks:
        for text, numbers in sentences(block.parts):
            for key, start, end in numbers:
                quoted = excerpt(text, start, end)
                if quoted not in found[key]:
                    found[key].append(quoted)
    return found


def sentences(parts):
    """Yields the sentences of a block with numbers: the text, and its numbers as (key, start, end)."""
    text, numbers = "", []
    for part in parts:
        if isinstance(part, Number):
            numbers.append((part.key, len(text), len(text) + len(part.text)))
            text += part.text
            continue
        *ended, rest = SENTENCE_END.split(part)
        for piece in ended:
            yield text + piece, numbers
            text, numbers = "", []
        text += rest
    if numbers:
        yield text, numbers


def excerpt(text, start, end):
    """The part of a sentence around the number between these positions."""
    before = max((EXCERPT_LENGTH - (end - start)) // 2, 0)
    first = max(min(start - before, len(text) - EXCERPT_LENGTH), 0)
    last = min(first + EXCERPT_LENGTH, len(text))
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def sentences_touched(figures, sentences):
    """The sentences that contain one of the figures of these keys, each once."""
    return list(dict.fromkeys(text for key in figures for text in sentences.get(key, ())))
