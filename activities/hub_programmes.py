"""A hub's year: what was planned and held in each month, its team and hours, and its types beside the other hubs."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from yl_district.attachments.models import Attachment, attached_to
from yl_district.periods import Period
from youthhubs.models import Hub, HubStaff, HubYear, TeamMember, directors_in

from .models import Activity, SignIn

PHOTOS_SHOWN = 12


@dataclass
class HubMonth:
    """One month of a hub: sessions planned and held, person-times, the team on its last day, and volunteers' hours.

    `team` is None of a month that has not begun.
    """

    period: Period
    planned: int = 0
    held: int = 0
    person_times: int = 0
    unrecorded: int = 0
    team: int | None = None
    hours: int = 0


@dataclass
class TypeOfHub:
    """Sessions and person-times of one type of activities at a hub, the year before, and at the other hubs.

    `elsewhere` and `times_elsewhere` are those of an average other hub, None where the user sees no other hub.
    Person-times are None where none are recorded.
    """

    name: str
    held: int = 0
    person_times: int | None = None
    held_before: int = 0
    times_before: int | None = None
    elsewhere: float | None = None
    times_elsewhere: float | None = None


class HubProgramme:
    """What a hub did and plans in `year`, as far as `user` sees it on `today`."""

    def __init__(self, hub, year, user, today):
        self.hub, self.year, self.user, self.today = hub, year, user, today
        self.period = Period.of_year(year)
        self.rows = Activity.objects.visible_to(user).filter(hub__isnull=False)

    @property
    def hub_year(self):
        """The hub's data of the year, else None."""
        return HubYear.objects.visible_to(self.user).filter(hub=self.hub, year=self.year).first()

    @property
    def directors(self):
        """The people on record as directors in the year."""
        staff = HubStaff.objects.visible_to(self.user).filter(hub=self.hub)
        return directors_in(staff.select_related("person"), self.year)

    @property
    def months(self):
        """The twelve HubMonths."""
        months = [HubMonth(Period.of_part(self.year, f"m{number}")) for number in range(1, 13)]
        rows = self.rows.filter(hub=self.hub, held_on__range=self.period.bounds).order_by()
        sums = rows.values_list("held_on__month", "state").annotate(
            Sum("session_count"),
            Sum("attendance"),
            unrecorded=Count("pk", filter=Q(basis=Activity.Basis.UNRECORDED)),
        )
        for number, state, sessions, times, unrecorded in sums:
            month = months[number - 1]
            if state == Activity.State.PLANNED:
                month.planned = sessions
            elif state == Activity.State.HELD:
                month.held, month.person_times, month.unrecorded = sessions, times or 0, unrecorded
        served = SignIn.objects.visible_to(self.user).present().filter(activity__in=rows.values("pk")).order_by()
        for number, hours in served.values_list("activity__held_on__month").annotate(Sum("service_hours")):
            months[number - 1].hours = hours or 0
        self._count_team(months)
        return months

    def _count_team(self, months):
        """Counts the team on the last day of each month, or today of the month that runs."""
        places = TeamMember.objects.visible_to(self.user).filter(hub=self.hub).select_related("volunteer")
        spans = [
            (max(filter(None, (one.started_on, one.volunteer.joined_on)), default=date.min), one.last_end or date.max)
            for one in places
        ]
        for month in months:
            if month.period.start <= self.today:
                day = min(month.period.end, self.today)
                month.team = sum(begin <= day < end for begin, end in spans)

    @property
    def days_open(self):
        """On how many days something was held."""
        held = self.rows.held_during(self.period).filter(hub=self.hub)
        return held.aggregate(number=Count("held_on", distinct=True))["number"]

    @property
    def types(self):
        """The TypeOfHub of each type held at the hub in the year or the year before, the most sessions first."""
        both = Period(Period.of_year(self.year - 1).start, self.period.end)
        sums = (
            self.rows.held_during(both)
            .order_by()
            .values_list("type__name", "held_on__year", "hub")
            .annotate(Sum("session_count"), Sum("attendance"))
        )
        found, elsewhere = {}, defaultdict(list)
        for name, year, hub, sessions, times in sums:
            if hub != self.hub.pk:
                if year == self.year:
                    elsewhere[name].append((sessions, times))
                continue
            one = found.setdefault(name, TypeOfHub(name))
            if year == self.year:
                one.held, one.person_times = sessions, times
            else:
                one.held_before, one.times_before = sessions, times
        if others := self.others:
            for one in found.values():
                recorded = [times for _, times in elsewhere[one.name] if times is not None]
                one.elsewhere = sum(sessions for sessions, _ in elsewhere[one.name]) / others
                one.times_elsewhere = sum(recorded) / others if recorded else None
        return sorted(found.values(), key=lambda one: (-one.held, -one.held_before, one.name))

    @property
    def others(self):
        """The number of other hubs that the user sees and that were open at the end of the year, or today within it."""
        day = min(self.period.end, self.today)
        return Hub.objects.visible_to(self.user).as_of(day).exclude(pk=self.hub.pk).count()

    @property
    def photos(self):
        """The latest photos of the year's activities here, the records with them at hand."""
        held = self.rows.held_during(self.period).filter(hub=self.hub)
        photos = attached_to(Activity).filter(kind=Attachment.Kind.PHOTO, object_id__in=held.order_by().values("pk"))
        return list(photos.order_by("-pk").prefetch_related("record")[:PHOTOS_SHOWN])
