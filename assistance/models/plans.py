"""The yearly plans of assisted youths (阳光牵手服务计划书)."""

from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.urls import reverse

from yl_district.attachments.models import Attachment
from yl_district.audit.models import AccessEntry
from yl_district.days import happened
from yl_district.fields import YearField
from yl_district.history.tracking import Tracked
from yl_district.privacy.encryption import EncryptedTextField, SealedModel
from yl_district.record_options import RecordOptions
from yl_district.validators import validate_year

from .grants import CaseQuerySet


class ServicePlanQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def signed_by(self, day: date) -> Self:
        """Plans without those signed only after `day`."""
        return self.filter(Q(signed_on__lte=day) | Q(signed_on__isnull=True))


class ServicePlan(SealedModel):
    """An assisted youth's plan for a year (阳光牵手服务计划书)."""

    youth = models.ForeignKey("AssistedYouth", models.PROTECT, related_name="plans", verbose_name="帮扶对象")
    year = YearField("年度", validators=[validate_year])
    assessment = EncryptedTextField("需求评估", blank=True)
    goals = EncryptedTextField("目标", blank=True)
    measures = EncryptedTextField("措施", blank=True)
    signed_on = happened(models.DateField("签订日期", null=True, blank=True))

    attachments = GenericRelation(Attachment)

    objects = ServicePlanQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "year", "signed_on"), neutral=("assessment", "goals", "measures"), begins=("year",)
    )

    class Meta:
        verbose_name = "服务计划"
        ordering = ["-year", "youth_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "year"], name="plan_once", violation_error_message="该帮扶对象这一年度已有服务计划书。"
            )
        ]

    def __str__(self):
        return f"{self.youth} {self.year}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("assisted_youth_detail", args=[self.youth_id])
