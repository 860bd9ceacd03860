"""Widgets that read one of several choices, or yes and no, or raise CellError."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from import_export.widgets import Widget

from ..spreadsheets.workbooks import as_text
from .cells import CellError, one_of, plain, text_key


class ChoiceWidget(Widget):
    """One of a field's choices by its Chinese label or an alias for it."""

    def __init__(self, choices: Iterable[tuple[Any, Any]], aliases: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.labels = {value: str(label) for value, label in choices if value != ""}
        self.values = {text_key(label): value for value, label in self.labels.items()}
        for alias, label in (aliases or {}).items():
            self.values.setdefault(text_key(alias), self.values[text_key(label)])

    def clean(self, value: object, row: Any = None, **options: Any) -> Any:
        key = text_key(value)
        if key not in self.values:
            raise CellError(one_of(self.labels.values()), "请从中选择一项")
        return self.values[key]

    def render(self, value: object, obj: Any = None, **options: Any) -> str:
        return self.labels.get(value, "")


class YesNoWidget(Widget):
    """A bool, written 是 or 否, another of `ANSWERS`, or one of the column's own `words`."""

    ANSWERS = dict.fromkeys("是 有 √ ✓ Y".split(), True) | dict.fromkeys("否 无 × N".split(), False)

    def __init__(self, words: Mapping[str, bool] | None = None) -> None:
        super().__init__()
        self.answers = self.ANSWERS | dict(words or {})

    def clean(self, value: object, row: Any = None, **options: Any) -> bool:
        answer = self.answers.get(plain(value).upper())
        if answer is None:
            raise CellError("是 或 否", "请填写“是”或“否”，不清楚时留空")
        return answer

    def render(self, value: object, obj: Any = None, **options: Any) -> str:
        return "" if value is None else as_text(value)
