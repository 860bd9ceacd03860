"""Pairings of assisted youths with fixed volunteers."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from members.models import Volunteer
from yl_district.audit.models import AccessEntry
from yl_district.days import announced, happened
from yl_district.history.tracking import Tracked
from yl_district.periods import standing_on
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import check_order, problem

from .grants import CaseQuerySet


class PairingQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def as_of(self, day: date) -> Self:
        """Pairings in force on `day`; none outlasts the volunteer's service."""
        return self.filter(standing_on(day), standing_on(day, end="volunteer__left_on"))


class Pairing(models.Model):
    """A fixed volunteer's pairing with an assisted youth."""

    youth = models.ForeignKey("AssistedYouth", models.CASCADE, related_name="pairings", verbose_name="帮扶对象")
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="pairings", verbose_name="固定志愿者")
    started_on = happened(models.DateField("结对日期", null=True, blank=True))
    ended_on = announced(models.DateField("结束日期", null=True, blank=True), "结束")

    objects = PairingQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "volunteer", "started_on", "ended_on"),
        merging=Merging(alike=("youth", "volunteer"), begin="started_on", end="ended_on"),
    )

    class Meta:
        verbose_name = "结对"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["youth"],
                condition=Q(ended_on__isnull=True),
                name="pairing_standing_once",
                violation_error_message="该帮扶对象已有固定志愿者，请先结束原结对。",
            )
        ]

    def __str__(self):
        return f"{self.youth} ↔ {self.volunteer}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("assisted_youth_detail", args=[self.youth_id])

    @property
    def last_end(self):
        """The day on which the pairing or the volunteer's service ends, whichever is first; None without an end."""
        return min(filter(None, (self.ended_on, self.volunteer.left_on)), default=None)

    def clean(self):
        check_order(self, "started_on", "ended_on")
        if self.started_on and self.volunteer.has_left_by(self.started_on):
            expected = f"结对时在册的志愿者（{self.volunteer}已于 {self.volunteer.left_on} 退出）"
            raise ValidationError({"volunteer": problem(expected, "请另选一名志愿者，或核对结对日期")})

    def end(self, day):
        """Ends the pairing on `day`."""
        self.ended_on = day
        self.full_clean()
        self.save()
