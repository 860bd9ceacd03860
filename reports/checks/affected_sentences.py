"""Which sentences of the document rest on a figure that a finding touches."""

import re
from collections import defaultdict

from ..text.sentences import Number

LONGEST = 56
END = re.compile(r"(?<=[。；])")


def sentences_by_figure(blocks):
    """The document's sentences by the keys of the figures that they hold, each shortened around the number."""
    found = defaultdict(list)
    for block in blocks:
        for text, numbers in sentences(block.parts):
            for key, start, end in numbers:
                quoted = shortened(text, start, end)
                if quoted not in found[key]:
                    found[key].append(quoted)
    return found


def sentences(parts):
    """The sentences of a block: the text of each, and its numbers as (key, first place, last place)."""
    text, numbers = "", []
    for part in parts:
        if isinstance(part, Number):
            numbers.append((part.key, len(text), len(text) + len(part.text)))
            text += part.text
            continue
        *ended, rest = END.split(part)
        for piece in ended:
            yield text + piece, numbers
            text, numbers = "", []
        text += rest
    if numbers:
        yield text, numbers


def shortened(text, start, end):
    """The part of a sentence around the number at these places."""
    before = max((LONGEST - (end - start)) // 2, 0)
    first = max(min(start - before, len(text) - LONGEST), 0)
    last = min(first + LONGEST, len(text))
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def touched(finding, sentences):
    """The sentences that hold a figure which the finding touches, each once."""
    return list(dict.fromkeys(text for key in finding.figures for text in sentences.get(key, ())))
