"""Sessions and person-times by month and by type, for the charts of the home page, the poster and the annexes."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth

from yl_district.kept.results import kept_results
from yl_district.periods import Period

from .measures import PERSON_TIMES, amount, quality_of
from .scopes import Scope
from .sources import activities

NOTHING = {"sessions": 0, **dict.fromkeys(PERSON_TIMES, 0)}
# The labels of the two series, in the order in which they are drawn.
MEASURES = ("场次", "人次")
# A chart with more columns is unreadable.
MOST_MONTHS = 36


def counted(rows: QuerySet) -> QuerySet:
    """Activities grouped by the values selected, with their sessions and person-times."""
    return rows.annotate(sessions=Sum("session_count"), **PERSON_TIMES)


def months_of_period(period: Period) -> Iterator[Period]:
    """Yields the months of a period in order, the first and the last clipped to it."""
    year, month = period.start.year, period.start.month
    while date(year, month, 1) <= period.end:
        whole = Period.of_part(year, f"m{month}")
        yield Period(max(whole.start, period.start), min(whole.end, period.end))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def month_label(month: Period, period: Period) -> str:
    """The month's label, with its year where the period spans several."""
    label = f"{month.start.month}月"
    return label if period.start.year == period.end.year else f"{month.start.year}年{label}"


def held_by_month(scope: Scope) -> list[tuple[Period, Mapping[str, int]]]:
    """Each month of the scope's period with the sessions and person-times of its activities."""
    held = activities(scope).order_by().annotate(month=TruncMonth("held_on")).values("month")
    found = {row["month"]: row for row in counted(held)}
    return [(month, found.get(month.start.replace(day=1), NOTHING)) for month in months_of_period(scope.period)]


def held_by_type(scope: Scope) -> list[dict[str, Any]]:
    """The sessions and person-times of each type of which an activity was held, in the types' order."""
    held = activities(scope).order_by("type__position", "type__pk").values("type__name", "type__key")
    return list(counted(held))


def bars_by_month(scope: Scope) -> list[dict[str, Any]]:
    """The chart's rows, one for each month; empty where there are too many to draw."""
    key = ("months", *scope.known_by)
    return kept_results({key: partial(count_by_month, scope)})[key]


def count_by_month(scope: Scope) -> list[dict[str, Any]]:
    """The same, counted now."""
    rows = held_by_month(scope)
    if len(rows) > MOST_MONTHS:
        return []
    return [{"label": month_label(month, scope.period)} | activity_bars(row) for month, row in rows]


def bars_by_type(scope: Scope) -> list[dict[str, Any]]:
    """The chart's rows, one for each type of which an activity was held."""
    key = ("types", *scope.known_by)
    return kept_results({key: partial(count_by_type, scope)})[key]


def count_by_type(scope: Scope) -> list[dict[str, Any]]:
    """The same, counted now."""
    return [{"label": row["type__name"], "key": row["type__key"]} | activity_bars(row) for row in held_by_type(scope)]


def activity_bars(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row's values: sessions, person-times as number and text, and how many activities these leave out."""
    attendances = row["attendances"] or 0
    text = amount(attendances, quality_of(row))
    return {"sessions": row["sessions"], "attendances": attendances, "text": text, "unrecorded": row["unrecorded"]}
