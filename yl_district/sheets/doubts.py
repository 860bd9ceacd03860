"""Rows that may mean a record already registered: whom or what, and what has been answered about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

# What rows can be in doubt about, which are the questions' ids as well.
SAME_PERSON, SAME_ORGANISATION, SAME_ACTIVITY = "same_person", "same_organisation", "same_activity"
IN_DOUBT = (SAME_PERSON, SAME_ORGANISATION, SAME_ACTIVITY)
# Answers to a doubt; of one row also THE_SAME with the key of the record that is meant, as `same:7`.
THE_SAME, ANOTHER_ONE, ROW_BY_ROW = "same", "new", "each"


@dataclass(frozen=True)
class Candidate:
    """A record that a row may mean, registered or begun by the file; `why` says what agrees, and quotes nothing."""

    record: Model
    why: str

    @property
    def answer(self) -> str:
        """The answer that the row means this record."""
        return answer_meaning(self.record.pk)


@dataclass(frozen=True)
class Doubt:
    """A row's doubt about what it means, the likeliest candidate first, and the answer, empty while it is open."""

    about: str
    candidates: Sequence[Candidate]
    answer: str

    @property
    def meant(self) -> Any:
        """The record that the row is answered to mean, None for another one."""
        return next((one.record for one in self.candidates if one.answer == self.answer), None)

    def as_dict(self) -> dict[str, Any]:
        """The doubt as stored with the row's outcome."""
        found = [[one.record._meta.label, one.record.pk, one.why] for one in self.candidates]
        return {"about": self.about, "candidates": found, "answer": self.answer}


def answer_meaning(key: int | None) -> str:
    """The answer that a row means the record with this key, or the one that the file itself begins."""
    return f"{THE_SAME}:{key}" if key else THE_SAME


def row_answer(about: str, key: str) -> str:
    """The key of the answer of one row, `key` being the number of its sheet and its own, as 1:17."""
    return f"{about}/{key}"


def doubt_of(answers: Mapping[str, str], about: str, key: str, candidates: Sequence[Candidate]) -> Doubt:
    """The Doubt of a row, answered for the row itself, else for all rows.

    Of several candidates none is taken that the row's own answer does not name.
    """
    own = answers.get(row_answer(about, key))
    answer = own or answers.get(about, "")
    if answer == THE_SAME and len(candidates) == 1:
        answer = candidates[0].answer
    elif answer == THE_SAME and not own:
        answer = ""
    known = {ANOTHER_ONE, *(one.answer for one in candidates)}
    return Doubt(about, candidates, answer if answer in known else "")
