"""The passages of a signed text that a comment can be about: its sentences and its numbers."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ..figures.readers import CASE_FIGURES
from ..text.sentences import Number
from ..text.style import sentences_in
from .signing import block_of


@dataclass(frozen=True)
class Passage:
    """A sentence or a number with its figure's name, where in its paragraph it stands, and its value in forms."""

    value: str
    quoted: str
    start: int
    end: int
    # Empty for a sentence, and for a number of another period.
    figure_key: str = ""
    is_about_cases: bool = False


def seen_blocks(edition, with_cases):
    """The blocks of an edition as a reader sees them."""
    return [block_of(kept) for kept in (edition.blocks if with_cases else edition.open_blocks)]


def open_places(edition):
    """{place in the whole text: place in the text without cases} of the blocks that are the same in both."""
    whole, without = ([block_of(kept).text for kept in blocks] for blocks in (edition.blocks, edition.open_blocks))
    runs = SequenceMatcher(None, whole, without, autojunk=False).get_matching_blocks()
    return {run.a + step: run.b + step for run in runs for step in range(run.size)}


def passages(edition, place, with_cases):
    """The passages of the paragraph at a place in the reader's text, its numbers first; none of a heading."""
    blocks = seen_blocks(edition, with_cases)
    if place >= len(blocks) or blocks[place].level:
        return []
    block, labels = blocks[place], dict(edition.figures.values_list("key", "label"))
    of_cases = any(isinstance(part, Number) and part.key in CASE_FIGURES for part in block.parts)
    of_cases = of_cases or (with_cases and place not in open_places(edition))
    found = [*numbers_of_block(block, labels), *sentences_of_block(block)]
    return [replace(each, is_about_cases=of_cases) for each in named_once(found)]


def numbers_of_block(block, labels):
    """Yields the numbers of a paragraph."""
    start = 0
    for part in block.parts:
        if isinstance(part, Number):
            aspect = part.aspect and f"（{part.aspect}）"
            quoted = f"{labels.get(part.key, part.key)}{aspect}：{part.text}"
            key = "" if part.aspect or part.key not in labels else part.key
            yield Passage(f"{part.key} {part.text}", quoted, start, start + len(part.text), key)
        start += len(str(part))


def sentences_of_block(block):
    """Yields the sentences of a paragraph."""
    for start, quoted in sentences_in(block.text):
        yield Passage(quoted, quoted, start, start + len(quoted))


def named_once(found):
    """The passages with values for a form; the same passage of a later edition has the same value."""
    times, named = Counter(), []
    for each in found:
        times[each.value] += 1
        value = hashlib.sha256(f"{each.value} {times[each.value]}".encode()).hexdigest()[:16]
        named.append(replace(each, value=value))
    return named


def place_of_figure(edition, key, with_cases):
    """The place of the first paragraph that gives a figure's number for the report's own period; None without one."""
    for place, block in enumerate(seen_blocks(edition, with_cases)):
        own = {part.key for part in block.parts if isinstance(part, Number) and not part.aspect}
        if not block.level and key in own:
            return place
    return None


def place_alike(edition, former, place, with_cases):
    """The place in an edition of the paragraph most like that at a place in a former one; None without paragraphs."""
    text = seen_blocks(former, with_cases)[place].text
    found = [
        (SequenceMatcher(None, text, block.text, autojunk=False).ratio(), -abs(here - place), here)
        for here, block in enumerate(seen_blocks(edition, with_cases))
        if not block.level
    ]
    return max(found)[-1] if found else None
