"""Sessions and person-times by month and by type, for the charts of the home page, the poster and the annexes."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth

from activities.models import Activity
from yl_district.kept.results import kept_result
from yl_district.periods import Period

from .measures import PERSON_TIMES, amount, quality_of
from .scopes import Scope
from .sources import activities, hubs

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
    key = ("months", *scope.known_by)
    found = kept_result(key, partial(count_by_month, scope))
    return [(month, found.get(f"{month.start:%Y-%m}", NOTHING)) for month in months_of_period(scope.period)]


def count_by_month(scope: Scope) -> dict[str, dict[str, Any]]:
    """The same of the months in which activities were held, counted now."""
    held = activities(scope).order_by().annotate(month=TruncMonth("held_on")).values("month")
    return {f"{row.pop('month'):%Y-%m}": row for row in counted(held)}


def held_by_type(scope: Scope) -> list[dict[str, Any]]:
    """The sessions and person-times of each type of which an activity was held, in the types' order."""
    key = ("types", *scope.known_by)
    return kept_result(key, partial(count_by_type, scope))


def count_by_type(scope: Scope) -> list[dict[str, Any]]:
    """The same, counted now."""
    held = activities(scope).order_by("type__position", "type__pk").values("type__name", "type__key")
    return list(counted(held))


def held_at_hubs(scope: Scope, limit: int) -> tuple[list[dict[str, Any]], int]:
    """The hubs with the most sessions until today, in the order of names, and how many others had any."""
    key = ("hubs", *scope.known_by, limit)
    shown, left_out = kept_result(key, partial(count_at_hubs, scope, limit))
    return shown, left_out


def count_at_hubs(scope: Scope, limit: int) -> list[Any]:
    """The same, counted now."""
    held = Activity.objects.held_during(scope.passed).filter(hub__in=hubs(scope).order_by().values("pk"))
    return list(most_frequent(list(counted(held.order_by("hub__name_sort").values("hub", "hub__name"))), limit))


def most_frequent(rows: list[dict[str, Any]], limit: int) -> tuple[list[dict[str, Any]], int]:
    """The rows with the most sessions, in their original order, and the number of rows left out."""
    kept = sorted(rows, key=lambda row: -row["sessions"])[:limit]
    return [row for row in rows if row in kept], len(rows) - len(kept)


def bars_by_month(scope: Scope) -> list[dict[str, Any]]:
    """The chart's rows, one for each month; empty where there are too many to draw."""
    rows = held_by_month(scope)
    if len(rows) > MOST_MONTHS:
        return []
    return [{"label": month_label(month, scope.period)} | activity_bars(row) for month, row in rows]


def bars_by_type(scope: Scope) -> list[dict[str, Any]]:
    """The chart's rows, one for each type of which an activity was held."""
    return [{"label": row["type__name"], "key": row["type__key"]} | activity_bars(row) for row in held_by_type(scope)]


def activity_bars(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row's values: sessions, person-times as number and text, and how many activities these leave out."""
    attendances = row["attendances"] or 0
    text = amount(attendances, quality_of(row))
    return {"sessions": row["sessions"], "attendances": attendances, "text": text, "unrecorded": row["unrecorded"]}
