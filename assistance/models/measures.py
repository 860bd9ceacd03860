"""What a service plan says is to be done, and what was agreed anew after it was signed."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from yl_district.audit.models import AccessEntry
from yl_district.days import happened
from yl_district.fields import PartialDateField, partial_date_constraint
from yl_district.history.tracking import Tracked
from yl_district.partial_dates import latest
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField, SealedModel
from yl_district.record_options import RecordOptions
from yl_district.validators import problem

from .grants import CaseQuerySet
from .plans import ServicePlan
from .signed_texts import SignedText


class PlanPartQuerySet(CaseQuerySet):
    person_path = "plan__youth__person"
    organisation_path = "plan__youth__organisation__path"


class PlanMeasureQuerySet(PlanPartQuerySet):
    def done_by(self, day: date) -> Self:
        """Measures done on `day` or before."""
        return self.filter(done_on__lte=day)


class PlanMeasure(SignedText):
    """One measure of a plan: what is to be done, until when, by whom, and what came of it."""

    fixed_texts = ("content", "due_on", "responsible")

    plan = models.ForeignKey(ServicePlan, models.PROTECT, related_name="measure_rows", verbose_name="服务计划")
    content = EncryptedTextField("具体措施")
    due_on = PartialDateField("完成时限", null=True, blank=True)
    responsible = EncryptedCharField("负责人", max_length=30, blank=True)
    done_on = happened(models.DateField("完成日期", null=True, blank=True))
    result = EncryptedTextField("完成情况", blank=True)

    objects = PlanMeasureQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("plan", "done_on"), neutral=("content", "due_on", "responsible", "result"), begins=("done_on",)
    )

    class Meta:
        verbose_name = "计划措施"
        ordering = ["pk"]
        constraints = [partial_date_constraint("due_on", "planmeasure")]

    def __str__(self):
        return f"{self.plan} 措施"

    def get_absolute_url(self):
        """The plan's page."""
        return self.plan.get_absolute_url()

    def clean(self):
        plan = getattr(self, "plan", None)
        if plan and plan.signed_on and (rewritten := self.texts_rewritten()):
            remedy = "计划书已签订，措施不再改写：有改变的请登记变更，没有做成的写在完成情况中"
            raise ValidationError({name: problem("与签订时相同的内容", remedy) for name in rewritten})

    def is_overdue_on(self, day):
        """Whether it should have been done before `day` and was not."""
        return bool(self.due_on and not self.done_on and latest(self.due_on) < day)

    def take_out(self):
        """Deletes it; raises ValidationError once its plan is signed."""
        if ServicePlan.objects.select_for_update(no_key=True).get(pk=self.plan_id).signed_on:
            raise ValidationError("计划书已签订，措施不能删除：没有做成的，请写在完成情况中；有改变的，请登记变更。")
        self.delete()


class PlanAmendment(SealedModel):
    """What was agreed anew, and why, after a plan was signed; the signed texts stay."""

    plan = models.ForeignKey(ServicePlan, models.PROTECT, related_name="amendments", verbose_name="服务计划")
    agreed_on = happened(models.DateField("变更日期"))
    reason = EncryptedTextField("变更原因")
    content = EncryptedTextField("变更内容")

    objects = PlanPartQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(neutral=("plan", "agreed_on", "reason", "content"))

    class Meta:
        verbose_name = "计划变更"
        ordering = ["agreed_on", "pk"]

    def __str__(self):
        return f"{self.plan} 变更"

    def get_absolute_url(self):
        """The plan's page."""
        return reverse("service_plan_detail", args=[self.plan_id])

    def clean(self):
        plan = getattr(self, "plan", None)
        if plan is None:
            return
        signed_on = plan.signed_on
        if not signed_on:
            raise ValidationError(problem("已签订的计划书", "尚未签订的计划书可直接修改，不必登记变更"))
        if self.agreed_on and self.agreed_on < signed_on:
            expected = f"不早于签订日期（{signed_on}）的日期"
            raise ValidationError({"agreed_on": problem(expected, "请核对变更日期")})
