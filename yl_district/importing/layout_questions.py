"""What the layout of a file's tables leaves open, asked once, and what was recognised of it, told with its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ..recognition.dittos import AS_ABOVE, AS_BLANK, DITTO
from ..recognition.later_headings import ABOVE, LEAVE_OUT, READ
from ..recognition.mapping import (
    AS_OTHERS,
    BLOCK,
    DEFAULTS,
    HIDDEN_COLUMNS,
    HIDDEN_ROWS,
    HIDDEN_SHEETS,
    NOTED,
    OTHER_BLOCKS,
    OTHER_ORDER,
    STATE_DAY_ASKED,
    STATE_IN_TITLE,
    STATE_SINCE,
    STRUCK_ROWS,
    TAKE_IN,
    TWINS,
    UNCLEAR_HEADINGS,
    Remark,
    headings_question,
    title_question,
)
from ..recognition.twin_columns import twin_answer, twin_question
from ..sheets.cells import text_key
from ..sheets.resource import SheetResource
from ..spreadsheets.workbooks import column_letters
from .kinds import sheet_kinds, vocabulary_of
from .models import ImportBatch
from .outcomes import known_names
from .questions import ANOTHER_DAY, Question, day_question
from .versions import as_ranges

# Row numbers by Remark, as a MappedReader collects them.
Remarks = Mapping[Remark, list[int]]
MARKS_ASKED = {
    HIDDEN_SHEETS: ("在隐藏的工作表中", "隐藏的工作表是否导入？"),
    HIDDEN_ROWS: ("是隐藏的", "隐藏的行是否导入？"),
    HIDDEN_COLUMNS: ("在隐藏的列中有内容", "隐藏的列（{}）是否导入？"),
    OTHER_BLOCKS: ("在并排的另一块表中，它的标题与左边的不同", "并排的另一块表是否也导入？"),
    STRUCK_ROWS: ("整行划了删除线", "划了删除线的行是否导入？"),
}
HEADINGS = "headings"
FILTERED_ROWS = ("被筛选掉了，没有显示", "被筛选掉的行是否导入？")
BELOW_HEADINGS = {
    READ: "按这一行标题读取，认不出的列不导入",
    ABOVE: "仍按上方的标题读取",
    LEAVE_OUT: "不导入以下各行",
}


def layout_questions(batch: ImportBatch, remarks: Remarks, today: date) -> Iterator[Question]:
    """Yields the questions that follow from the remarks of a reader which has read the whole file."""
    names = {sheet["number"]: sheet["name"] for sheet in batch.sheets}
    yield from headings_questions(names, remarks)
    yield from title_questions(batch, names, remarks)
    filtered = {sheet["number"] for sheet in batch.sheets if sheet.get("marks", {}).get("is_filtered")}
    yield from mark_questions(names, remarks, filtered)
    yield from twin_questions(names, remarks)
    yield from ditto_questions(names, remarks)
    if since := [(names[one.sheet], row) for one, rows in remarks.items() if one.what == STATE_SINCE for row in rows]:
        yield day_question(
            today,
            since,
            id=STATE_DAY_ASKED,
            kind=STATE_DAY_ASKED,
            asked="这些行的状态自何日起？",
            found=f"{len(since)} 行的状态取自分段或工作表的标题，表中没有写明自何日起",
            proposals={ANOTHER_DAY: ANOTHER_DAY},
            is_assumed=False,
        )


def headings_questions(names: Mapping[int, str], remarks: Remarks) -> Iterator[Question]:
    """Yields a question for each row of headings that are not all known."""
    for (sheet, what, about), rows in remarks.items():
        if what == UNCLEAR_HEADINGS:
            for row in rows:
                yield Question(
                    id=headings_question(sheet, row),
                    kind=HEADINGS,
                    asked=f"{at(names[sheet], row)}是另一行标题，它下面的各行怎样读取？",
                    found=f"这一行的标题与上方不同，其中认不出或缺少“{'”“'.join(about)}”",
                    rows=[(names[sheet], row)],
                    proposals=BELOW_HEADINGS,
                )


def mark_questions(names: Mapping[int, str], remarks: Remarks, filtered: set[int]) -> Iterator[Question]:
    """Yields a question for all rows of a kind that are out of sight or struck through.

    `filtered` are the numbers of sheets whose rows are hidden by a filter.
    """
    for mark, (words, asked) in MARKS_ASKED.items():
        found = [(one, row) for one, rows in remarks.items() if one.what == mark for row in rows]
        if found:
            is_filtered = mark == HIDDEN_ROWS and filtered.issuperset(one.sheet for one, _ in found)
            said, question = FILTERED_ROWS if is_filtered else (words, asked)
            rows = list(dict.fromkeys((names[one.sheet], row) for one, row in found))
            columns = "、".join(dict.fromkeys(column for one, _ in found for column in one.about))
            order = [LEAVE_OUT, TAKE_IN] if mark in DEFAULTS else [TAKE_IN, LEAVE_OUT]
            yield Question(
                id=mark,
                kind=mark,
                asked=question.format(columns),
                found=f"{len(rows)} 行{said}",
                rows=rows,
                proposals={answer: answer for answer in order},
                default=DEFAULTS.get(mark, ""),
            )


def ditto_questions(names: Mapping[int, str], remarks: Remarks) -> Iterator[Question]:
    """Yields the question about all cells that say “as above”."""
    if found := [(names[one.sheet], row) for one, rows in remarks.items() if one.what == DITTO for row in rows]:
        yield Question(
            id=DITTO,
            kind=DITTO,
            asked="“〃”“同上”等单元格怎样读取？",
            found=f"{len(found)} 行有写“〃”“同上”等的单元格",
            rows=found,
            proposals={AS_ABOVE: AS_ABOVE, AS_BLANK: AS_BLANK},
            default=AS_ABOVE,
        )


def twin_questions(names: Mapping[int, str], remarks: Remarks) -> Iterator[Question]:
    """Yields a question for each column whose heading is there several times with different values."""
    found: dict[str, tuple[Sequence[int], list[tuple[str, int]]]] = {}
    for (sheet, what, about), rows in remarks.items():
        if what == TWINS:
            found.setdefault(about[0], (about[1:], []))[1].extend((names[sheet], row) for row in rows)
    for column, (places, told) in found.items():
        answers = {twin_answer(number): f"{column_letters(place)} 列" for number, place in enumerate(places)}
        yield Question(
            id=twin_question(column),
            kind=TWINS,
            asked=f"“{column}”有 {len(places)} 列，以哪一列为准？",
            found=f"{len(told)} 行的几列“{column}”内容不同",
            rows=told,
            proposals={answer: f"{answer}（{words}）" for answer, words in answers.items()},
        )


def title_questions(batch: ImportBatch, names: Mapping[int, str], remarks: Remarks) -> Iterator[Question]:
    """Yields a question for each title, of a section or a sheet, that names a state."""
    found: dict[str, tuple[Sequence[str], str, list[tuple[str, int]]]] = {}
    kinds = sheet_kinds(batch)
    for (sheet, what, about), rows in remarks.items():
        if what == STATE_IN_TITLE and not is_group(batch, kinds[sheet].resource, about[0]):
            column = vocabulary_of(kinds[sheet].key).states.column
            found.setdefault(about[0], (about[1:], column, []))[2].extend((names[sheet], row) for row in rows)
    for title, (labels, column, told) in found.items():
        fills = {label: f"{column} {label}" for label in labels if label}
        yield Question(
            id=title_question(title),
            kind="section",
            asked=f"《{title}》的 {len(told)} 行是什么？",
            found=f"标题“{title}”像是说明了这些行的{column}，各行自己没有写",
            rows=told,
            proposals={**fills, AS_OTHERS: "与其他行相同", LEAVE_OUT: "不导入这些行"},
        )


def is_group(batch: ImportBatch, resource: type[SheetResource], title: str) -> bool:
    """Whether a title is the name of one of the groups, such as branches, to which the kind's rows belong."""
    item = next((item for item in resource.columns if item.column_name == resource.group), None)
    return text_key(title) in known_names(item, batch.organisation)


def at(sheet: str, row: object) -> str:
    """A row in words."""
    return f"{f'《{sheet}》' if sheet else ''}第 {row} 行"


def with_remarks(sheets: list[dict[str, Any]], remarks: Remarks) -> list[dict[str, Any]]:
    """The sheets of an import with what was recognised in them without a question, as {what, said, rows as ranges}."""
    noticed: dict[int, list[dict[str, Any]]] = {}
    for (sheet, what, about), rows in remarks.items():
        if said := remark_in_words(what, about):
            noticed.setdefault(sheet, []).append({"what": what, "said": said, "rows": as_ranges(rows)})
    remarkable = {remark.sheet for remark in remarks}
    return [
        sheet | {"noticed": noticed.get(sheet["number"], []), "is_remarkable": sheet["number"] in remarkable}
        for sheet in sheets
    ]


def remark_in_words(what: str, about: tuple[str, ...]) -> str:
    """A remark in words; empty where a question tells it."""
    if what == OTHER_ORDER:
        return f"标题各列的顺序与上方不同，以下各行按这一行的标题读取（{'、'.join(about)}）"
    if what == BLOCK:
        return f"并排的几块表都已读取，这些行在 {about[0]} 列"
    if what == NOTED:
        return f"签名或备注栏写明的{about[0]}为“{about[1]}”，照此登记"
    return ""


def noticed_dicts(batch: ImportBatch) -> list[dict[str, Any]]:
    """What the latest check has noticed, in the structure of the JSON report."""
    return [
        {"sheet": sheet["name"], "what": one["what"], "said": one["said"], "rows": rows_in(one["rows"])}
        for sheet in batch.sheets
        for one in sheet.get("noticed", ())
    ]


def noticed_in_words(batch: ImportBatch) -> list[str]:
    """What the latest check has noticed, each in a sentence with its rows."""
    sentences = []
    for sheet in batch.sheets:
        for one in sheet.get("noticed", ()):
            runs = [f"{first}" if first == last else f"{first}–{last}" for first, last in one["rows"]]
            sentences.append(f"{at(sheet['name'], '、'.join(runs))}：{one['said']}。")
    return sentences


def rows_in(ranges: list[list[int]]) -> list[int]:
    """The row numbers of stored ranges."""
    return [row for first, last in ranges for row in range(first, last + 1)]
