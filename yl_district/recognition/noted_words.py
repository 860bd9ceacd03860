"""Recognises what cells of columns that are not taken note of their row: 请假 where others have signed."""

import re
from dataclasses import dataclass, field

from .headings import heading_key, heading_keys
from .row_words import compact

LONGEST_NOTE = 20


@dataclass(frozen=True)
class NotedWords:
    """The value of `column` that such cells note: `words` is {value: pattern}, `headings` the keys of those above."""

    column: str = ""
    headings: frozenset = frozenset()
    words: dict = field(default_factory=dict)

    def places(self, headings, taken):
        """Returns the places of the columns below these headings, or below none, that may hold notes."""
        return [
            place
            for place, heading in enumerate(headings)
            if self.words and place not in taken and (not heading or self.headings.intersection(heading_keys(heading)))
        ]

    def value_of(self, cell):
        """Returns the value that a cell notes, None for any other cell."""
        if not isinstance(cell, str) or len(cell) > LONGEST_NOTE:
            return None
        text = compact(cell)
        return next((value for value, pattern in self.words.items() if re.fullmatch(pattern, text)), None)


def noted_words(column, headings, words):
    """Returns the NotedWords of a column that cells below `headings`, separated by spaces, may note."""
    return NotedWords(column, frozenset(map(heading_key, headings.split())), dict(words))
