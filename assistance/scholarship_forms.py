"""Forms of scholarships: the application, each step after it, and the reason for what is taken back."""

from django import forms

from members.forms import DOCUMENTS_GROUP, PERSON_GROUP, PersonForm
from yl_district.pages.forms import ActionForm, offer_days
from yl_district.validators import problem

from .forms import TakeBackForm
from .models import SCHOLARSHIP_STEPS, Scholarship

STEP_GROUPS = {
    "review": ("初审", "reviewed_on", "reviewed_by", "review_opinion"),
    "forward": ("上报", "forwarded_on"),
    "decide": ("审批", "approved_on", "amount", "donor", "decision_note"),
    "pay": ("发放", "paid_on", "paid_amount", "payment_way", "receipt", "payment_note"),
    "thank": ("致谢", "thanked_on", "thanks_way"),
}
IN_YUAN = {"requested_amount": "申请金额（元）", "amount": "资助金额（元）", "paid_amount": "发放金额（元）"}


class ScholarshipForm(PersonForm):
    """A student's application, and what was noted of the steps that are done; further steps have forms of their own."""

    person_field = "student"
    masks_name = True
    groups = [
        PERSON_GROUP,
        DOCUMENTS_GROUP,
        ("申报", "year", "school", "stage", "grade", "applied_on", "requested_amount"),
        ("家庭和学习", "guardian", "guardian_phone", "hardship", "merits"),
        ("平台", "is_on_platform", "on_platform_from", "on_platform_until"),
        *STEP_GROUPS.values(),
        ("备注", "remark"),
    ]

    class Meta:
        model = Scholarship
        labels = IN_YUAN
        help_texts = {
            "on_platform_from": "留空的，从申报的年度起计。",
            "approved_on": "未批准的，填写得知未批准的日期。",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        done = {step.key for step in self.instance.done_steps}
        stated = {
            key for key, (_, *names) in STEP_GROUPS.items() if any(getattr(self.instance, name) for name in names)
        }
        left_out = [group for key, group in STEP_GROUPS.items() if key not in done | stated]
        self.groups = [group for group in self.groups if group not in left_out]
        for _, *names in left_out:
            for name in names:
                del self.fields[name]


def of_step(name, *, needed=False, **options):
    """The form field of a step's fact."""
    label = IN_YUAN.get(name, Scholarship._meta.get_field(name).verbose_name)
    return Scholarship._meta.get_field(name).formfield(label=label, required=needed, **options)


class ScholarshipStepForm(ActionForm):
    """What is noted of one step; the model refuses a step out of turn and a day before the former step."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        offer_days(self.fields, Scholarship, self.day)


class ScholarshipReviewForm(ScholarshipStepForm):
    """The review of an application in the district."""

    reviewed_on = of_step("reviewed_on", needed=True)
    reviewed_by = of_step("reviewed_by", needed=True, help_text="初审的单位或经办人。")
    review_opinion = of_step("review_opinion", needed=True)


class ScholarshipForwardForm(ScholarshipStepForm):
    """The day on which an application was forwarded."""

    forwarded_on = of_step("forwarded_on", needed=True)


class ScholarshipDecisionForm(ScholarshipStepForm):
    """The decision, with the amount of what is granted or the reason for which it is refused."""

    groups = [("", "is_granted", "approved_on", "amount", "donor", "decision_note")]
    is_granted = forms.TypedChoiceField(
        label="审批结果",
        choices=[("yes", "批准"), ("no", "未批准")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    approved_on = of_step("approved_on", needed=True, help_text="未批准的，填写得知未批准的日期。")
    amount = of_step("amount")
    donor = of_step("donor")
    decision_note = of_step("decision_note", help_text="未批准的，写明原因。")

    def clean(self):
        data = super().clean()
        is_granted = data.get("is_granted")
        if is_granted and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", problem("批准时填写资助金额", "请补填金额"))
        if is_granted is False and not data.get("decision_note"):
            self.add_error("decision_note", problem("未批准的原因", "请补填原因，以便告知学生"))
        if is_granted is False and data.get("amount"):
            self.add_error("amount", problem("未批准时没有金额", "请清空金额，或选择“批准”"))
        return data


class ScholarshipPaymentForm(ScholarshipStepForm):
    """The payment of a scholarship that was granted."""

    paid_on = of_step("paid_on", needed=True)
    paid_amount = of_step("paid_amount", needed=True)
    payment_way = of_step("payment_way", needed=True)
    receipt = of_step("receipt", help_text="签收人、收据或转账凭证的编号；扫描件可作为附件。")
    payment_note = of_step("payment_note", help_text="发放金额多于批准金额的，写明原因。")


class ScholarshipThanksForm(ScholarshipStepForm):
    """The thanks given to the donor."""

    thanked_on = of_step("thanked_on", needed=True)
    thanks_way = of_step("thanks_way", needed=True)


STEP_FORMS = dict(
    zip(
        SCHOLARSHIP_STEPS,
        (
            ScholarshipReviewForm,
            ScholarshipForwardForm,
            ScholarshipDecisionForm,
            ScholarshipPaymentForm,
            ScholarshipThanksForm,
        ),
        strict=True,
    )
)


class ScholarshipStepUndoForm(TakeBackForm):
    """Why the last step is taken back."""

    act = "撤回"
