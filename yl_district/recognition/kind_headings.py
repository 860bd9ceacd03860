"""What the texts around a table can mean, for one kind of records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .headings import known_headings
from .noted_words import NotedWords
from .state_words import StateWords


def nothing_remembered():
    """Returns the memory of a kind of which no heading was explained before."""
    return {}


@dataclass(frozen=True)
class KindHeadings:
    """What the headings of one kind of records can mean: its columns, which are required, and their synonyms.

    `remembered()` returns {heading key: column, None where it was ignored}, as users explained them before; `states`
    are the StateWords of titles, `noted` the NotedWords of cells beside.
    """

    columns: tuple = ()
    synonyms: Mapping = field(default_factory=dict)
    required: frozenset = frozenset()
    remembered: Callable = nothing_remembered
    states: StateWords = field(default_factory=StateWords)
    noted: NotedWords = field(default_factory=NotedWords)

    @cached_property
    def heading_words(self):
        """Returns the keys of all headings known without memory."""
        return frozenset(known_headings(self.columns, self.synonyms))

    def known_now(self):
        """Returns {heading key: the names of the columns it can mean}, with what users have explained."""
        return known_headings(self.columns, self.synonyms, self.remembered())
