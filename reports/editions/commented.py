"""A signed text with the comments beside the paragraphs that they are about, and in words how far these have come."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise

from ..models import Comment
from ..text.sentences import Block
from .passages import open_places


@dataclass(frozen=True)
class CommentedBlock:
    """A block as a reader sees it, its place, its parts with whether a comment quotes them, and its comments."""

    block: Block
    place: int
    parts: tuple
    comments: tuple


def commented_blocks(edition, blocks, comments, with_cases):
    """The blocks that a reader sees of an edition, each with those of the `comments` that are about it."""
    # Of a hub's report everybody sees the text without cases.
    is_same = with_cases or edition.report.hub_id is not None
    places = None if is_same or not comments else open_places(edition)
    by_place = defaultdict(list)
    for comment in comments:
        by_place[comment.place if places is None else places.get(comment.place)].append(comment)
    return [
        CommentedBlock(block, place, tuple(marked_parts(block, by_place[place])), tuple(by_place[place]))
        for place, block in enumerate(blocks)
    ]


def marked_parts(block, comments):
    """Yields (part, whether it is quoted) of a block, strings cut where what is quoted begins and ends."""
    spans, start = [(each.start, each.end) for each in comments], 0
    for part in block.parts:
        text, end = str(part), start + len(str(part))
        cuts = sorted({start, end, *(cut for span in spans for cut in span if start < cut < end)})
        # A number is a link, and quoted as a whole.
        pieces = pairwise(cuts) if isinstance(part, str) else [(start, end)]
        for here, there in pieces:
            said = text[here - start : there - start] if isinstance(part, str) else part
            yield said, any(first <= here and there <= last for first, last in spans)
        start = end


def state_in_words(comments):
    """How far the comments on an edition have come, such as `已退回，2 条意见待答复`; empty without any."""
    states = Counter(comment.state for comment in comments)
    if open_ones := states[Comment.State.OPEN]:
        return f"已退回，{open_ones} 条意见待答复"
    if answered := states[Comment.State.ANSWERED]:
        return f"已答复，{answered} 条意见待上级确认"
    return f"{len(comments)} 条意见均已办结" if comments else ""
