"""Who directs a youth hub and who does social work there, over time."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from members.models import Person
from orgs.models import ReachQuerySet
from orgs.roles import HUB_KEEPERS
from yl_district.days import announced, happened
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, have_a_day_in_common, overlapping_record, standing_on
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import problem

from .hubs import Hub


class HubStaffQuerySet(ReachQuerySet):
    seen_by = HUB_KEEPERS
    organisation_path = "hub__organisation__path"

    def as_of(self, day: date) -> Self:
        """Staff on `day` of hubs open on that day."""
        return self.filter(standing_on(day), standing_on(day, "hub__opened_on", "hub__closed_on"))


class HubStaff(models.Model):
    """A person's work at a hub in one role, for a span of days; without a first day always."""

    class Role(models.TextChoices):
        DIRECTOR = "director", "负责人"
        SOCIAL_WORKER = "social_worker", "社工"

    person = models.ForeignKey(Person, models.PROTECT, related_name="hub_staffing", verbose_name="姓名")
    hub = models.ForeignKey(Hub, models.PROTECT, related_name="staff", verbose_name="青年汇")
    role = models.CharField("岗位", max_length=20, choices=Role)
    started_on = happened(models.DateField("起始日期", null=True, blank=True))
    ended_on = announced(models.DateField("结束日期", null=True, blank=True), "离岗")

    objects = HubStaffQuerySet.as_manager()
    # Not reverted field by field, since spans of one person's work must not overlap.
    history = Tracked(by_acts=["person", "hub", "role", "started_on", "ended_on"])
    record_options = RecordOptions(
        undo_rechecks=("person", "role", "started_on", "ended_on"),
        neutral=("person", "hub", "role", "started_on", "ended_on"),
        merging=Merging(alike=("hub", "role"), begin="started_on", end="ended_on"),
    )

    class Meta:
        verbose_name = "青年汇人员"
        # Directors first, of each role those who work there now.
        ordering = ["role", F("ended_on").desc(nulls_first=True), F("started_on").desc(nulls_last=True), "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "hub", "role"],
                condition=Q(ended_on__isnull=True),
                name="hub_staff_open_once",
                violation_error_message="此人已在这一青年汇担任这一岗位，请先填写原来那一段的结束日期。",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")),
                name="hub_staff_ends_after_begin",
            ),
        ]

    def __str__(self):
        return f"{self.person}（{self.hub}{self.get_role_display()}）"

    def get_absolute_url(self):
        """The hub's page."""
        return reverse("hub_detail", args=[self.hub_id])

    @property
    def last_end(self):
        """The day on which the work or the hub ends, whichever is first; None without an end."""
        return min(filter(None, (self.ended_on, self.hub.closed_on)), default=None)

    def clean(self):
        begin, end = self.started_on, self.ended_on
        # A sheet's row that lacks the hub says so itself.
        hub = getattr(self, "hub", None)
        if begin and end and end <= begin:
            raise ValidationError({"ended_on": problem(f"晚于起始日期（{begin}）的日期", "请核对两个日期")})
        if begin and hub and hub.closed_on and begin >= hub.closed_on:
            expected = f"早于{hub}关闭日期（{hub.closed_on}）的日期"
            raise ValidationError({"started_on": problem(expected, "请核对起始日期与青年汇")})
        if end and hub and hub.opened_on and end <= hub.opened_on:
            expected = f"晚于{hub}开业日期（{hub.opened_on}）的日期"
            raise ValidationError({"ended_on": problem(expected, "请核对结束日期与青年汇")})

    def is_same_work(self, other):
        """Whether the other record is of the same person, hub and role."""
        return all(getattr(self, name) == getattr(other, name) for name in ("person_id", "hub_id", "role"))

    def overlaps(self, other):
        """Whether two spans of the same work have a day in common."""
        return self.is_same_work(other) and have_a_day_in_common(self, other)

    def check_overlap(self, leaving=()):
        """Raises ValidationError where another span of the same work overlaps, except those in `leaving`."""
        others = HubStaff.objects.filter(person=self.person_id)
        if other := overlapping_record(self, others, leaving):
            raise ValidationError({"started_on": same_work_problem(other)})

    def is_held_during(self, period):
        """Whether any day of the work is within the period."""
        has_begun = self.started_on is None or self.started_on <= period.end
        return has_begun and (self.ended_on is None or self.ended_on > period.start)

    def end(self, day):
        """Ends the work on `day`."""
        self.ended_on = day
        self.full_clean()
        self.save()


def same_work_problem(other):
    """Returns the problem of a span that overlaps with `other`, one of the same work."""
    span = f"{other.started_on or '最初'} 至 {other.ended_on or '今'}"
    expected = f"与此人在这一青年汇的同一岗位不重叠的日期（已登记 {span}）"
    return problem(expected, "请核对起始日期与结束日期")


def directors_in(staff, year):
    """Those of a hub's `staff` who directed it on any day of the year, each person once, the latest first."""
    period, found = Period.of_year(year), {}
    for one in staff:
        if one.role == HubStaff.Role.DIRECTOR and one.is_held_during(period):
            found.setdefault(one.person_id, one.person)
    return [*found.values()]
