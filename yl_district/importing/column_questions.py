"""Questions of commands about required columns that a file lacks: which value do all its rows have?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..sheets.columns import Column
from ..sheets.date_widgets import DayWidget, MonthWidget
from .fixed_values import fixable_columns, problem_with, stated_cell
from .kinds import import_kinds
from .models import LEDGER, ImportBatch
from .outcomes import known_names
from .proposal import MappingProposal, missing_columns
from .questions import ANOTHER_DAY, Answers, AnswersRefused, Question, misfit

COLUMN = "column"  # kind of these questions, and how their ids begin


def ask_columns(batch: ImportBatch, proposal: MappingProposal, answers: Answers, today: date) -> Answers:
    """Asks about the missing columns of an import that is not checked yet; returns the answers to other questions.

    What is answered fills the column. Raises AnswersRefused where an answer fits none of the questions.
    """
    found = {question.id: (kind, item, question) for kind, item, question in column_questions(batch, proposal, today)}
    asked = {key: question for key, (*_, question) in found.items()}
    own = [one for one in answers if str(one["id"]).startswith(f"{COLUMN}-") and one.get("answer") is not None]
    if problems := list(filter(None, (misfit(asked, one) for one in own))):
        raise AnswersRefused("\n".join(problems))
    for one in own:
        kind, item, _ = found[one["id"]]
        state_for_all(proposal, kind, item, one["answer"])
    proposal.missing = missing_columns(proposal.mapping)
    batch.questions = [one.as_json() for one in asked.values()]
    batch.mapping = proposal.mapping.to_json()
    batch.save(update_fields=["questions", "mapping"])
    return [one for one in answers if one not in own]


def fillable(proposal: MappingProposal) -> Iterator[tuple[str, Column]]:
    """Yields the missing columns that one of a few values can fill, or a day, each after the key of its kind."""
    kinds = {sheet.number: sheet.kind for sheet in proposal.mapping.sheets}
    seen = set()
    for number, _, name in proposal.missing:
        kind = kinds[number]
        item = next((one for one in fixable_columns(kind, "") if one.column_name == name), None)
        if item and (kind, name) not in seen and (known_names(item, proposal.committee) or is_day(item)):
            seen.add((kind, name))
            yield kind, item


def is_day(item: Column) -> bool:
    """Whether the column holds days."""
    return isinstance(item.widget, DayWidget) and not isinstance(item.widget, MonthWidget)


def column_questions(
    batch: ImportBatch, proposal: MappingProposal, today: date
) -> Iterator[tuple[str, Column, Question]]:
    """Yields a question for each of these columns, after them; in a ledger it names the kind of the sheet as well."""
    kinds = {sheet.number: sheet.kind for sheet in proposal.mapping.sheets}
    for kind, item in fillable(proposal):
        name, label = item.column_name, import_kinds()[kind].label
        lacking = [sheet for number, sheet, column in proposal.missing if (kinds[number], column) == (kind, name)]
        sheets = dict.fromkeys(f"《{sheet}》" for sheet in lacking if sheet)
        choices = {choice: choice for choice in known_names(item, proposal.committee).values()}
        where, whole = (f"《{label}》表", "整张表") if batch.kind == LEDGER else ("表", "整份文件")
        question = Question(
            id=f"{COLUMN}-{label}-{name}" if batch.kind == LEDGER else f"{COLUMN}-{name}",
            kind=COLUMN,
            asked=f"{where}中没有“{name}”这一列，{whole}统一为什么？",
            found=f"{'、'.join(sheets) or '表'}缺少必需的列“{name}”",
            rows=[],
            proposals={ANOTHER_DAY: ANOTHER_DAY} if is_day(item) else choices,
            latest=today.isoformat() if is_day(item) else "",
        )
        yield kind, item, question


def state_for_all(proposal: MappingProposal, kind: str, item: Column, text: str) -> None:
    """States a value for all rows of the kind's sheets without the column.

    Raises AnswersRefused for one that it does not take.
    """
    if problem := problem_with(item, text, proposal.committee):
        raise AnswersRefused(problem)
    for sheet in proposal.mapping.sheets:
        if sheet.is_taken and sheet.kind == kind and item.column_name not in sheet.stated:
            sheet.fixed[item.column_name] = stated_cell(item, text, proposal.committee)
