"""What the records show for the items of a checklist, and the points that follow from it.

An item with a figure is counted from the beginning of the year to the deadline, as far as it has passed. The points
proposed are all of the item's where the wanted number is reached, else as large a part of them, rounded down to one
decimal; none where nothing is counted. Somebody always decides on the points.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from orgs.models import User
from yl_district.periods import Period

from ..figures.counting import figures_of, kept_results_of
from ..figures.figure import Result
from ..figures.lines import NO_LONGER_COUNTED, all_figures
from ..figures.readers import may_know_cases
from ..figures.scopes import Scope, scope_query
from ..models import Assessment, AssessmentItem

TENTH_OF_POINT = Decimal("0.1")


@dataclass(frozen=True)
class Shown:
    """An item, with what the records show for it as far as the reader may know."""

    item: AssessmentItem
    # The name of the item's figure, empty without one.
    label: str = ""
    result: Result | None = None
    # The scope in which it was counted, as a query string.
    query: str = ""
    is_withheld: bool = False

    @property
    def is_reached(self) -> bool:
        """Whether the wanted number is reached."""
        return self.result is not None and self.result.value >= (self.item.wanted or 0)

    @property
    def proposed(self) -> Decimal | None:
        """The points that follow from the number, None where nothing is known."""
        if self.result is None or self.result.is_missing or not self.item.wanted:
            return None
        return points_for(self.result.value, self.item.wanted, self.item.points)


def points_for(value: int, wanted: int, points: Decimal) -> Decimal:
    """All points where the wanted number is reached, else as large a part of them, rounded down to one decimal."""
    if value >= wanted:
        return points
    return (points * value / wanted).quantize(TENTH_OF_POINT, ROUND_DOWN)


def scope_of_assessment(assessment: Assessment, today: date) -> Scope:
    """The organisation, from the beginning of the year to the deadline, counted as of `today`."""
    year = Period(date(assessment.year, 1, 1), assessment.counted_until)
    return Scope(assessment.organisation, year, today=today)


def shown_to(user: User, assessment: Assessment, items: Iterable[AssessmentItem], today: date) -> list[Shown]:
    """The items with what the records show; numbers about cases only for those who may know them."""
    scope = scope_of_assessment(assessment, today)
    return shown_items(items, scope, with_cases=may_know_cases(user, scope))


def shown_items(items: Iterable[AssessmentItem], scope: Scope, with_cases: bool) -> list[Shown]:
    """The items with their numbers within `scope`, all counted together; none before the year has begun."""
    items, known, countable = list(items), all_figures(), figures_of(scope, with_cases)
    has_begun = scope.today >= scope.period.start
    keys = dict.fromkeys(item.figure for item in items if has_begun and item.figure in countable)
    found = dict(zip(keys, kept_results_of((countable[key], scope) for key in keys), strict=True))
    query = scope_query(scope)
    return [
        Shown(
            item,
            label_of_figure(item.figure, known),
            found.get(item.figure),
            query,
            is_withheld=item.figure in known and item.figure not in countable,
        )
        for item in items
    ]


def label_of_figure(key: str, known) -> str:
    """The name of a figure with its unit, or words for one that no longer exists; empty without one."""
    if not key:
        return ""
    return f"{known[key].label}（{known[key].unit}）" if key in known else NO_LONGER_COUNTED


@dataclass(frozen=True)
class Totals:
    """The points of the standing items together: possible, by self-rating, by review."""

    possible: Decimal
    rated: Decimal
    reviewed: Decimal
    # How many items have each.
    items: int
    rated_items: int
    reviewed_items: int


def totals_of(items: Iterable[AssessmentItem]) -> Totals:
    """The totals of items."""
    items = list(items)
    rated = [item.self_points for item in items if item.self_points is not None]
    reviewed = [item.reviewed_points for item in items if item.reviewed_points is not None]
    possible = sum((item.points for item in items), Decimal(0))
    return Totals(possible, sum(rated, Decimal(0)), sum(reviewed, Decimal(0)), len(items), len(rated), len(reviewed))


def former_ratings(item: AssessmentItem) -> list[AssessmentItem]:
    """The states of the item's history in which it had another rating than now, the latest first.

    A self-rating that was reviewed later is told once, with its review.
    """
    told, found = {rating_of(item): {review_given(item)}}, []
    for row in item.history.exclude(self_points=None).order_by("-history_id").select_related("history_user"):
        reviews = told.setdefault(rating_of(row), set())
        if review_given(row) not in reviews and (row.reviewed_points is not None or not reviews):
            found.append(row)
        reviews.add(review_given(row))
    return found


def rating_of(row: AssessmentItem) -> tuple[object, ...]:
    """What the office gave for an item, and for what."""
    return row.self_points, row.self_words, row.rated_content, row.rated_for


def review_given(row: AssessmentItem) -> tuple[object, ...]:
    """What the superior gave for an item."""
    return row.reviewed_points, row.review_words
