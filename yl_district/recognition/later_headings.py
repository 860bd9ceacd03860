"""Reads a row of headings further down in a table, which may stand in another order than those above."""

from dataclasses import dataclass
from itertools import zip_longest

from ..sheets.cells import is_blank, plain
from .headings import EXPORT_MARK, heading_key, heading_keys, recognise, repeated_keys

# What can be done with the rows below headings that are not all known.
READ, ABOVE, LEAVE_OUT = "按这一行标题", "按上方标题", "不导入"


@dataclass(frozen=True)
class LaterHeadings:
    """Headings by which the rows below them are read: the text and {place: column} of each.

    `unknown` are the texts of those that are not recognised, `missing` the required columns that only the headings
    above have.
    """

    headings: list
    columns: dict
    unknown: tuple = ()
    missing: tuple = ()

    @property
    def is_sure(self):
        """Whether the rows below can be read without asking."""
        return not (self.unknown or self.missing)

    def moved(self, columns):
        """Returns the names of the columns that are at other places than in `columns`."""
        before = {column: place for place, column in columns.items()}
        return tuple(column for place, column in sorted(self.columns.items()) if before.get(column) != place)


def later_headings(cells, headings, columns, vocabulary):
    """Returns the LaterHeadings of a row, None where it repeats the `headings` above it.

    Headings mean what those of the same text mean above, others what the vocabulary of the kind knows.
    """
    texts = ["" if is_blank(cell) else " ".join(plain(cell).split()) for cell in cells]
    pairs = zip_longest(texts, headings, fillvalue="")
    if all(not text or heading_key(text) in repeated_keys(above) for text, above in pairs):
        return None
    own = {}
    for place, heading in enumerate(headings):
        if heading and columns.get(place) != EXPORT_MARK:
            for key in heading_keys(heading):
                own[key] = own.get(key) or columns.get(place)
    found = recognise(texts, vocabulary.columns, vocabulary.synonyms, {**vocabulary.remembered(), **own})
    taken = {one.place: one.column for one in found if one.column}
    # A blank cell among repeated headings stands for the heading above it.
    for place, column in columns.items():
        if (place >= len(texts) or not texts[place]) and column not in taken.values():
            taken[place] = column
    unknown = tuple(one.heading for one in found if one.how in ("unknown", "ambiguous"))
    lost = (set(columns.values()) - set(taken.values())) & vocabulary.required
    if taken == columns and not unknown:
        return None
    texts = [text or above for text, above in zip_longest(texts, headings, fillvalue="")]
    return LaterHeadings(texts, taken, unknown, tuple(sorted(lost)))
