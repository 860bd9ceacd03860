"""Questions of an import: what a check must know and its file does not say, asked once for all rows, and the answers.

A resource yields them from `questions()` after its rows were checked, and reads the answers from `book.answers` while
it checks; so an answer is followed by another check.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from ..sheets.columns import STATE_DAY, Book, SheetRow
from .versions import as_ranges

if TYPE_CHECKING:
    from .models import ImportBatch

# Questions as of `Question.as_dict`, each with its `answer`.
Answers: TypeAlias = Sequence[Mapping[str, Any]]
ANOTHER_DAY = "其他日期"
PLACES_NAMED = 4
UNANSWERED = "没有写入：还有问题没有答复，请先答复后再写入。"


class AnswersRefused(Exception):
    """The answers do not fit the questions; the message says which, and what to do."""


@dataclass(frozen=True)
class Question:
    """One question about a file; `kind` is what it is about, `asked` its words, `found` what the file has instead.

    `rows` are the (sheet, row number) concerned. The answer is a key of `proposals`, {answer: label}, or a day up to
    `latest` where they offer ANOTHER_DAY. `default` holds until it is answered, empty where nothing does; pages insist
    on an answer where it is a `must`, commands only where there is no default. It is stored as plain text, and so
    quotes nothing personal.
    """

    id: str
    kind: str
    asked: str
    found: str
    rows: Sequence[SheetRow]
    proposals: Mapping[str, str]
    default: str = ""
    must: bool = True
    latest: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Question:
        """The Question of what `as_json` returned."""
        runs = [(sheet, range(first, last + 1)) for sheet, ranges in stored["rows"] for first, last in ranges]
        rows = [(sheet, row) for sheet, numbers in runs for row in numbers]
        return cls(**{field.name: stored[field.name] for field in fields(cls)} | {"rows": rows})

    def as_json(self) -> dict[str, Any]:
        """The question as stored with the import, its rows as ranges."""
        numbers: dict[str, list[int]] = {}
        for sheet, row in self.rows:
            numbers.setdefault(sheet, []).append(row)
        return asdict(self) | {"rows": [[sheet, as_ranges(rows)] for sheet, rows in numbers.items()]}

    def as_dict(self) -> dict[str, Any]:
        """The question in the structure of the JSON report; rows of several sheets are [sheet, row]."""
        sheets = list(dict.fromkeys(sheet for sheet, _ in self.rows))
        is_one = len(sheets) == 1
        return {
            "id": self.id,
            "kind": self.kind,
            "sheet": sheets[0] if is_one else None,
            "rows": [row for _, row in self.rows] if is_one else [[sheet, row] for sheet, row in self.rows],
            "found": self.found,
            "proposals": list(self.proposals),
        }

    @property
    def places(self) -> str:
        """The rows in words, the first PLACES_NAMED runs of them."""
        words = []
        for sheet, ranges in self.as_json()["rows"]:
            runs = [f"{first}" if first == last else f"{first}–{last}" for first, last in ranges]
            words += [f"{f'《{sheet}》' if sheet else ''}第 {run} 行" for run in runs]
        return "、".join(words[:PLACES_NAMED]) + ("等" if len(words) > PLACES_NAMED else "")

    def problem(self, answer: object) -> str:
        """Why this is no answer, and what would be; empty where it is one."""
        if isinstance(answer, str) and answer != ANOTHER_DAY and (answer in self.proposals or self._is_day(answer)):
            return ""
        listed = "、".join(one for one in self.proposals if one != ANOTHER_DAY)
        day = f"，或不晚于 {self.latest} 的日期（如 2017-05-04）" if ANOTHER_DAY in self.proposals else ""
        return f"“{str(answer)[:40]}”不是“{self.asked}”的答复，应为以下之一：{listed}{day}。请改正后重试。"

    def _is_day(self, answer: str) -> bool:
        try:
            return ANOTHER_DAY in self.proposals and date.fromisoformat(answer).isoformat() == answer <= self.latest
        except ValueError:
            return False

    def label_of(self, answer: str) -> str:
        """An answer in words."""
        return self.proposals.get(answer, answer)


def day_question(today: date, rows: Iterable[SheetRow], *, proposals: dict[str, str], **said: Any) -> Question:
    """A Question whose answer is a day up to today, which is proposed first and by default."""
    days = {today.isoformat(): f"今天（{today}）"}
    offered = days | proposals | days  # today's label remains where another proposal is the same day
    return Question(rows=list(rows), proposals=offered, default=today.isoformat(), latest=today.isoformat(), **said)


def book_questions(book: Book) -> Iterator[Question]:
    """Yields the questions about all sheets of a book together."""
    if book.state_changes:
        yield day_question(
            book.today,
            book.state_changes,
            id=STATE_DAY,
            kind=STATE_DAY,
            asked="变更的状态自何日起？",
            found=f"{len(book.state_changes)} 行改变了已登记的状态，表中没有写明自何日起",
            proposals={ANOTHER_DAY: ANOTHER_DAY},
            must=False,
        )


def questions_of(batch: ImportBatch) -> list[Question]:
    """The questions that the import's latest check has asked, answered ones included."""
    return [Question.from_json(stored) for stored in batch.questions]


def left_open(batch: ImportBatch) -> list[Question]:
    """The questions that keep the import from being committed."""
    return [one for one in questions_of(batch) if one.id not in batch.answers and (one.must or not one.default)]


def answers_in_words(batch: ImportBatch) -> list[tuple[str, str]]:
    """(question, answer) in words for the questions of the import that are answered."""
    return [(one.asked, one.label_of(batch.answers[one.id])) for one in questions_of(batch) if one.id in batch.answers]


def question_dicts(batch: ImportBatch) -> list[dict[str, Any]]:
    """The questions of the import in the structure of the JSON report, each with its answer where it has one."""
    given = batch.answers
    return [one.as_dict() | ({"answer": given[one.id]} if one.id in given else {}) for one in questions_of(batch)]


def assume_defaults(batch: ImportBatch) -> list[str]:
    """Answers what is open by its default, which the check has applied; returns warnings that say so."""
    assumed = [one for one in questions_of(batch) if one.id not in batch.answers and one.default]
    batch.answers |= {one.id: one.default for one in assumed}
    return [f"{one.found}；没有答复“{one.asked}”，按“{one.label_of(one.default)}”处理。" for one in assumed]


def read_answers(text: str) -> list[dict[str, Any]]:
    """The questions with answers of a JSON report or of its list of questions; raises AnswersRefused."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise AnswersRefused(f"答复文件不是 JSON（{error}），请改正后重试。") from None
    questions = found.get("questions") if isinstance(found, dict) else found
    if isinstance(questions, list) and all(isinstance(one, dict) and "id" in one for one in questions):
        return questions
    expected = "答复文件应为核对结果中的 questions，每个问题补上 answer"
    raise AnswersRefused(f"{expected}。请用 --check --json 取得后重试。")


def take_answers(batch: ImportBatch, given: Answers) -> None:
    """Stores the answers to the import's questions; raises AnswersRefused, and stores none, where one does not fit."""
    asked = {one.id: one for one in questions_of(batch)}
    answered = [one for one in given if one.get("answer") is not None]
    if problems := list(filter(None, (misfit(asked, one) for one in answered))):
        raise AnswersRefused("\n".join(problems))
    batch.answers |= {one["id"]: one["answer"] for one in answered}
    batch.save(update_fields=["answers"])


def misfit(asked: Mapping[str, Question], given: Mapping[str, Any]) -> str:
    """Why a question with its answer fits none of those asked, {id: Question}; empty where it does."""
    question = asked.get(given["id"]) if isinstance(given["id"], str) else None
    if question is None:
        return f"没有编号为“{given['id']}”的问题，这份文件的问题是：{'、'.join(asked) or '没有'}。请核对答复文件。"
    if given.get("kind", question.kind) != question.kind:
        return f"问题“{question.id}”的种类应为“{question.kind}”，现为“{given['kind']}”。请核对答复文件。"
    return question.problem(given["answer"])
