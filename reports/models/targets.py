"""Targets set by the level above."""

from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.urls import reverse

from orgs.models import User
from yl_district.attachments.models import Attachment
from yl_district.fields import YearField
from yl_district.history.tracking import Tracked
from yl_district.validators import validate_year


class StaffQuerySet(models.QuerySet):
    """Rows of the district as a whole, kept by the committee's staff."""

    def visible_to(self, user: User) -> Self:
        """Every row for staff of the district committee, none for others."""
        return self if user.is_committee_staff else self.none()


class TargetQuerySet(StaffQuerySet):
    def visible_to(self, user: User) -> Self:
        """Every target for staff of the district committee and leaders of the district, none for others."""
        return self if user.leads_root else super().visible_to(user)

    def changeable_by(self, user: User) -> Self:
        """Every target for staff of the district committee, none for others."""
        return super().visible_to(user)


class Target(models.Model):
    """A target for one figure in one year, set by the level above."""

    year = YearField("年度", validators=[validate_year])
    task = models.CharField("任务", max_length=100)
    figure = models.CharField("指标", max_length=60)
    value = models.PositiveIntegerField("目标值")
    issued_by = models.CharField("下达单位", max_length=60, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    due_on = models.DateField("截止日期", null=True, blank=True)

    attachments = GenericRelation(Attachment)

    objects = TargetQuerySet.as_manager()
    history = Tracked(words={"figure": "reports.checks.history_words.figure_words"})

    class Meta:
        verbose_name = "年度任务"
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "figure"], name="target_once", violation_error_message="这一年度的该指标已有目标值。"
            )
        ]

    def __str__(self):
        return f"{self.year} {self.task}"

    def get_absolute_url(self):
        """The URL of the target's page."""
        return reverse("target_detail", args=[self.pk])

    @property
    def deadline(self):
        """The due date, or else the last day of the year."""
        return self.due_on or date(self.year, 12, 31)
