"""Imports from the command line: the findings of a check, and a whole import in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from ..recognition.headings import shown_heading
from ..sheets import cells
from ..sheets.doubts import IN_DOUBT, answer_meaning
from ..sheets.problems import Problem
from ..typing import User
from .check import ASIDE, DOUBTFUL, PENDING, TAG_KEYS
from .column_questions import ask_columns, column_questions, state_for_all
from .kinds import ImportKind, LedgerKind
from .layout_questions import noticed_dicts
from .models import ImportBatch
from .proposal import MappingProposal, missing_columns
from .questions import (
    UNANSWERED,
    Answers,
    AnswersRefused,
    assume_defaults,
    left_open,
    question_dicts,
    questions_of,
    shown_questions,
    take_answers,
)
from .steps import open_import, run_check, run_commit
from .told_problems import ToldProblems

ABOVE_HEADINGS = "标题上方的行"
TRIES = 3
ASK = "ask"  # rows in doubt are not written


class Findings:
    """The check's findings for output by commands; of many problems the first, and the others by kind and number."""

    def __init__(self, batch: ImportBatch, proposal: MappingProposal) -> None:
        self.batch, self.proposal = batch, proposal
        self.errors: list[Problem] = []
        self.changes: list[dict[str, Any]] = []
        self.aside: list[dict[str, Any]] = []
        self.doubts: list[dict[str, Any]] = []
        self.pending: list[Problem] = []
        self.told, self.told_pending = ToldProblems(), ToldProblems()
        self.said, self.is_written = "", False
        # Tables side by side lack their columns together.
        for sheet, column in dict.fromkeys((sheet, column) for _, sheet, column in proposal.missing):
            remedy = "请补上这一列、把标题改为这一名称，或答复它统一为什么；写在工作表名称或分段行中时，请在网页上导入"
            self.errors.append(Problem(sheet, None, column, cells.quoted_cell(None), f"必需的列“{column}”", remedy))

    def read(self) -> list[Problem]:
        """Loads errors and changes from the outcomes of all rows; returns the errors."""
        self.errors, self.changes, self.aside, self.doubts, self.pending = [], [], [], [], []
        self.told, self.told_pending = ToldProblems(), ToldProblems()
        names = {sheet["number"]: sheet["name"] for sheet in self.batch.sheets}
        for part in self.batch.in_parts():
            told_at = part.told
            for place, tag in enumerate(part.tags):
                told = told_at.get(place, {})
                if tag == ASIDE:
                    kind = told.get("aside", ABOVE_HEADINGS)
                    self.aside.append({"sheet": names[part.sheet], "row": part.first_row + place + 1, "kind": kind})
                self.told.take(self.errors, told.get("problems", ()))
                self.told_pending.take(self.pending, told.get("pending", ()))
                at = {"sheet": names[part.sheet], "row": part.first_row + place + 1}
                self.doubts += [at | doubt_dict(told["doubt"])] if "doubt" in told else []
                self.changes += [
                    at | {"column": heading, "old": old, "new": new} for heading, old, new in told.get("changes", ())
                ]
        return self.errors

    @property
    def unknown(self) -> list[tuple[str, str]]:
        """The headings not recognised, as (sheet's name, heading)."""
        names = {sheet["number"]: sheet["name"] for sheet in self.batch.sheets}
        return [
            (names[number], shown_heading(one.heading, one.place))
            for number, found in self.proposal.recognised.items()
            for one in found
            if one.how in ("unknown", "ambiguous")
        ]

    @property
    def doubtful(self) -> int:
        """The number of rows that may be registered already and wait for an answer."""
        return self.batch.counts.get(DOUBTFUL, 0)

    def as_dict(self) -> dict[str, Any]:
        """The findings in the structure of the JSON report."""
        counts = self.batch.counts
        return {
            "kind": self.batch.kind,
            "file": self.batch.file_name,
            "written": self.is_written,
            "counts": {name: counts.get(tag, 0) for tag, name in TAG_KEYS.items()} | {PENDING: counts.get(PENDING, 0)},
            "unknown": [{"sheet": sheet, "column": heading} for sheet, heading in self.unknown],
            "warnings": self.batch.warnings,
            "questions": question_dicts(self.batch),
            "noticed": noticed_dicts(self.batch),
            "aside": self.aside,
            "errors": [problem.as_dict() for problem in self.errors],
            "further_errors": self.told.as_list(),
            "changes": self.changes,
            "doubts": self.doubts,
            "pending": [problem.as_dict() for problem in self.pending],
            "further_pending": self.told_pending.as_list(),
        }


def doubt_dict(told: Mapping[str, Any]) -> dict[str, Any]:
    """A row's doubt in the structure of the JSON report: each candidate with the answer that means it."""
    candidates = [{"answer": answer_meaning(key), "why": why} for _, key, why in told["candidates"]]
    return {"kind": told["about"], "candidates": candidates, "answer": told["answer"] or None}


def take_in_rows(
    kind: ImportKind | LedgerKind,
    data: bytes,
    file_name: str,
    *,
    check: bool = False,
    only_right: bool = False,
    user: User | None = None,
    answers: Answers = (),
    doubtful: str = ASK,
) -> Findings:
    """Opens, checks and (without `check`) commits a file in one call; returns the Findings.

    Missing columns, or any wrong row unless `only_right`, prevent the commit; then, and after a mere check, the import
    is deleted. `doubtful` is what rows mean that may be registered already, as of `run_through`. Raises
    UnreadableWorkbook, and AnswersRefused where `answers`, as of `read_answers`, do not fit.
    """
    batch, proposal = open_import(kind, data, file_name, user)
    try:
        rest = ask_columns(batch, proposal, answers, timezone.localdate()) if proposal.missing else answers
    except AnswersRefused:
        batch.delete()
        raise
    found = Findings(batch, proposal)
    options: dict[str, Any] = {"check": check, "only_right": only_right, "answers": rest, "doubtful": doubtful}
    try:
        found.is_written = not proposal.missing and run_through(batch, found.read, **options)
    except AnswersRefused:
        batch.delete()
        raise
    if proposal.missing:
        foresee(batch, proposal, timezone.localdate())
    if not found.is_written:
        found.said = batch.said
        batch.delete()
    return found


def foresee(batch: ImportBatch, proposal: MappingProposal, today: date) -> None:
    """Adds to the questions about missing columns what a check with any answers to them would ask.

    The import is not to be written; its results remain as they were.
    """
    known, kept = questions_of(batch), {name: getattr(batch, name) for name in ("counts", "warnings", "sheets")}
    for kind, item, question in list(column_questions(batch, proposal, today)):
        state_for_all(proposal, kind, item, question.latest or next(iter(question.proposals)))
    if missing_columns(proposal.mapping):
        return
    batch.mapping = proposal.mapping.to_json()
    batch.save(update_fields=["mapping"])
    run_check(batch, today=today)
    later = [replace(one, is_foreseen=True) for one in shown_questions(batch) if one.kind not in IN_DOUBT]
    batch.questions = [one.as_json() for one in (*known, *later)]
    for name, value in kept.items():
        setattr(batch, name, value)


def run_through(
    batch: ImportBatch,
    read: Callable[[], Sequence[Problem]],
    *,
    today: date | None = None,
    check: bool = False,
    only_right: bool = False,
    answers: Answers = (),
    doubtful: str = ASK,
) -> bool:
    """Checks an opened import, as of `today`, and commits it unless `check`; returns whether it was committed.

    `read` loads the results of each check and returns the errors, which prevent the commit unless `only_right`. Where
    others changed records meanwhile, the import is checked again. What `answers` leave open is answered by default, and
    said as a warning, unless it is only checked; raises AnswersRefused where they do not fit. Unless it is ASK,
    `doubtful` answers for all rows that may be registered already, but for those that `answers` answer.
    """
    assumed: list[str] = []
    batch.answers |= dict.fromkeys(IN_DOUBT, doubtful) if doubtful != ASK else {}
    while answers := [one for one in answers if one.get("answer") is not None]:
        run_check(batch, today=today)
        # Some questions follow only from the answers to others.
        asked = [one.id for one in questions_of(batch)]
        fitting = [one for one in answers if one["id"] in asked]
        answers = [one for one in answers if one["id"] not in asked]
        if not fitting:  # what was foreseen and is not asked does not matter
            answers = fitting = [one for one in answers if not one.get("foreseen")]
        take_answers(batch, fitting)
    for _ in range(TRIES):
        run_check(batch, today=today)
        if not check:
            assumed += assume_defaults(batch)
            batch.warnings = [*batch.warnings, *assumed]
            batch.save(update_fields=["answers", "warnings"])
        errors = read()
        if not check and left_open(batch):
            batch.said = UNANSWERED
            break
        if check or (errors and not only_right) or run_commit(batch, only_right=only_right):
            break
    return batch.state == ImportBatch.State.COMMITTED
