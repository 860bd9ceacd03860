"""Scholarship applications (希望之星)."""

from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from members.models import Person
from orgs.models import Condition, Organisation, below
from yl_district.attachments.models import Attachment
from yl_district.audit.models import AccessEntry
from yl_district.counts import latest_of_each
from yl_district.days import happened
from yl_district.fields import YearField
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField
from yl_district.privacy.masking import masked_name
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField, SealedLinkModel
from yl_district.record_options import RecordOptions
from yl_district.validators import check_order, problem, validate_year

from .grants import OF_CASE, CaseQuerySet
from .youths import AssistedYouth


class ScholarshipQuerySet(CaseQuerySet):
    person_path = "student"

    def reach(self, organisation: Organisation) -> Condition:
        """Returns the condition for applications of students who are assisted youths of the organisation."""
        cases = AssistedYouth.objects.filter(below("organisation__path", organisation), person=OuterRef("student"))
        return Exists(cases)

    def of_cases_by(self, organisation: Organisation, day: date) -> Self:
        """Applications of students who by `day` had been in the organisation's register; at the root every one."""
        if organisation.is_root():
            return self
        cases = AssistedYouth.objects.within(organisation).filter(registered_on__lte=day)
        return self.filter(Exists(cases.filter(person=OuterRef("student"))))

    def granted_during(self, period: Period) -> Self:
        """Applications granted or paid out, approved within the period."""
        granted = [Scholarship.Status.GRANTED, Scholarship.Status.PAID]
        return self.filter(status__in=granted, approved_on__range=period.bounds)

    def one_of_each_student(self) -> Self:
        """One application of each student, though they applied in several years."""
        return latest_of_each(self, "student")

    def of_year(self, year: int) -> Self:
        """Applications of `year`."""
        return self.filter(year=year)

    def applied_by(self, day: date) -> Self:
        """Applications without those made only after `day`."""
        return self.filter(Q(applied_on__lte=day) | Q(applied_on__isnull=True))

    def on_platform(self) -> Self:
        """Applications of students on the platform."""
        return self.filter(is_on_platform=True)


class Scholarship(SealedLinkModel):
    """One scholarship application (希望之星)."""

    class Stage(models.TextChoices):
        PRIMARY = "primary", "小学"
        JUNIOR = "junior", "初中"
        SENIOR = "senior", "高中"
        UNIVERSITY = "university", "大学"

    class Status(models.TextChoices):
        APPLIED = "applied", "申报"
        FORWARDED = "forwarded", "上报"
        GRANTED = "granted", "批准"
        REFUSED = "refused", "未批准"
        PAID = "paid", "已发放"

    year = YearField("年度", validators=[validate_year])
    student = SealedForeignKey(
        Person, models.PROTECT, sealed_in="student_key", label=OF_CASE, related_name="scholarships", verbose_name="姓名"
    )
    student_key = SealedKeyField("student", verbose_name="人员编号")
    school = EncryptedCharField("学校", max_length=60, blank=True)
    stage = models.CharField("学段", max_length=20, choices=Stage, blank=True)
    applied_on = happened(models.DateField("申报日期", null=True, blank=True))
    status = models.CharField("状态", max_length=20, choices=Status)
    approved_on = happened(models.DateField("批准日期", null=True, blank=True))
    amount = models.DecimalField("资助金额", max_digits=10, decimal_places=2, null=True, blank=True)
    donor = EncryptedCharField("捐助人", max_length=60, blank=True)
    is_on_platform = models.BooleanField("在平台", null=True, blank=True)
    remark = EncryptedTextField("备注", blank=True)

    attachments = GenericRelation(Attachment)

    objects = ScholarshipQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("year", "student", "status", "applied_on", "approved_on", "is_on_platform"),
        neutral=("school", "stage", "amount", "donor", "remark"),
    )

    class Meta:
        verbose_name = "奖学金"
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "student"],
                name="scholarship_once",
                violation_error_message="该学生这一年度已有申报。",
            )
        ]

    def __str__(self):
        return f"{self.year} {self.shown_name}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("scholarship_detail", args=[self.pk])

    @property
    def shown_name(self):
        """The student's name, masked whatever the age."""
        return masked_name(self.student.name)

    def clean(self):
        granted = [self.Status.GRANTED, self.Status.PAID]
        if self.status in granted and not self.approved_on:
            label = self.get_status_display()
            raise ValidationError({"approved_on": problem(f"状态为{label}时填写批准日期", "请补填批准日期")})
        if self.amount is not None and self.amount < 0:
            raise ValidationError({"amount": problem("不小于 0 的金额", "请核对金额")})
        check_order(self, "applied_on", "approved_on")
