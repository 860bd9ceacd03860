"""Forms for needs talks and for service plans: texts, measures, signatures, amendments and reviews."""

from django import forms
from django.core.exceptions import ValidationError

from members.models import Volunteer
from yl_district.pages.forms import ActionForm, PageForm, prepare_field
from yl_district.pages.record_choices import form_field

from .forms import VolunteerChoiceField, offer_volunteers
from .models import NeedsTalk, PlanAmendment, PlanMeasure, ServicePlan

DUE_EXAMPLE = "如 2017-06 或 2017-06-30"
DUE_HELP = "可只写到月，如 2017-06。"


class NeedsTalkForm(PageForm):
    """A talk on what a youth needs; the youth is given by the page."""

    today_in = "held_on"
    groups = [("", "held_on", "way", "spoken_with", "volunteer"), ("需求", "needs", "next_step")]

    class Meta:
        model = NeedsTalk
        field_classes = {"volunteer": VolunteerChoiceField}
        help_texts = {
            "volunteer": "由志愿者询问的，选定志愿者；本人询问的留空。",
            "needs": "制定计划书时，需求评估由这些话开头。",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        chosen = [self.instance.volunteer] if self.instance.volunteer_id else []
        offer_volunteers(self.fields["volunteer"], self.user, Volunteer.objects.all(), chosen)


class ServicePlanForm(PageForm):
    """A youth's plan for a year; the youth is given by the page."""

    groups = [("", "year", "assessment", "goals", "measures")]
    fixed = ("youth",)
    signed_already = None

    class Meta:
        model = ServicePlan
        help_texts = {"measures": "概括地写；逐项的措施，保存后在计划书页面上添加，到时逐项勾销。"}

    def clean(self):
        data = super().clean()
        if data.get("year"):
            others = ServicePlan.objects.filter(youth=self.instance.youth_id, year=data["year"])
            self.signed_already = others.exclude(pk=self.instance.pk).filter(signed_on__isnull=False).first()
        if self.signed_already:
            told = self.signed_already.signature_in_words
            self.add_error("year", f"这一年度的计划书已于 {told}，同一年度不能另签一份：请打开那一份，登记变更。")
        return data


class PlanMeasureForm(PageForm):
    """A measure of a plan that is not signed yet; the plan is given by the page."""

    groups = [("", "content", "due_on", "responsible")]

    class Meta:
        model = PlanMeasure
        help_texts = {"due_on": DUE_HELP}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["due_on"].widget.attrs["placeholder"] = DUE_EXAMPLE

    @staticmethod
    def lock(measure):
        """Locks the plan, lest it be signed meanwhile."""
        list(ServicePlan.objects.select_for_update(no_key=True).filter(pk=measure.plan_id).values("pk"))

    def clean(self):
        data = super().clean()
        signed = ServicePlan.objects.filter(pk=self.instance.plan_id, signed_on__isnull=False)
        if self.instance.pk is None and signed.exists():
            raise ValidationError("计划书已签订，不能直接添加措施。请返回计划书页面登记变更，新的措施写在变更中。")
        return data


class PlanMeasureDoneForm(PageForm):
    """When a measure was done, and what came of it."""

    groups = [("", "done_on", "result")]

    class Meta:
        model = PlanMeasure
        help_texts = {"result": "没有做成的，完成日期留空，在这里写明原因。"}


class PlanSigningForm(ActionForm):
    """Who signed a plan, and on which day."""

    groups = [("", "day"), ("谁签的字", "family_party", "family_signer", "volunteer_signer", "office_signer")]
    day = forms.DateField(label="签订日期")
    family_party = forms.ChoiceField(label="家庭方签字人", choices=[("", "请选择"), *ServicePlan.Party.choices])
    family_signer = forms.CharField(
        label="家庭方姓名", max_length=30, required=False, help_text="留空即档案中的本人或监护人。"
    )
    volunteer_signer = forms.CharField(label="志愿者签字", max_length=30, required=False)
    office_signer = forms.CharField(label="团委签字", max_length=30, required=False)


class PlanSignatureForm(PageForm):
    """Corrects what is noted of a plan's signatures; without a day it is not signed."""

    groups = [("", "signed_on"), ("谁签的字", "family_party", "family_signer", "volunteer_signer", "office_signer")]

    class Meta:
        model = ServicePlan
        help_texts = {"signed_on": "误登记为已签订的，清空日期：计划书回到未签订，内容又可以修改。"}


class PlanAmendmentForm(PageForm):
    """What was agreed anew after a plan was signed, with a new measure where there is one."""

    today_in = "agreed_on"
    added = ("measure", "due_on", "responsible")
    groups = [("", "agreed_on", "reason", "content"), ("新的措施（没有的留空）", "measure", "due_on", "responsible")]

    class Meta:
        model = PlanAmendment
        help_texts = {"content": "签订的原文保留不变；这里写改成什么。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        of_measure = PlanMeasure._meta.get_field
        self.fields["measure"] = form_field(of_measure("content"), required=False)
        self.fields["due_on"] = form_field(of_measure("due_on"), help_text=DUE_HELP)
        self.fields["responsible"] = form_field(of_measure("responsible"))
        for name in self.added:
            prepare_field(self.fields[name])
        self.fields["due_on"].widget.attrs["placeholder"] = DUE_EXAMPLE

    def clean(self):
        data = super().clean()
        if not data.get("measure") and (data.get("due_on") or data.get("responsible")):
            self.add_error("measure", "填写了完成时限或负责人，请写明具体措施。")
        return data

    def save(self, commit=True):
        """Saves the amendment and its measure."""
        amendment, data = super().save(commit), self.cleaned_data
        if data["measure"]:
            told = {"content": data["measure"], "due_on": data["due_on"], "responsible": data["responsible"]}
            measure = PlanMeasure(plan=amendment.plan, **told)
            measure.full_clean()
            measure.save()
        return amendment


class PlanMidyearForm(PageForm):
    """The review of a plan in mid-year."""

    groups = [("", "midyear_on", "midyear_outcome", "midyear_finding", "midyear_next")]

    class Meta:
        model = ServicePlan
        help_texts = {"midyear_finding": "对照目标逐条写。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("midyear_on", "midyear_outcome"):
            self.fields[name].required = True


class PlanFinalForm(PageForm):
    """The review of a plan at the end of its year."""

    groups = [("", "final_on", "final_outcome", "final_finding", "final_next")]

    class Meta:
        model = ServicePlan
        help_texts = {"final_finding": "对照目标逐条写。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("final_on", "final_outcome"):
            self.fields[name].required = True
