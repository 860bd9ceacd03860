"""Compares the figures of a period with those of the same period a year before and of the period just before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from yl_district.periods import Period

from ..models import CountedFigure, Edition, Report
from .counting import results
from .figure import Figure, Result
from .lines import HEADLINES
from .measures import INCOMPLETE, ROUNDED, amount, known
from .scopes import Scope, scope_query

WIDEST_BAR = 100


@dataclass(frozen=True)
class ComparedValue:
    """A figure's value in one period, as counted now or as signed."""

    key: str
    label: str
    scope: Scope
    unit: str
    value: int
    quality: str
    # The signed figure that the value is taken from, if any.
    signed: CountedFigure | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether the value is the signed one."""
        return self.signed is not None

    @property
    def amount(self) -> str:
        """The value formatted as on every page."""
        return amount(self.value, self.quality)

    @property
    def written(self) -> str:
        """The value with its unit, marked 统计不全 where incomplete."""
        gaps = "（统计不全）" if not self.is_complete and not self.is_missing else ""
        return f"{amount(self.value, self.quality, f' {self.unit}')}{gaps}"

    @property
    def url(self) -> str:
        """The URL of the records that the figure counts, or counted when it was signed."""
        if self.signed:
            return reverse("edition_figure", args=[self.signed.edition_id, self.key])
        return f"{reverse('figure_detail', args=[self.key])}?{scope_query(self.scope)}"

    @property
    def is_missing(self) -> bool:
        """Whether no value is known at all."""
        return self.quality == INCOMPLETE and not self.value

    @property
    def is_complete(self) -> bool:
        """Whether no part of the value is missing."""
        return self.quality != INCOMPLETE

    @property
    def known(self) -> int:
        """The certain part of the value: a rounded one down to tens."""
        return known(self.value, self.quality)


@dataclass(frozen=True)
class FigureComparison:
    """One figure in the periods compared; `before` is set only where that period is not `year_before` as well."""

    figure: Figure
    now: ComparedValue
    year_before: ComparedValue
    before: ComparedValue | None = None

    @property
    def is_comparable(self) -> bool:
        """Whether a difference can be stated, exactly or approximately."""
        return self.now.is_complete and self.year_before.is_complete

    @property
    def is_exact(self) -> bool:
        """Whether the difference is exact."""
        return self.is_comparable and ROUNDED not in (self.now.quality, self.year_before.quality)

    @property
    def difference(self) -> int | None:
        """The growth of the figure; None where it cannot be stated."""
        return self.now.known - self.year_before.known if self.is_comparable else None

    @property
    def percent(self) -> float | None:
        """The growth in percent; None where it cannot be stated or the earlier value is 0."""
        if self.difference is None or not self.year_before.known:
            return None
        return round(100 * self.difference / self.year_before.known, 1)

    @property
    def is_fall(self) -> bool:
        """Whether the figure certainly fell: gaps in the earlier value could only make it larger."""
        now, then = self.now, self.year_before
        return now.is_complete and now.known < (then.known if then.is_complete else then.value)

    @property
    def change(self) -> str:
        """The difference in words."""
        if self.is_fall and self.difference is None:
            return f"至少减少 {self.year_before.value - self.now.known} {self.figure.unit}"
        if self.difference is None:
            return "统计不全，不作比较"
        if not self.difference:
            return "持平"
        about = "" if self.is_exact else "约"
        share = "" if self.percent is None else f"（{self.percent:+g}%）"
        verb = "增加" if self.difference > 0 else "减少"
        return f"{verb}{about} {abs(self.difference)} {self.figure.unit}{share}"

    @property
    def sides(self) -> list[ComparedValue]:
        """The values of the periods compared, this period first."""
        return [side for side in (self.now, self.year_before, self.before) if side]

    @property
    def bars(self) -> list[tuple[ComparedValue, float]]:
        """Each value with the width of its bar, in percent of the largest."""
        most = max(side.value for side in self.sides) or 1
        return [(side, round(WIDEST_BAR * side.value / most, 1)) for side in self.sides]


def comparison_rows(
    scope: Scope,
    with_cases: bool = True,
    today: date | None = None,
    now: Mapping[str, Result] | None = None,
    with_before: bool = True,
) -> list[FigureComparison]:
    """Every figure of a scope in the periods compared, in printing order.

    A period that is still running is compared with the same days of the year before. Values signed for an earlier
    period take precedence over those counted now. `now` passes in the results of the whole period where they are known.
    """
    passed = passed_of(scope, today)
    numbers = now if now and passed == scope else results(passed, with_cases)
    earlier = passed.within(passed.period.year_before)
    sides = [sides_of(numbers, passed, "本期"), earlier_sides(earlier, with_cases)]
    preceding = passed.within(passed.period.before)
    if with_before and passed == scope and preceding != earlier:
        sides.append(earlier_sides(preceding, with_cases))
    return [FigureComparison(result.figure, *(side[key] for side in sides)) for key, result in numbers.items()]


def passed_of(scope: Scope, today: date | None) -> Scope:
    """The scope up to `today` while its period is running; before and after that, the scope unchanged."""
    start, end = scope.period.bounds
    if today is None or today >= end or today < start:
        return scope
    return scope.within(Period(start, today))


def sides_of(
    numbers: Mapping[str, Result], scope: Scope, label: str, signed: Mapping[str, CountedFigure] | None = None
) -> dict[str, ComparedValue]:
    """The values of a period, by figure key."""
    signed = signed or {}
    return {
        key: ComparedValue(key, label, scope, result.figure.unit, result.value, result.quality, signed.get(key))
        for key, result in numbers.items()
    }


def earlier_sides(scope: Scope, with_cases: bool) -> dict[str, ComparedValue]:
    """The values of an earlier period, by figure key: the signed one where there is one, else the one counted now."""
    signed, counted = signed_figures(scope), results(scope, with_cases)
    numbers = {key: as_signed(result, signed.get(key)) for key, result in counted.items()}
    return sides_of(numbers, scope, scope.period.name, signed)


def as_signed(result: Result, signed: CountedFigure | None) -> Result:
    """The result with the signed value, if any."""
    return replace(result, value=signed.value, quality=signed.quality) if signed else result


def signed_figures(scope: Scope) -> dict[str, CountedFigure]:
    """The figures of the latest edition signed for exactly this scope, by key."""
    editions = Edition.objects.filter(report__in=Report.objects.of_scope(scope)).order_by("-number")
    rows = CountedFigure.objects.filter(edition__in=editions.values("pk")[:1]).defer("records")
    return {row.key: row for row in rows}


def is_first(row: FigureComparison) -> bool:
    """Whether a figure is compared at the top of the page: one of the headlines, or one that has fallen."""
    return row.is_fall or row.figure.key in HEADLINES


def moves_in_words(rows: Iterable[FigureComparison]) -> str:
    """How many figures rose, stayed and fell, and of how many that cannot be said: `增 6 项，平 1 项`."""
    counts = Counter(direction(row) for row in rows)
    return "，".join(f"{words} {counts[words]} 项" for words in ("增", "平", "减", "不作比较") if counts[words])


def direction(row: FigureComparison) -> str:
    """Whether a figure rose, stayed or fell, in one word."""
    if row.is_fall:
        return "减"
    return "不作比较" if row.difference is None else "增" if row.difference else "平"


def growth(rows: Iterable[FigureComparison]) -> list[dict[str, Any]]:
    """The chart's rows: the change in percent of the main figures and of those that fell, where it is known."""
    drawn = [row for row in rows if row.percent is not None and (row.figure.is_drawn or row.is_fall)]
    labels = Counter(row.figure.label for row in drawn)
    units = {row.figure.key: f"（{row.figure.unit}）" if labels[row.figure.label] > 1 else "" for row in drawn}
    return [
        {"label": f"{row.figure.label}{units[row.figure.key]}", "percent": row.percent, "text": row.change}
        for row in drawn
    ]
