"""Rows that may mean a registered record, on an import's pages: what is registered, and the answers given there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..sheets.doubts import ANOTHER_ONE, SAME_PERSON, answer_meaning, row_answer
from ..typing import User
from .check import DOUBTFUL, TAG_LABELS
from .kinds import import_kinds
from .models import ImportBatch
from .outcomes import ShownRow, rows_at
from .questions import DOUBT_WORDS, questions_of

ROW_FIELD = re.compile(r"row-([0-9]{1,9})-([0-9]{1,9})")
UNSEEN, OF_THE_FILE = "一条已登记的记录", "同一文件中前面的一行"
OF_THINGS = "可能是同一个"


@dataclass
class ShownCandidate:
    """A registered record that a row may mean: what the reader may see of it, why it is asked, and the answer."""

    words: str
    address: str
    why: str
    answer: str
    is_meant: bool


@dataclass
class ShownDoubt:
    """A row's doubt with its candidates; `registered`, `same` and `another` are what they are called."""

    candidates: list[ShownCandidate]
    answer: str
    registered: str
    same: str
    another: str

    @property
    def is_another(self) -> bool:
        """Whether the row is answered to mean none of them."""
        return self.answer == ANOTHER_ONE


def add_doubts(user: User, rows: Iterable[ShownRow]) -> None:
    """Adds what is registered to the rows in doubt, as far as the user may see it."""
    rows = [row for row in rows if "doubt" in row.told]
    wanted = {(label, key) for row in rows for label, key, _ in row.told["doubt"]["candidates"] if key}
    described = import_kinds().describe(user, wanted) if wanted else {}
    for row in rows:
        row.doubt = shown_doubt(row.told["doubt"], described)


def shown_doubt(told: Mapping[str, Any], described: Mapping[tuple[str, int], tuple[str, str]]) -> ShownDoubt:
    """The ShownDoubt of what `Doubt.as_dict` returned; `described` is {(label, key): (words, address)}."""
    found = []
    for label, key, why in told["candidates"]:
        words, address = described.get((label, key), (UNSEEN if key else OF_THE_FILE, ""))
        answer = answer_meaning(key)
        found.append(ShownCandidate(words, address, why, answer, answer == told["answer"]))
    return ShownDoubt(found, told["answer"], *DOUBT_WORDS[told["about"]])


def doubt_label(batch: ImportBatch) -> str:
    """The outcome of rows in doubt in words, other ones where none of them is about people."""
    abouts = {one.id for one in questions_of(batch) if one.sheets}
    return OF_THINGS if abouts and SAME_PERSON not in abouts else TAG_LABELS[DOUBTFUL]


def row_answers(batch: ImportBatch, data: Mapping[str, Any]) -> dict[str, str]:
    """{key: answer} of the rows that a form answers; what is no answer to a row's doubt is left out."""
    given: dict[tuple[int, int], str] = {}
    for name in data:
        if match := ROW_FIELD.fullmatch(name):
            given[int(match[1]), int(match[2])] = data[name]
    found: dict[str, str] = {}
    for row in rows_at(batch, given):
        told = row.told.get("doubt")
        answer = given[row.part, row.place]
        if told and answer in {ANOTHER_ONE, *(answer_meaning(key) for _, key, _ in told["candidates"])}:
            found[row_answer(told["about"], f"{row.sheet_number}:{row.number}")] = answer
    return found
