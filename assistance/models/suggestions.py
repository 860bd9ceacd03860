"""Activities of the district suggested to assisted youths, and what came of it."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from activities.models import Activity
from yl_district.audit.models import AccessEntry
from yl_district.days import happened
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField, SealedLinkModel
from yl_district.record_options import RecordOptions
from yl_district.validators import problem

from .grants import CaseQuerySet


class SuggestedActivityQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def suggested_during(self, period: Period) -> Self:
        """Suggestions made within the period."""
        return self.filter(suggested_on__range=period.bounds)

    def taken_up_during(self, period: Period) -> Self:
        """Suggestions of activities held within the period to which the youth came."""
        return self.filter(outcome=SuggestedActivity.Outcome.CAME, held_on__range=period.bounds)


class SuggestedActivity(SealedLinkModel):
    """A coming activity suggested to an assisted youth, and what came of it.

    Its name and day are kept here as well, since the activity may be deleted.
    """

    class Way(models.TextChoices):
        FACE_TO_FACE = "face_to_face", "当面"
        PHONE = "phone", "电话"
        MESSAGE = "message", "信息"
        GUARDIAN = "guardian", "请监护人转告"
        SCHOOL = "school", "请学校转告"

    class Outcome(models.TextChoices):
        WAITING = "waiting", "待了解"
        CAME = "came", "去了"
        ABSENT = "absent", "没去"
        DECLINED = "declined", "拒绝"

    youth = models.ForeignKey(
        "AssistedYouth", models.PROTECT, related_name="suggested_activities", verbose_name="帮扶对象"
    )
    activity = SealedForeignKey(
        Activity,
        models.DO_NOTHING,
        null=True,
        blank=True,
        editable=False,
        sealed_in="activity_key",
        label="case.suggested_activity",
        related_name="+",
        verbose_name="活动",
    )
    activity_key = SealedKeyField("activity", verbose_name="活动编号")
    name = EncryptedCharField("活动名称", max_length=100, blank=True, editable=False)
    held_on = models.DateField("活动日期")
    suggested_on = happened(models.DateField("推荐日期"))
    way = models.CharField("告知方式", max_length=20, choices=Way)
    outcome = models.CharField("结果", max_length=20, choices=Outcome, default=Outcome.WAITING)
    reason = EncryptedTextField("原因", blank=True)

    objects = SuggestedActivityQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "held_on", "suggested_on", "outcome"),
        neutral=("activity", "name", "way", "reason"),
        begins=("suggested_on",),
    )

    class Meta:
        verbose_name = "推荐活动"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "activity"],
                name="activity_suggested_once",
                violation_error_message="已向该帮扶对象推荐过这次活动，请打开原来的推荐登记结果。",
            ),
            models.CheckConstraint(
                condition=Q(suggested_on__lte=models.F("held_on")),
                name="activity_suggested_before_it_is_held",
                violation_error_message="推荐日期不晚于活动日期。",
            ),
        ]

    def __str__(self):
        return f"{self.youth} {self.name}（{self.held_on}）"

    def get_absolute_url(self):
        """The page of the youth, which lists it."""
        return reverse("assisted_youth_detail", args=[self.youth_id])

    def clean(self):
        if self.suggested_on and self.held_on and self.suggested_on > self.held_on:
            expected = f"不晚于活动日期（{self.held_on}）的日期"
            raise ValidationError({"suggested_on": problem(expected, "请核对推荐日期和活动日期")})

    def has_come_by(self, day: date) -> bool:
        """Whether the day of the activity has come by `day`."""
        return self.held_on <= day

    def check_outcome(self, day: date) -> None:
        """Raises ValidationError where an outcome cannot be known on `day` yet."""
        if self.outcome in (self.Outcome.CAME, self.Outcome.ABSENT) and not self.has_come_by(day):
            expected = f"活动当天（{self.held_on}）以后才有的结果"
            raise ValidationError({"outcome": problem(expected, "活动改期的请改活动日期；不愿参加的选拒绝")})
