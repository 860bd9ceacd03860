"""How reports tell many problems: the first ones in full, and the others by kind and number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..sheets.problems import Problem

TOLD_IN_FULL = 1_000


class ToldProblems:
    """Takes the problems of a file in their order; `further` counts those after the first TOLD_IN_FULL, by kind."""

    def __init__(self) -> None:
        self.count = 0
        self.further: Counter[tuple[str | None, str | None, str, str]] = Counter()

    def take(self, told: list[Problem], problems: Iterable[Mapping[str, Any]]) -> None:
        """Adds problems, as stored, to the list of those told in full, or counts them."""
        for one in problems:
            self.count += 1
            if self.count <= TOLD_IN_FULL:
                told.append(Problem(**one))
            else:
                self.further[one["sheet"], one["column"], one["expected"], one["remedy"]] += 1

    def as_list(self) -> list[dict[str, Any]]:
        """The kinds of further problems with their numbers, as the JSON report has them, the most frequent first."""
        return [
            {"sheet": sheet, "column": column, "expected": expected, "remedy": remedy, "count": count}
            for (sheet, column, expected, remedy), count in self.further.most_common()
        ]
