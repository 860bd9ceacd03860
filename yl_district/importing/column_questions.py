"""Questions of commands about required columns that a file lacks: which value do all its rows have?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..sheets.cells import DayWidget, MonthWidget
from ..sheets.columns import Column
from .fixed_values import fixable_columns, problem_with, stated_cell
from .models import ImportBatch
from .outcomes import known_names
from .proposal import MappingProposal, missing_columns
from .questions import ANOTHER_DAY, Answers, AnswersRefused, Question, misfit

COLUMN = "column"  # kind of these questions, and how their ids begin


def ask_columns(batch: ImportBatch, proposal: MappingProposal, answers: Answers, today: date) -> Answers:
    """Asks about the missing columns of an import that is not checked yet; returns the answers to other questions.

    What is answered fills the column. Raises AnswersRefused where an answer fits none of the questions.
    """
    asked = {one.id: one for one in column_questions(proposal, today)}
    own = [one for one in answers if str(one["id"]).startswith(f"{COLUMN}-") and one.get("answer") is not None]
    if problems := list(filter(None, (misfit(asked, one) for one in own))):
        raise AnswersRefused("\n".join(problems))
    items = {one.id: item for one, item in zip(asked.values(), fillable(proposal), strict=True)}
    for one in own:
        state_for_all(proposal, items[one["id"]], one["answer"])
    proposal.missing = missing_columns(proposal.mapping)
    batch.questions = [one.as_json() for one in asked.values()]
    batch.mapping = proposal.mapping.to_json()
    batch.save(update_fields=["questions", "mapping"])
    return [one for one in answers if one not in own]


def fillable(proposal: MappingProposal) -> Iterator[Column]:
    """Yields the missing columns that one of a few values can fill, or a day."""
    kinds = {sheet.number: sheet.kind for sheet in proposal.mapping.sheets}
    seen = set()
    for number, _, name in proposal.missing:
        item = next((one for one in fixable_columns(kinds[number], "") if one.column_name == name), None)
        if item and name not in seen and (known_names(item, proposal.committee) or is_day(item)):
            seen.add(name)
            yield item


def is_day(item: Column) -> bool:
    """Whether the column holds days."""
    return isinstance(item.widget, DayWidget) and not isinstance(item.widget, MonthWidget)


def column_questions(proposal: MappingProposal, today: date) -> Iterator[Question]:
    """Yields a question for each of these columns."""
    for item in fillable(proposal):
        name = item.column_name
        sheets = dict.fromkeys(f"《{sheet}》" for _, sheet, column in proposal.missing if column == name and sheet)
        choices = {choice: choice for choice in known_names(item, proposal.committee).values()}
        yield Question(
            id=f"{COLUMN}-{name}",
            kind=COLUMN,
            asked=f"表中没有“{name}”这一列，整份文件统一为什么？",
            found=f"{'、'.join(sheets) or '表'}缺少必需的列“{name}”",
            rows=[],
            proposals={ANOTHER_DAY: ANOTHER_DAY} if is_day(item) else choices,
            latest=today.isoformat() if is_day(item) else "",
        )


def state_for_all(proposal: MappingProposal, item: Column, text: str) -> None:
    """States a value for all rows of the sheets without the column; raises AnswersRefused for one it does not take."""
    if problem := problem_with(item, text, proposal.committee):
        raise AnswersRefused(problem)
    for sheet in proposal.mapping.sheets:
        if sheet.is_taken and item.column_name not in sheet.stated:
            sheet.fixed[item.column_name] = stated_cell(item, text, proposal.committee)
