"""Scholarship applications (希望之星), from the application to the thanks given to the donor."""

from datetime import date
from itertools import combinations
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
from yl_district.days import announced, happened
from yl_district.fields import YearField, personal
from yl_district.history.tracking import Tracked
from yl_district.periods import Period, standing_on
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField
from yl_district.privacy.masking import masked_name, shown_surname
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField, SealedLinkModel
from yl_district.record_options import RecordOptions
from yl_district.validators import check_order, problem, validate_year

from .grants import OF_CASE, CaseQuerySet
from .scholarship_steps import (
    DAYS_IN_ORDER,
    DONE_IN,
    SCHOLARSHIP_STEPS,
    ScholarshipStatus,
    ScholarshipStep,
    StepShown,
)
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

    def applied_during(self, period: Period) -> Self:
        """Applications made within the period."""
        return self.filter(applied_on__range=period.bounds)

    def paid_during(self, period: Period) -> Self:
        """Applications paid out within the period."""
        return self.filter(paid_on__range=period.bounds)

    def thanked_during(self, period: Period) -> Self:
        """Applications whose donor was thanked within the period."""
        return self.filter(thanked_on__range=period.bounds)

    def on_platform_on(self, day: date) -> Self:
        """Applications of students on the platform on `day`; without a first day, from the application's year on."""
        return self.filter(standing_on(day, "on_platform_from", "on_platform_until"), is_on_platform=True)

    def awaiting(self, step: ScholarshipStep) -> Self:
        """Applications of which `step` is the next."""
        return self.filter(status=step.after, thanked_on__isnull=True)

    def waiting(self) -> Self:
        """Applications with a step still to be made."""
        return self.exclude(status=ScholarshipStatus.REFUSED).filter(thanked_on__isnull=True)


class Scholarship(SealedLinkModel):
    """One scholarship application (希望之星)."""

    class Stage(models.TextChoices):
        PRIMARY = "primary", "小学"
        JUNIOR = "junior", "初中"
        SENIOR = "senior", "高中"
        UNIVERSITY = "university", "大学"

    Status = ScholarshipStatus

    class PaymentWay(models.TextChoices):
        TRANSFER = "transfer", "银行转账"
        CASH = "cash", "现金"
        SCHOOL = "school", "学校转交"
        OTHER = "other", "其他"

    class ThanksWay(models.TextChoices):
        LETTER = "letter", "感谢信"
        VISIT = "visit", "当面致谢"
        PHONE = "phone", "电话"
        OTHER = "other", "其他"

    year = YearField("年度", validators=[validate_year])
    student = SealedForeignKey(
        Person, models.PROTECT, sealed_in="student_key", label=OF_CASE, related_name="scholarships", verbose_name="姓名"
    )
    student_key = SealedKeyField("student", verbose_name="人员编号")
    school = EncryptedCharField("学校", max_length=60, blank=True)
    stage = models.CharField("学段", max_length=20, choices=Stage, blank=True)
    grade = EncryptedCharField("年级", max_length=20, blank=True)
    guardian = personal(EncryptedCharField("监护人", max_length=30, blank=True), masked=True, unmaskable=True)
    guardian_phone = personal(
        EncryptedCharField("监护人电话", max_length=30, blank=True), masked=True, unmaskable=True, phone=True
    )
    hardship = EncryptedTextField("家庭情况", blank=True)
    merits = EncryptedTextField("成绩和表现", blank=True)
    requested_amount = models.DecimalField("申请金额", max_digits=10, decimal_places=2, null=True, blank=True)
    applied_on = happened(models.DateField("申报日期", null=True, blank=True))
    status = models.CharField("状态", max_length=20, choices=Status, default=ScholarshipStatus.APPLIED)
    reviewed_on = happened(models.DateField("初审日期", null=True, blank=True))
    reviewed_by = EncryptedCharField("初审人", max_length=60, blank=True)
    review_opinion = EncryptedTextField("初审意见", blank=True)
    forwarded_on = happened(models.DateField("上报日期", null=True, blank=True))
    approved_on = happened(models.DateField("批准日期", null=True, blank=True))
    amount = models.DecimalField("资助金额", max_digits=10, decimal_places=2, null=True, blank=True)
    donor = EncryptedCharField("捐助人", max_length=60, blank=True)
    decision_note = EncryptedTextField("审批意见", blank=True)
    paid_on = happened(models.DateField("发放日期", null=True, blank=True))
    paid_amount = models.DecimalField("发放金额", max_digits=10, decimal_places=2, null=True, blank=True)
    payment_way = models.CharField("发放方式", max_length=20, choices=PaymentWay, blank=True)
    receipt = EncryptedCharField("签收凭证", max_length=60, blank=True)
    payment_note = EncryptedTextField("发放说明", blank=True)
    thanked_on = happened(models.DateField("致谢日期", null=True, blank=True))
    thanks_way = models.CharField("致谢方式", max_length=20, choices=ThanksWay, blank=True)
    is_on_platform = models.BooleanField("在平台", null=True, blank=True)
    on_platform_from = happened(models.DateField("进入平台日期", null=True, blank=True))
    on_platform_until = announced(models.DateField("离开平台日期", null=True, blank=True), "离开平台")
    remark = EncryptedTextField("备注", blank=True)

    attachments = GenericRelation(Attachment)

    objects = ScholarshipQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW, by_acts=["status"])
    record_options = RecordOptions(
        unmaskable_with=("student",),
        facts=(
            "year",
            "student",
            "status",
            "applied_on",
            "approved_on",
            "paid_on",
            "thanked_on",
            "is_on_platform",
            "on_platform_from",
            "on_platform_until",
        ),
        neutral=(
            "school",
            "stage",
            "grade",
            "guardian",
            "guardian_phone",
            "hardship",
            "merits",
            "requested_amount",
            "reviewed_on",
            "reviewed_by",
            "review_opinion",
            "forwarded_on",
            "amount",
            "donor",
            "decision_note",
            "paid_amount",
            "payment_way",
            "receipt",
            "payment_note",
            "thanks_way",
            "remark",
        ),
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

    @property
    def done_steps(self) -> list[ScholarshipStep]:
        """The steps that the state says are done, in order; the thanks only with their day."""
        done = [SCHOLARSHIP_STEPS[key] for key in DONE_IN[self.status]]
        return done if self.thanked_on else [step for step in done if step.key != "thank"]

    @property
    def next_step(self) -> ScholarshipStep | None:
        """The step to be made next; None for an application that is refused or has been seen through."""
        return next((step for step in SCHOLARSHIP_STEPS.values() if self.awaits(step)), None)

    @property
    def timeline(self) -> list[StepShown]:
        """All steps in order, those done and those to come; none after a refusal."""
        done, due, shown = self.done_steps, self.next_step, []
        for step in SCHOLARSHIP_STEPS.values():
            if step in done or self.status != ScholarshipStatus.REFUSED:
                shown.append(StepShown(step, self._name_of(step), getattr(self, step.day), step in done, step == due))
        return shown

    def _name_of(self, step):
        """What a step is called, a decision by how it went."""
        if step.key != "decide" or step not in self.done_steps:
            return step.noun
        return "未批准" if self.status == ScholarshipStatus.REFUSED else "批准"

    @property
    def missing(self) -> list[str]:
        """What the paper form needs and the record does not have yet, in words."""
        needed = ("school", "stage", "grade", "guardian", "hardship", "merits", "requested_amount", "applied_on")
        labels = {field.name: str(field.verbose_name) for field in self._meta.concrete_fields}
        found = [labels[name] for name in needed if not getattr(self, name)]
        if not self.attachments.exists():
            found.append("盖章后的申请表扫描件")
        if self.status == ScholarshipStatus.PAID and not self.receipt:
            found.append("签收凭证")
        return found

    def proposed_for(self, step):
        """What the form of a step begins with: to be paid is what was granted."""
        return {"paid_amount": self.amount} if step.key == "pay" else {}

    @property
    def next_label(self) -> str:
        """What is to be done next, in a word."""
        return f"待{self.next_step.noun}" if self.next_step else "—"

    @property
    def outcome(self) -> str:
        """How far the application has come, in a word."""
        return "已致谢" if self.thanked_on else self.get_status_display()

    @property
    def surname(self) -> str:
        """The student's surname, by which letters to donors name the student."""
        return shown_surname(self.student.name)

    def awaits(self, step):
        """Whether `step` is the one to be made next."""
        return self.status == step.after and not (step.key == "thank" and self.thanked_on)

    def take(self, step, *, is_granted=None, **facts):
        """Makes a step with its day and facts; `is_granted` says how a decision went.

        Raises ValidationError where another step is due, such as when somebody else has just made this one.
        """
        if not self.awaits(step):
            due = f"现在{self.next_label}" if self.next_step else "这份申报已办结"
            raise ValidationError(problem(f"按顺序办理的步骤（{due}）", "可能刚由他人办理，请返回核对后再办"))
        for name, value in facts.items():
            setattr(self, name, value)
        if is_granted is not None:
            self.status = ScholarshipStatus.GRANTED if is_granted else ScholarshipStatus.REFUSED
        self.status = step.becomes or self.status
        self.full_clean()
        self.save()

    def take_back(self):
        """Takes the last step back, with all that was noted of it; raises ValidationError where there is none."""
        if not self.done_steps:
            raise ValidationError(problem("已办理过步骤的申报", "没有可以撤回的步骤，申报有误的请修改申报"))
        step = self.done_steps[-1]
        for name in (step.day, *step.facts):
            field = self._meta.get_field(name)
            setattr(self, name, None if field.null else "")
        if step.key != "thank":
            # What lists of former years say was forwarded need not have been reviewed.
            is_unreviewed = step.key == "forward" and not self.reviewed_on
            self.status = ScholarshipStatus.APPLIED if is_unreviewed else step.after
        self.full_clean()
        self.save()

    def clean(self):
        self._check_amounts()
        for first, last in combinations(DAYS_IN_ORDER, 2):
            check_order(self, first, last)
        self._check_days_of_state()
        check_order(self, "on_platform_from", "on_platform_until", same_day=False)
        if (self.on_platform_from or self.on_platform_until) and not self.is_on_platform:
            expected = "填了进入或离开平台日期的，在平台为“是”"
            raise ValidationError({"is_on_platform": problem(expected, "请选择“是”，或清空这两个日期")})

    def _check_days_of_state(self):
        """Raises ValidationError for a grant without its day, and for a step's day that the state knows nothing of."""
        label = self.get_status_display()
        if self.status in (ScholarshipStatus.GRANTED, ScholarshipStatus.PAID) and not self.approved_on:
            raise ValidationError({"approved_on": problem(f"状态为{label}时填写批准日期", "请补填批准日期")})
        for step in SCHOLARSHIP_STEPS.values():
            if getattr(self, step.day) and step.key not in DONE_IN.get(self.status, SCHOLARSHIP_STEPS):
                day = self._meta.get_field(step.day).verbose_name
                raise ValidationError({step.day: problem(f"状态为{label}时不填{day}", "请核对状态，或清空这一日期")})

    def _check_amounts(self):
        """Raises ValidationError for negative amounts, and for a payment beyond the grant without a word why."""
        for name in ("requested_amount", "amount", "paid_amount"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValidationError({name: problem("不小于 0 的金额", "请核对金额")})
        if self.paid_amount is None or self.amount is None or self.payment_note:
            return
        if self.paid_amount > self.amount:
            expected = f"不多于批准金额（{self.amount} 元）的发放金额"
            raise ValidationError({"paid_amount": problem(expected, "请核对金额；确需多发的，在发放说明中写明原因")})
