"""The figures of a period beside those of the same period of the year before and of the one just before it."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from yl_district.periods import Period

from ..models import CountedFigure, Edition, Report
from .counting import results
from .figure import Figure
from .measures import INCOMPLETE, ROUNDED, amount, known
from .scopes import Scope, scope_query

WIDTH = 100


@dataclass(frozen=True)
class Side:
    """One period's number of a figure, as it is counted now or as it was signed."""

    key: str
    label: str
    scope: Scope
    unit: str
    value: int
    quality: str
    # The number as it was signed, if it was.
    signed: CountedFigure | None = None

    @property
    def is_frozen(self):
        """Whether it is the number that was signed."""
        return self.signed is not None

    @property
    def amount(self):
        """The number as every page writes it."""
        return amount(self.value, self.quality)

    @property
    def written(self):
        """The number with its unit; what is missing from it is said."""
        gaps = "（统计不全）" if not self.is_complete and not self.is_missing else ""
        return f"{amount(self.value, self.quality, f' {self.unit}')}{gaps}"

    @property
    def url(self):
        """The address of the records that it counts, or counted when it was signed."""
        if self.signed:
            return reverse("edition_figure", args=[self.signed.edition_id, self.key])
        return f"{reverse('figure_detail', args=[self.key])}?{scope_query(self.scope)}"

    @property
    def is_missing(self):
        """Whether nothing is known of it."""
        return self.quality == INCOMPLETE and not self.value

    @property
    def is_complete(self):
        """Whether nothing is missing from it."""
        return self.quality != INCOMPLETE

    @property
    def known(self):
        """The number as far as it is sure: of a rounded one the tens."""
        return known(self.value, self.quality)


@dataclass(frozen=True)
class Compared:
    """One figure in the periods compared; `before` only where it is another one than `year_before`."""

    figure: Figure
    now: Side
    year_before: Side
    before: Side | None = None

    @property
    def is_comparable(self):
        """Whether a difference can be stated, exact or nearly so."""
        return self.now.is_complete and self.year_before.is_complete

    @property
    def is_exact(self):
        """Whether the difference is no estimate."""
        return self.is_comparable and ROUNDED not in (self.now.quality, self.year_before.quality)

    @property
    def difference(self):
        """How much the figure grew, None where that cannot be stated."""
        return self.now.known - self.year_before.known if self.is_comparable else None

    @property
    def percent(self):
        """How much the figure grew in percent, None where that cannot be stated."""
        if self.difference is None or not self.year_before.known:
            return None
        return round(100 * self.difference / self.year_before.known, 1)

    @property
    def is_fall(self):
        """Whether the figure is surely below that of the year before, whose gaps could only make it more."""
        now, then = self.now, self.year_before
        return now.is_complete and now.known < (then.known if then.is_complete else then.value)

    @property
    def change(self):
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
    def sides(self):
        """The periods compared, this one first."""
        return [side for side in (self.now, self.year_before, self.before) if side]

    @property
    def bars(self):
        """Each period's number with the width of its bar, of which the largest takes all."""
        most = max(side.value for side in self.sides) or 1
        return [(side, round(WIDTH * side.value / most, 1)) for side in self.sides]


def comparison_rows(scope, with_cases=True, today=None, now=None, with_before=True):
    """Every figure of a scope in the periods compared, in printing order.

    A period that still runs is compared with the days of the year before up to the same one. What was signed of an
    earlier period is taken as it was signed. `now` gives the results of the whole period where they are known.
    """
    passed = passed_of(scope, today)
    numbers = now if now and passed == scope else results(passed, with_cases)
    earlier = passed.within(passed.period.year_before)
    sides = [sides_of(numbers, passed, "本期"), earlier_sides(earlier, with_cases)]
    preceding = passed.within(passed.period.before)
    if with_before and passed == scope and preceding != earlier:
        sides.append(earlier_sides(preceding, with_cases))
    return [Compared(result.figure, *(side[key] for side in sides)) for key, result in numbers.items()]


def passed_of(scope, today: date | None):
    """The scope up to today where its period still runs; one that has not begun as it is."""
    start, end = scope.period.bounds
    if today is None or today >= end or today < start:
        return scope
    return scope.within(Period(start, today))


def sides_of(numbers, scope, label, signed=None):
    """The numbers of a period by key."""
    signed = signed or {}
    return {
        key: Side(key, label, scope, result.figure.unit, result.value, result.quality, signed.get(key))
        for key, result in numbers.items()
    }


def earlier_sides(scope, with_cases):
    """The numbers of an earlier period by key: those signed, else those counted now."""
    signed, counted = signed_figures(scope), results(scope, with_cases)
    numbers = {key: as_signed(result, signed.get(key)) for key, result in counted.items()}
    return sides_of(numbers, scope, scope.period.name, signed)


def as_signed(result, signed):
    """The number that was signed, else the one counted."""
    return replace(result, value=signed.value, quality=signed.quality) if signed else result


def signed_figures(scope):
    """The figures of the newest edition that was signed of exactly this scope, by key."""
    editions = Edition.objects.filter(report__in=Report.objects.of_scope(scope)).order_by("-number")
    rows = CountedFigure.objects.filter(edition__in=editions.values("pk")[:1]).defer("records")
    return {row.key: row for row in rows}


def growth(rows):
    """What the chart draws: how much the main figures and those that fell changed in percent, where that is known."""
    drawn = [row for row in rows if row.percent is not None and (row.figure.is_drawn or row.is_fall)]
    labels = Counter(row.figure.label for row in drawn)
    units = {row.figure.key: f"（{row.figure.unit}）" if labels[row.figure.label] > 1 else "" for row in drawn}
    return [
        {"label": f"{row.figure.label}{units[row.figure.key]}", "percent": row.percent, "text": row.change}
        for row in drawn
    ]
