"""Checks of an import with answers tried out, which keep nothing: what else would be asked, and what need not be.

Whoever answers all questions of a page once is to be able to write. So what would only be asked after an answer is
asked beside it, and a question is not asked where all rows that it concerns equal the stored ones whatever is answered.
Identity is neither: nobody can say whom rows mean that are not shown to be in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..recognition.later_headings import LEAVE_OUT
from ..sheets.columns import SheetRow
from ..sheets.doubts import IN_DOUBT, ROW_BY_ROW
from .layout_questions import HEADINGS
from .questions import Question

MOST_TRIALS = 4
MOST_TRIED_ROWS = 5_000  # of files that are tried out; larger ones are asked in rounds
DEPTH = 2  # questions that follow from questions that follow


@dataclass
class Tried:
    """What a check has found: its questions, the rows that it would write or refuse, and whether it would write any."""

    questions: Sequence[Question]
    moving: set[SheetRow] = field(default_factory=set)
    is_writing: bool = False

    def is_quiet(self, question: Question) -> bool:
        """Whether no row that a question concerns would be written or is refused."""
        if question.kind == HEADINGS:  # concerns the rows below
            return not self.moving
        return self.moving.isdisjoint(question.rows)


# Returns what a check finds with these answers beside those given.
Try = Callable[[Mapping[str, str]], Tried]


def asked_at_once(found: Tried, answers: Mapping[str, str], try_out: Try) -> list[Question]:
    """The questions of a check with those that its open ones would lead to, and those settled marked as such."""
    open_ones = [one for one in found.questions if one.id not in answers and leads_on(one)]
    trials = list(trials_of(open_ones, answers, try_out))
    known = {one.id for one in found.questions}
    asked = [replace(one, is_settled=is_settled(one, answers, found, trials)) for one in found.questions]
    later: dict[str, Question] = {}
    for trial in trials:
        for one in trial.questions:
            if one.id not in known and one.kind not in IN_DOUBT and not trial.is_quiet(one):
                later.setdefault(one.id, replace(one, is_foreseen=True))
    return [*asked, *later.values()]


def leads_on(question: Question) -> bool:
    """Whether answers to a question can change what rows say, and so lead to others; days only date them."""
    return not question.latest and bool(choices_of(question))


def choices_of(question: Question) -> list[str]:
    """The answers for all rows to be tried out; rows that are left out change nothing."""
    return [one for one in question.proposals if one not in (ROW_BY_ROW, LEAVE_OUT)]


def trials_of(open_ones: Iterable[Question], answers: Mapping[str, str], try_out: Try) -> Iterator[Tried]:
    """Yields what checks find in which every question has its first answer, then its second, and so on."""
    open_ones = list(open_ones)
    turns = min(max((len(choices_of(one)) for one in open_ones), default=0), MOST_TRIALS)
    for turn in range(turns):
        given: dict[str, str] = {}
        questions: Sequence[Question] = open_ones
        for _ in range(DEPTH):
            new = {one.id: choice(one, turn) for one in questions if one.id not in answers and leads_on(one)}
            if new.keys() <= given.keys():
                break
            given = new | given
            trial = try_out(given)
            questions = trial.questions
            yield trial


def choice(question: Question, turn: int) -> str:
    """The answer that a question gets in one turn, the last one where it has no more."""
    choices = choices_of(question)
    return choices[min(turn, len(choices) - 1)]


def is_settled(question: Question, answers: Mapping[str, str], found: Tried, trials: Sequence[Tried]) -> bool:
    """Whether a question need not be asked, since its rows equal the stored ones whatever is answered."""
    if question.id in answers or question.kind in IN_DOUBT or len(choices_of(question)) > MOST_TRIALS:
        return False
    return all(trial.is_quiet(question) for trial in (found, *trials))
