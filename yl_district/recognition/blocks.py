"""Finds tables that stand side by side in one sheet, below headings that repeat further right."""

from itertools import pairwise
from typing import NamedTuple

from .headings import IGNORED, NUMBERED, heading_key
from .layout import known_keys

LEAST_HEADINGS = 2  # known ones, in each block


class TableBlock(NamedTuple):
    """The columns of a block, from `first` to `last`, and whether its headings differ from those of the first block."""

    first: int
    last: int
    differs: bool


def side_by_side(headings, known, required):
    """Returns the TableBlocks of a table whose headings begin again further right, [] where it is one table.

    Each block has known headings, one of them for a column in `required`. Blocks of different headings are told apart
    only where each begins with a column of row numbers.
    """
    keys = [heading_key(heading) for heading in headings]
    starts = [place for place, key in enumerate(keys) if key and key == next(filter(None, keys))]
    ends = [*starts[1:], len(keys)]
    blocks = []
    for first, end in zip(starts, ends, strict=True):
        while not keys[end - 1]:
            end -= 1
        own = keys[first:end]
        blocks.append(TableBlock(first, end - 1, own != keys[starts[0] : blocks[0].last + 1] if blocks else False))
        meant = known_keys(headings[first:end], known)
        if len(meant) < LEAST_HEADINGS or not any(column in required for key in meant for column in known[key]):
            return []
    numbered = bool(blocks) and keys[starts[0]].casefold() in IGNORED | (NUMBERED - {""})
    if len(blocks) < 2 or (any(block.differs for block in blocks) and not numbered):
        return []
    return blocks


def cells_in(block, blocks, rows, first_row, merged, headings_at):
    """Returns the cells of one block in each of `rows`, moved to the left.

    What stands above the headings, in the row `headings_at`, belongs to each block, and so does a text that is merged
    over several of them, such as the title of a section.
    """
    width = blocks[0].last + 1 - blocks[0].first
    over_all = {top for top, left, _, right in merged if any(left < two.first <= right for _, two in pairwise(blocks))}
    cut = []
    for number, row in enumerate(rows, first_row):
        if number < headings_at:
            cut.append([cell for cell in row if cell is not None][:width])
            continue
        cells = row[block.first : block.last + 1]
        if number in over_all and block.first and not any(cell is not None for cell in cells):
            cells = row[:1] or cells
        cut.append(cells)
    return cut


def areas_in(block, merged):
    """Returns the merged areas as far as they lie in a block, moved to the left."""
    width = block.last - block.first
    moved = [
        (top, max(left - block.first, 0), bottom, min(right - block.first, width))
        for top, left, bottom, right in merged
        if left <= block.last and right >= block.first
    ]
    return tuple(area for area in moved if area[:2] != area[2:])
