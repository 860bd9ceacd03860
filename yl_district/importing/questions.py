"""Questions of an import: what a check must know and its file does not say, asked once for all rows, and the answers.

A resource yields them from `questions()` after its rows were checked, and reads the answers from `book.answers` while
it checks; so an answer is followed by another check.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from ..sheets.code_lists import CODES_ASKED, NOT_TAKEN
from ..sheets.columns import ADD, ADDITIONS, LEAVE, STATE_DAY, Book, SheetRow
from ..sheets.doubts import (
    ANOTHER_ONE,
    ROW_BY_ROW,
    SAME_ACTIVITY,
    SAME_ORGANISATION,
    SAME_PERSON,
    THE_SAME,
    row_answer,
)
from .versions import as_ranges

if TYPE_CHECKING:
    from .models import ImportBatch

# Questions as of `Question.as_dict`, each with its `answer`.
Answers: TypeAlias = Sequence[Mapping[str, Any]]
ANOTHER_DAY = "其他日期"
PLACES_NAMED = 4
SEVERAL_FIT = "行可能的不止一个，“都是”不能替您选定，须逐行指明是哪一个"
ADOPTED = "adopted"  # key beside answers that are those of an earlier import of the same file, with its day
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

    A question whose rows can be answered each for itself has the numbers of its `sheets` by name; `waiting` is how many
    of its rows neither such an answer nor the one for all has settled.

    One that `is_foreseen` follows from certain answers to others; one that `is_settled` is not asked, as its rows come
    out the same whatever is answered, and takes an answer nevertheless.
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
    sheets: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    is_foreseen: bool = False
    is_settled: bool = False

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Question:
        """The Question of what `as_json` returned."""
        runs = [(sheet, range(first, last + 1)) for sheet, ranges in stored["rows"] for first, last in ranges]
        rows = [(sheet, row) for sheet, numbers in runs for row in numbers]
        known = {one.name: stored[one.name] for one in fields(cls) if one.name in stored}
        return cls(**known | {"rows": rows, "proposals": dict(stored["proposals"])})

    def as_json(self) -> dict[str, Any]:
        """The question as stored with the import: rows as ranges, proposals as pairs, since databases reorder keys."""
        numbers: dict[str, list[int]] = {}
        for sheet, row in self.rows:
            numbers.setdefault(sheet, []).append(row)
        ranges = [[sheet, as_ranges(rows)] for sheet, rows in numbers.items()]
        return asdict(self) | {"rows": ranges, "proposals": [list(pair) for pair in self.proposals.items()]}

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
            **({"foreseen": True} if self.is_foreseen else {}),
        }

    @property
    def places(self) -> str:
        """The rows in words, the first PLACES_NAMED runs of them."""
        words = []
        for sheet, ranges in self.as_json()["rows"]:
            runs = [f"{first}" if first == last else f"{first}–{last}" for first, last in ranges]
            words += [f"{f'《{sheet}》' if sheet else ''}第 {run} 行" for run in runs]
        return "、".join(words[:PLACES_NAMED]) + ("等" if len(words) > PLACES_NAMED else "")

    def is_open(self, answers: Mapping[str, str]) -> bool:
        """Whether the question keeps the import from being committed."""
        if self.is_foreseen or self.is_settled:
            return False
        if self.sheets:
            return self.waiting > 0
        return self.id not in answers and (self.must or not self.default)

    def of_rows(self, given: Mapping[str, str]) -> dict[str, str]:
        """{key: answer} of the answers, {row: answer}, to rows of the question."""
        keys = {self.row_name(*row): f"{self.sheets[row[0]]}:{row[1]}" for row in self.rows}
        return {row_answer(self.id, keys[row]): answer for row, answer in given.items()}

    def row_name(self, sheet: str, row: int) -> str:
        """A row as answers to the JSON report name it: its number, after its sheet where there are several."""
        return str(row) if len({sheet for sheet, _ in self.rows}) == 1 else f"{sheet}!{row}"

    def row_problem(self, given: Mapping[str, Any]) -> str:
        """Why these are no answers, {row: answer}, to rows of the question; empty where they are."""
        known = {self.row_name(*row) for row in self.rows} if self.sheets else set()
        for row, answer in given.items():
            if row not in known:
                return f"“{row[:40]}”不是“{self.asked}”问到的行，应为其中之一：{self.places}。请改正后重试。"
            if not is_row_answer(answer):
                expected = f"{THE_SAME}、{ANOTHER_ONE}，或某一个已登记的记录，如 {THE_SAME}:7"
                return f"“{str(answer)[:40]}”不是第 {row} 行的答复，应为 {expected}。请改正后重试。"
        return ""

    def problem(self, answer: object) -> str:
        """Why this is no answer, and what would be; empty where it is one."""
        if isinstance(answer, dict):
            return self.row_problem(answer)
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


def day_question(
    today: date, rows: Iterable[SheetRow], *, proposals: dict[str, str], is_assumed: bool = True, **said: Any
) -> Question:
    """A Question whose answer is a day up to today, which is proposed first, and by default where it `is_assumed`."""
    days = {today.isoformat(): f"今天（{today}）"}
    offered = days | proposals | days  # today's label remains where another proposal is the same day
    default = today.isoformat() if is_assumed else ""
    return Question(rows=list(rows), proposals=offered, default=default, latest=today.isoformat(), **said)


# {what rows are in doubt about: (a registered record, the one that it is asked to be, another one)} in words.
DOUBT_WORDS = {
    SAME_PERSON: ("已登记的人", "同一人", "另一人"),
    SAME_ORGANISATION: ("已有的单位", "同一个", "另一个"),
    SAME_ACTIVITY: ("已有的活动", "同一个", "另一个"),
}


def is_row_answer(answer: object) -> bool:
    """Whether an answer can be that of one row in doubt."""
    kind, _, key = str(answer).partition(":")
    return answer in (THE_SAME, ANOTHER_ONE) or (kind == THE_SAME and key.isdecimal())


def doubt_questions(book: Book) -> Iterator[Question]:
    """Yields a question about all rows of a book that are in doubt about the same kind of records."""
    for about, rows in book.doubts.items():
        record, same, another = DOUBT_WORDS[about]
        sheets = {sheet: int(key.partition(":")[0]) for (sheet, _), (key, _) in rows.items()}
        several = sum(len(doubt.candidates) > 1 for _, doubt in rows.values())
        yield Question(
            id=about,
            kind=about,
            asked=f"这些行是不是{record}？",
            found=f"{len(rows)} 行可能是{record}" + (f"，其中 {several} {SEVERAL_FIT}" if several else ""),
            rows=sorted(rows),
            proposals={
                THE_SAME: f"都是{same}（按变更处理）",
                ANOTHER_ONE: f"都是{another}（按新增处理）",
                ROW_BY_ROW: "逐行答复",
            },
            sheets=sheets,
            waiting=sum(not doubt.answer for _, doubt in rows.values()),
        )


def book_questions(book: Book) -> Iterator[Question]:
    """Yields the questions about all sheets of a book together."""
    yield from doubt_questions(book)
    if book.additions:
        yield Question(
            id=ADDITIONS,
            kind=ADDITIONS,
            asked="重复的行补上它们多写的内容吗？",
            found=f"{len(book.additions)} 行与同一文件中前面的行是同一条记录，多写了前面没有的内容",
            rows=list(book.additions),
            proposals={ADD: "补上多写的内容", LEAVE: "不采用这些行"},
            default=LEAVE,
            must=False,
        )
    for codes, coded in book.coded.values():
        if not any(coded.values()):
            yield Question(
                id=codes.question,
                kind=CODES_ASKED,
                asked=codes.asked,
                found=f"{len(coded)} 行的{codes.heading}写成数字{codes.beside}",
                rows=list(coded),
                proposals={codes.usual: codes.usual, NOT_TAKEN: NOT_TAKEN},
                default=codes.usual,
            )
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


def with_row_answers(former: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The answers of an import after others were given to single rows; their questions count as answered so."""
    kept = {key: one for key, one in former.items() if key != ADOPTED}
    return {key.partition("/")[0]: ROW_BY_ROW for key in given} | kept | dict(given)


def questions_of(batch: ImportBatch) -> list[Question]:
    """The questions that the import's latest check has asked, answered ones included."""
    return [Question.from_json(stored) for stored in batch.questions]


def shown_questions(batch: ImportBatch) -> list[Question]:
    """Those of the import's questions that are asked."""
    return [one for one in questions_of(batch) if not one.is_settled]


def left_open(batch: ImportBatch) -> list[Question]:
    """The questions that keep the import from being committed."""
    return [one for one in questions_of(batch) if one.is_open(batch.answers)]


def answers_in_words(batch: ImportBatch) -> list[tuple[str, str]]:
    """(question, answer) in words for the questions of the import that are answered."""
    found = []
    for one in questions_of(batch):
        if said := "，".join(answer_words(one, batch.answers)):
            found.append((one.asked, said))
    return found


def answer_words(question: Question, answers: Mapping[str, str]) -> Iterator[str]:
    """Yields the answer to a question in words, and how many of its rows were answered each for itself."""
    given = answers.get(question.id, "")
    if given and given != ROW_BY_ROW:
        yield question.label_of(given)
    own = Counter(
        said.partition(":")[0] for key, said in answers.items() if key.startswith(row_answer(question.id, ""))
    )
    _, same, another = DOUBT_WORDS.get(question.id, ("", "", ""))
    yield from (f"{own[kind]} 行是{words}" for kind, words in ((THE_SAME, same), (ANOTHER_ONE, another)) if own[kind])


def answered_anew(former: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The answers of an import after others were given; a new one for all rows takes the place of those of each row."""
    changed = [one for one in given if given[one] != former.get(one) and given[one] != ROW_BY_ROW]
    kept = {key: one for key, one in former.items() if key.partition("/")[0] not in (*changed, ADOPTED)}
    return kept | dict(given)


def question_dicts(batch: ImportBatch) -> list[dict[str, Any]]:
    """The questions of the import in the structure of the JSON report, each with its answer where it has one."""
    given = batch.answers
    return [one.as_dict() | ({"answer": given[one.id]} if one.id in given else {}) for one in shown_questions(batch)]


def assume_defaults(batch: ImportBatch) -> list[str]:
    """Answers what is open by its default, which the check has applied; returns warnings that say so."""
    asked = [one for one in shown_questions(batch) if not one.is_foreseen]
    assumed = [one for one in asked if one.id not in batch.answers and one.default]
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
    for one in answered:
        question, answer = asked[one["id"]], one["answer"]
        if isinstance(answer, dict):
            batch.answers = with_row_answers(batch.answers, question.of_rows(answer))
        else:
            batch.answers = answered_anew(batch.answers, {question.id: answer})
    batch.save(update_fields=["answers"])


def misfit(asked: Mapping[str, Question], given: Mapping[str, Any]) -> str:
    """Why a question with its answer fits none of those asked, {id: Question}; empty where it does."""
    question = asked.get(given["id"]) if isinstance(given["id"], str) else None
    if question is None:
        return f"没有编号为“{given['id']}”的问题，这份文件的问题是：{'、'.join(asked) or '没有'}。请核对答复文件。"
    if given.get("kind", question.kind) != question.kind:
        return f"问题“{question.id}”的种类应为“{question.kind}”，现为“{given['kind']}”。请核对答复文件。"
    return question.problem(given["answer"])
