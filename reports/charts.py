"""What the home page draws: sessions and person-times by month and by type, and figures beside their targets."""

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractMonth

from activities.models import Activity

from .figures import activities


def by_month(scope):
    """Sessions and recorded person-times of each month of the scope's year; `unrecorded` counts activities without."""
    rows = (
        activities(scope)
        .order_by()
        .annotate(month=ExtractMonth("held_on"))
        .values("month")
        .annotate(
            sessions=Sum("session_count"),
            attendances=Sum("attendance"),
            unrecorded=Count("pk", filter=Q(basis=Activity.Basis.UNRECORDED)),
        )
    )
    found = {row["month"]: row for row in rows}
    nothing = {"sessions": 0, "attendances": 0, "unrecorded": 0}
    return [{"label": f"{month}月"} | drawn(found.get(month, nothing)) for month in range(1, 13)]


def by_type(scope):
    """The same for each type of activity that was held."""
    rows = (
        activities(scope)
        .order_by("type__position", "type__pk")
        .values("type__name", "type__key")
        .annotate(
            sessions=Sum("session_count"),
            attendances=Sum("attendance"),
            unrecorded=Count("pk", filter=Q(basis=Activity.Basis.UNRECORDED)),
        )
    )
    return [{"label": row["type__name"], "key": row["type__key"]} | drawn(row) for row in rows]


def drawn(row):
    """One bar: sessions, person-times (None where none are recorded) and activities without person-times."""
    attendances = row["attendances"]
    if row["unrecorded"] and not attendances:
        attendances = None
    return {"sessions": row["sessions"], "attendances": attendances, "unrecorded": row["unrecorded"]}


def beside_targets(results):
    """The results that have a target, with the share reached."""
    return [
        {"result": result, "is_met": result.value >= result.target, "missing": max(result.target - result.value, 0)}
        for result in results.values()
        if result.target is not None
    ]
