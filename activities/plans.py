"""What is planned: an activity repeated on later days, its announcement to the group, and the calendar of a quarter."""

from calendar import monthrange
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from orgs.models import Organisation
from yl_district.days import FIRST_YEAR
from yl_district.periods import Period

from .models import Activity

ONCE, WEEKLY, FORTNIGHTLY, MONTHLY = "once", "weekly", "fortnightly", "monthly"
RHYTHMS = [(ONCE, "只办一次"), (WEEKLY, "每周一次"), (FORTNIGHTLY, "每两周一次"), (MONTHLY, "每月一次")]
WEEKS = {WEEKLY: 1, FORTNIGHTLY: 2}
MOST_TIMES = 12
# What one day's activity has in common with the next.
REPEATED = (
    "name",
    "type",
    "hub",
    "venue",
    "starts_at",
    "ends_at",
    "is_online",
    "audience",
    "campaign",
    "tags",
    "session_count",
)
WEEKDAYS = "一二三四五六日"
# More of a quarter are not listed at once.
LONGEST_CALENDAR = 300


def days_of(first, rhythm, times):
    """The days of a series that begins on `first`: so many weeks apart, or on the same day of each month, its last day
    where the month is shorter.
    """
    if rhythm == ONCE:
        return [first]
    if rhythm in WEEKS:
        return [first + timedelta(weeks=WEEKS[rhythm] * number) for number in range(times)]
    return [month_later(first, number) for number in range(times)]


def month_later(day, number):
    """The same day `number` months later, the last day of the month where that is shorter."""
    months = day.year * 12 + day.month - 1 + number
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@transaction.atomic
def repeat_activity(activity, days, user):
    """Registers the same activity on other days, planned where these are ahead, and returns the new ones.

    A host that the user does not reach is left out where the hub alone tells whose it is.
    """
    host = activity.host
    if host and activity.hub and not Organisation.objects.visible_to(user).filter(pk=host.pk).exists():
        host = None
    repeated, partners = [], list(activity.partners.all())
    for day in days:
        one = Activity(held_on=day, host=host, state="", **{name: getattr(activity, name) for name in REPEATED})
        one.settle_state(timezone.localdate())
        one.full_clean()
        one.save()
        one.partners.set(partners)
        repeated.append(one)
    return repeated


def group_text(activity):
    """What a group chat is told of an activity: a line each of what is known."""
    day = activity.held_on
    clock = "—".join(f"{time:%H:%M}" for time in (activity.starts_at, activity.ends_at) if time)
    place = "线上" if activity.is_online else activity.venue
    lines = [
        ("时间", f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）{clock}"),
        ("地点", place),
        ("主办", "、".join(str(one) for one in (activity.host, activity.hub) if one)),
        ("协办", "、".join(str(one) for one in activity.partners.all())),
        ("面向", activity.audience),
    ]
    told = [f"{label}：{words}" for label, words in lines if words]
    return "\n".join([f"【{activity.name}】", *told, *filter(None, [activity.content])])


class Calendar:
    """The activities among `rows` of one quarter, by month and day, and the sessions of each state."""

    def __init__(self, rows, period):
        self.period, self.all_rows = period, rows
        self.rows = rows.filter(held_on__range=period.bounds).select_related("type", "host", "hub")

    @property
    def sessions(self):
        """(label, sessions) of each state, with all of them together as the last."""
        totals = dict(self.rows.order_by().values_list("state").annotate(Sum("session_count")))
        found = [(state.label, totals.get(state.value, 0)) for state in Activity.State]
        return [*found, ("合计", sum(number for _, number in found))]

    @property
    def against_plan(self):
        """(sessions planned for the quarter, sessions held of these activities by now)."""
        planned = self.all_rows.planned_during(self.period).order_by()
        held = Sum("session_count", filter=Q(state=Activity.State.HELD))
        found = planned.aggregate(planned=Sum("planned_sessions"), held=held)
        return found["planned"] or 0, found["held"] or 0

    @property
    def months(self):
        """(month, its activities in the order of days) of each month of the quarter."""
        listed = list(self.rows.order_by("held_on", "pk")[:LONGEST_CALENDAR])
        months = [Period.of_part(self.period.year, f"m{self.period.start.month + number}") for number in range(3)]
        return [(month, [one for one in listed if month.start <= one.held_on <= month.end]) for month in months]

    @property
    def is_cut(self):
        """Whether there are more activities than are listed."""
        return self.rows.count() > LONGEST_CALENDAR


def quarter_named(text, today):
    """The quarter that an address names, such as 2017-q2; that of today where it names none."""
    year, _, part = text.partition("-")
    if is_year(year) and part in ("q1", "q2", "q3", "q4"):
        return Period.of_part(int(year), part)
    return Period.of_quarter(today)


def year_of_address(text, today):
    """The year that an address names; that of today where it names none."""
    return int(text) if is_year(text) else today.year


def is_year(text):
    """Whether the text is a year that records may be of and that another follows."""
    return text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) < date.max.year
