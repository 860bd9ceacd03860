"""Visits of fixed volunteers to the youths with whom they are paired, planned and done."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from yl_district.audit.models import AccessEntry
from yl_district.days import FIRST_YEAR, happened
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, years_before
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField, SealedModel
from yl_district.record_options import RecordOptions
from yl_district.validators import problem

from .grants import CaseQuerySet
from .pairings import Pairing


class VisitQuerySet(CaseQuerySet):
    person_path = "pairing__youth__person"
    organisation_path = "pairing__youth__organisation__path"

    def standing(self) -> Self:
        """Visits that were not cancelled."""
        return self.filter(cancelled_on__isnull=True)

    def done(self) -> Self:
        """Visits that took place."""
        return self.standing().filter(done_on__isnull=False)

    def done_during(self, period: Period) -> Self:
        """Visits that took place within the period."""
        return self.standing().filter(done_on__range=period.bounds)

    def waiting(self) -> Self:
        """Planned visits, neither done nor cancelled."""
        return self.standing().filter(done_on__isnull=True)

    def overdue_on(self, day: date) -> Self:
        """Planned visits of which the day has passed."""
        return self.waiting().filter(planned_on__lt=day)

    def due_during(self, period: Period) -> Self:
        """Visits planned for a day of the period and not done yet."""
        return self.waiting().filter(planned_on__range=period.bounds)

    def cancelled(self) -> Self:
        """Visits that were cancelled."""
        return self.filter(cancelled_on__isnull=False)

    def counted(self) -> Self:
        """Visits that count as an assistance."""
        return self.filter(assistance__isnull=False)

    def reported(self) -> Self:
        """Visits that volunteers have reported themselves."""
        return self.filter(is_reported=True)


class Visit(SealedModel):
    """A visit to a paired youth: planned for a day, done on one, or both; cancelled with a reason."""

    class Way(models.TextChoices):
        HOME = "visit", "走访入户"
        PHONE = "phone", "电话"
        FACE_TO_FACE = "face_to_face", "面对面"
        ONLINE = "online", "线上"

    class State(models.TextChoices):
        PLANNED = "planned", "待走访"
        OVERDUE = "overdue", "已逾期"
        DONE = "done", "已走访"
        CANCELLED = "cancelled", "已取消"

    pairing = models.ForeignKey(Pairing, models.CASCADE, related_name="visits", verbose_name="结对")
    planned_on = models.DateField("计划日期", null=True, blank=True)
    done_on = happened(models.DateField("走访日期", null=True, blank=True))
    way = models.CharField("方式", max_length=20, choices=Way, blank=True)
    observations = EncryptedTextField("走访情况", blank=True)
    wishes = EncryptedTextField("发现的需求", blank=True)
    cancelled_on = happened(models.DateField("取消日期", null=True, blank=True))
    cancel_reason = EncryptedCharField("取消原因", max_length=200, blank=True)
    is_reported = models.BooleanField("志愿者填报", default=False, editable=False)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记人",
        editable=False,
    )
    logged_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = VisitQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("pairing", "done_on", "cancelled_on"),
        begins=("done_on",),
        neutral=(
            "planned_on",
            "way",
            "observations",
            "wishes",
            "cancel_reason",
            "is_reported",
            "logged_by",
            "logged_at",
        ),
    )

    class Meta:
        verbose_name = "走访"
        ordering = [models.F("done_on").desc(nulls_first=True), "-planned_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_on__isnull=False) | Q(done_on__isnull=False),
                name="visit_planned_or_done",
                violation_error_message="请填写计划日期或走访日期。",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | ~Q(way=""),
                name="visit_done_in_a_way",
                violation_error_message="已走访的，请选择方式。",
            ),
        ]

    def __str__(self):
        return f"{self.pairing.youth} {self.done_on or self.planned_on}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("visit_detail", args=[self.pk])

    @property
    def shown_name(self):
        """The youth's masked name."""
        return self.pairing.youth.shown_name

    @property
    def counts_as(self):
        """The assistance as which the visit counts, or None."""
        return getattr(self, "assistance", None)

    @property
    def logger(self):
        """Who logged it, in words."""
        return f"{self.pairing.volunteer}（走访链接）" if self.is_reported else str(self.logged_by or "随名单导入")

    def state_on(self, day):
        """Returns the state of the visit on `day`."""
        if self.cancelled_on:
            return self.State.CANCELLED
        if self.done_on:
            return self.State.DONE
        return self.State.OVERDUE if self.planned_on < day else self.State.PLANNED

    def clean(self):
        if self.done_on and not self.way:
            raise ValidationError({"way": problem("走访入户、电话、面对面或线上", "已走访的，请选择方式")})
        if self.cancelled_on and not self.cancel_reason:
            raise ValidationError({"cancel_reason": problem("取消的原因", "请写明为什么取消")})
        self._check_plan()
        # A sheet's row that lacks the pairing says so itself.
        if getattr(self, "pairing", None):
            for name in ("planned_on", "done_on"):
                self.pairing.check_within(name, getattr(self, name))

    def _check_plan(self):
        latest = years_before(timezone.localdate(), -1)
        if self.planned_on and self.planned_on > latest:
            expected = f"不晚于 {latest} 的日期（最多提前一年安排）"
            raise ValidationError({"planned_on": problem(expected, "请核对年份，或临近时再安排")})
        if self.planned_on and self.planned_on.year < FIRST_YEAR:
            raise ValidationError({"planned_on": problem(f"{FIRST_YEAR} 年以后的日期", "请核对年份")})

    def cancel(self, day, cancel_reason):
        """Cancels the visit on `day`: it did not, or will not, take place."""
        self.cancelled_on, self.cancel_reason = day, cancel_reason
        self.full_clean()
        self.save()
