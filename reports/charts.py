"""What the home page draws: sessions and person-times by month and by type."""

from django.db.models import Sum
from django.db.models.functions import ExtractMonth

from .figures import PERSON_TIMES, activities, amount, quality_of

NOTHING = {"sessions": 0, **dict.fromkeys(PERSON_TIMES, 0)}


def by_month(scope):
    """Sessions and recorded person-times of each month of the scope's year."""
    held = activities(scope).order_by().annotate(month=ExtractMonth("held_on"))
    found = {row["month"]: row for row in held.values("month").annotate(sessions=Sum("session_count"), **PERSON_TIMES)}
    return [{"label": f"{month}月"} | drawn(found.get(month, NOTHING)) for month in range(1, 13)]


def by_type(scope):
    """The same for each type of activity that was held."""
    held = activities(scope).order_by("type__position", "type__pk").values("type__name", "type__key")
    rows = held.annotate(sessions=Sum("session_count"), **PERSON_TIMES)
    return [{"label": row["type__name"], "key": row["type__key"]} | drawn(row) for row in rows]


def drawn(row):
    """A bar of sessions and one of person-times, how the latter are written, and the activities left out of them."""
    attendances = row["attendances"] or 0
    text = amount(attendances, quality_of(row))
    return {"sessions": row["sessions"], "attendances": attendances, "text": text, "unrecorded": row["unrecorded"]}
