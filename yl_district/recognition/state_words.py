"""Recognises titles of sections and sheets that say what has become of their rows: 已转出团员, 退团, 明年计划."""

import re
from dataclasses import dataclass, field

from .row_words import BRANCH_LINE, compact, is_note, section_name

LONGEST_TITLE = 30
# What a title holds besides the word for a state.
BESIDE_STATE = re.compile(
    r"(?:[0-9年月日度上下半本今已未的为和及、,()-]|团员|人员|名单|名册|单位|企业|组织|活动|干部|团干|志愿者|青年|同志|对象|情况|部分"
    r"|一览|明细|统计|表)*"
)


@dataclass(frozen=True)
class StateWords:
    """The words in titles for the states of a kind's records; `column` is the one that states them.

    `words` is {word: the labels that it can mean, likeliest first}, where a label of `standing` is nothing to ask
    about. `days` is {label: the column of the day since when}.
    """

    column: str = ""
    words: dict = field(default_factory=dict)
    standing: frozenset = frozenset()
    days: dict = field(default_factory=dict)

    def labels_in(self, title):
        """Returns the labels that a title names by its longest known word, () where it names none."""
        if not isinstance(title, str) or not self.words or is_note(title):
            return ()
        text = compact(section_name(title))
        if len(text) > LONGEST_TITLE or ":" in text or BRANCH_LINE.fullmatch(text):
            return ()
        return self.words[max(found, key=len)] if (found := [word for word in self.words if word in text]) else ()

    def names_state(self, text):
        """Whether a text alone in its row is a title: a state, and nothing else that could be part of a name."""
        if not self.labels_in(text):
            return False
        title = compact(section_name(text))
        for word in sorted(self.words, key=len, reverse=True):
            title = title.replace(word, "")
        return bool(BESIDE_STATE.fullmatch(title))


def state_words(column, labels, synonyms, days=None):
    """Returns the StateWords of a column with these labels, the first of which is that of standing records.

    `synonyms` is {label: further words for it}; a word of several labels can mean each of them, and one of the label ""
    none that could be filled in.
    """
    words = {}
    for label in labels:
        for word in filter(None, [label, *synonyms.get(label, "").split()]):
            words[word] = (*words.get(word, ()), label)
    return StateWords(column, words, frozenset(labels[:1]), days or {})
