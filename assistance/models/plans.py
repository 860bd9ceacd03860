"""The yearly plans of assisted youths (阳光牵手服务计划书): what was agreed, signed, done and found."""

from datetime import date
from typing import Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from yl_district.attachments.models import Attachment
from yl_district.audit.models import AccessEntry
from yl_district.days import happened
from yl_district.fields import YearField, personal
from yl_district.history.tracking import Tracked
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField
from yl_district.privacy.masking import masked_name
from yl_district.record_options import RecordOptions
from yl_district.validators import check_order, problem, validate_year

from .grants import CaseQuerySet
from .signed_texts import SignedText

# The first day of a plan's year on which a review is due: month and day.
MIDYEAR_DUE, FINAL_DUE = (7, 1), (12, 1)
MIDYEAR, FINAL = "midyear", "final"


class ServicePlanQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def signed_by(self, day: date) -> Self:
        """Plans without those signed only after `day`."""
        return self.filter(Q(signed_on__lte=day) | Q(signed_on__isnull=True))

    def agreed_by(self, day: date) -> Self:
        """Plans signed on `day` or before."""
        return self.filter(signed_on__lte=day)

    def reviewed_midyear_by(self, day: date) -> Self:
        """Plans looked back upon in mid-year, on `day` or before."""
        return self.filter(midyear_on__lte=day)

    def reviewed_finally_by(self, day: date) -> Self:
        """Plans looked back upon at the end of the year, on `day` or before."""
        return self.filter(final_on__lte=day)

    def with_review_due(self, day: date) -> Self:
        """Signed plans of which a review is due on `day` and was not held."""
        due = Q(pk__in=[])
        for name, since in (("midyear_on", MIDYEAR_DUE), ("final_on", FINAL_DUE)):
            year = day.year if (day.month, day.day) >= since else day.year - 1
            due |= Q(year__lte=year, **{f"{name}__isnull": True})
        return self.agreed_by(day).filter(due)


class ServicePlan(SignedText):
    """An assisted youth's plan for a year (阳光牵手服务计划书)."""

    class Party(models.TextChoices):
        YOUTH = "youth", "本人"
        GUARDIAN = "guardian", "监护人"

    class Outcome(models.TextChoices):
        REACHED = "reached", "达成"
        PARTLY = "partly", "部分达成"
        MISSED = "missed", "未达成"

    fixed_texts = ("assessment", "goals", "measures")
    noted = ("signed_on",)

    youth = models.ForeignKey("AssistedYouth", models.PROTECT, related_name="plans", verbose_name="帮扶对象")
    year = YearField("年度", validators=[validate_year])
    assessment = EncryptedTextField("需求评估", blank=True)
    goals = EncryptedTextField("目标", blank=True)
    measures = EncryptedTextField("措施", blank=True)
    signed_on = happened(models.DateField("签订日期", null=True, blank=True))
    family_party = models.CharField("家庭方签字人", max_length=20, choices=Party, blank=True)
    family_signer = personal(EncryptedCharField("家庭方姓名", max_length=30, blank=True), masked=True, unmaskable=True)
    volunteer_signer = EncryptedCharField("志愿者签字", max_length=30, blank=True)
    office_signer = EncryptedCharField("团委签字", max_length=30, blank=True)
    midyear_on = happened(models.DateField("年中回顾日期", null=True, blank=True))
    midyear_finding = EncryptedTextField("年中回顾情况", blank=True)
    midyear_outcome = models.CharField("年中目标达成", max_length=20, choices=Outcome, blank=True)
    midyear_next = EncryptedTextField("下半年继续的事项", blank=True)
    final_on = happened(models.DateField("年末回顾日期", null=True, blank=True))
    final_finding = EncryptedTextField("年末回顾情况", blank=True)
    final_outcome = models.CharField("年末目标达成", max_length=20, choices=Outcome, blank=True)
    final_next = EncryptedTextField("下一年继续的事项", blank=True)

    attachments = GenericRelation(Attachment)

    objects = ServicePlanQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "year", "signed_on", "midyear_on", "final_on"),
        neutral=(
            *("assessment", "goals", "measures", "family_party", "family_signer", "volunteer_signer", "office_signer"),
            *("midyear_finding", "midyear_outcome", "midyear_next", "final_finding", "final_outcome", "final_next"),
        ),
        begins=("year",),
    )

    class Meta:
        verbose_name = "服务计划"
        ordering = ["-year", "youth_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "year"], name="plan_once", violation_error_message="该帮扶对象这一年度已有服务计划书。"
            ),
            models.CheckConstraint(
                condition=Q(midyear_on__isnull=True, final_on__isnull=True) | Q(signed_on__isnull=False),
                name="plan_reviewed_once_signed",
                violation_error_message="计划书签订以后才有回顾，请先登记签订日期。",
            ),
        ]

    def __str__(self):
        return f"{self.youth} {self.year}"

    def get_absolute_url(self):
        """The plan's own page; the youth's for one that is about to be made."""
        if self.pk is None:
            return reverse("assisted_youth_detail", args=[self.youth_id])
        return reverse("service_plan_detail", args=[self.pk])

    @property
    def was_signed(self):
        """Whether it was signed when it was read."""
        return bool(self.as_read.get("signed_on"))

    @property
    def signature_in_words(self):
        """When and by whom it was signed, names of families masked; "" before."""
        if not self.signed_on:
            return ""
        family = masked_name(self.family_signer) if self.family_signer else ""
        others = [("志愿者", self.volunteer_signer), ("团委", self.office_signer)]
        signers = [f"{self.get_family_party_display()}{family}", *(f"{party}{name}" for party, name in others if name)]
        told = "、".join(filter(None, signers))
        return f"{self.signed_on} 签订（{told}）" if told else f"{self.signed_on} 签订"

    def unsigned_parties(self):
        """Which signatures a signed plan lacks, as they are told."""
        parties = [("家庭方", self.family_party), ("志愿者", self.volunteer_signer), ("团委", self.office_signer)]
        return [party for party, signer in parties if not signer]

    def clean(self):
        if self.was_signed and self.signed_on and (rewritten := self.texts_rewritten()):
            remedy = "签订后的内容不再改写：有改变的请登记变更；签订登记有误的，先在“更正签订”中清空签订日期"
            raise ValidationError({name: problem("与签订时相同的内容", remedy) for name in rewritten})
        for kind, label in ((MIDYEAR, "年中"), (FINAL, "年末")):
            self._check_review(kind, label)
        check_order(self, "midyear_on", "final_on")

    def _check_review(self, kind, label):
        """Raises ValidationError for a review without a day, before the signature or of another year."""
        name = f"{kind}_on"
        day = getattr(self, name)
        told = any(getattr(self, f"{kind}_{part}") for part in ("finding", "outcome", "next"))
        if told and not day:
            raise ValidationError({name: problem(f"{label}回顾的日期", "已填写回顾的内容，请补填日期")})
        if not day:
            return
        if not self.signed_on:
            raise ValidationError({name: problem("先有签订日期", "计划书签订以后才有回顾，请先登记签订")})
        check_order(self, "signed_on", name)
        last = self.year if kind == MIDYEAR else self.year + 1
        if self.year and not self.year <= day.year <= last:
            years = f"{self.year} 年" if last == self.year else f"{self.year} 年或次年"
            raise ValidationError({name: problem(f"{years}的日期", "请核对日期，或打开那一年度的计划书")})

    def sign(self, day, family_party, family_signer="", volunteer_signer="", office_signer=""):
        """Notes the signatures, by default that of the youth or guardian in the file.

        Raises ValidationError, which tells of the first signatures, where it is signed already.
        """
        if self.signed_on:
            remedy = "同一份计划书不能再签一次；登记有误的，请返回后点“更正签订”"
            raise ValidationError(problem(f"尚未签订的计划书。这一份已于 {self.signature_in_words}", remedy))
        own = self.youth.person.name if family_party == self.Party.YOUTH else self.youth.guardian
        self.signed_on, self.family_party, self.family_signer = day, family_party, family_signer or own
        self.volunteer_signer, self.office_signer = volunteer_signer, office_signer
        self.full_clean()
        self.save()

    def reviews_due(self, day):
        """Which reviews, MIDYEAR and FINAL, are due on `day` and were not held."""
        if not self.signed_on or self.signed_on > day:
            return []
        reviews = [(MIDYEAR, self.midyear_on, MIDYEAR_DUE), (FINAL, self.final_on, FINAL_DUE)]
        return [kind for kind, held, since in reviews if not held and day >= date(self.year, *since)]
