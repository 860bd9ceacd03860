"""The steps of a scholarship after the application: review, forwarding, decision, payment and thanks."""

from dataclasses import dataclass
from datetime import date

from django.db import models


class ScholarshipStatus(models.TextChoices):
    """How far an application has come; the thanks have a day, but no state of their own."""

    APPLIED = "applied", "申报"
    REVIEWED = "reviewed", "初审"
    FORWARDED = "forwarded", "上报"
    GRANTED = "granted", "批准"
    REFUSED = "refused", "未批准"
    PAID = "paid", "已发放"


@dataclass(frozen=True)
class ScholarshipStep:
    """A step of an application: its day, what is noted of it, and the states before and after it.

    `becomes` is empty where the step leaves the state as it is, or itself says which one follows.
    """

    key: str
    label: str
    noun: str
    day: str
    facts: tuple[str, ...]
    after: str
    becomes: str = ""

    @property
    def page(self) -> str:
        """The name of the page that makes the step."""
        return f"scholarship_{self.key}"


_APPLIED, _REVIEWED, _FORWARDED, _GRANTED, _REFUSED, _PAID = ScholarshipStatus
_REVIEW = ("reviewed_on", ("reviewed_by", "review_opinion"))
_DECISION = ("approved_on", ("amount", "donor", "decision_note"))
_PAYMENT = ("paid_on", ("paid_amount", "payment_way", "receipt", "payment_note"))
SCHOLARSHIP_STEPS = {
    step.key: step
    for step in (
        ScholarshipStep("review", "初审", "初审", *_REVIEW, _APPLIED, _REVIEWED),
        ScholarshipStep("forward", "上报", "上报", "forwarded_on", (), _REVIEWED, _FORWARDED),
        ScholarshipStep("decide", "登记审批结果", "审批", *_DECISION, _FORWARDED),
        ScholarshipStep("pay", "登记发放", "发放", *_PAYMENT, _GRANTED, _PAID),
        ScholarshipStep("thank", "登记致谢", "致谢", "thanked_on", ("thanks_way",), _PAID),
    )
}
DAYS_IN_ORDER = ("applied_on", *(step.day for step in SCHOLARSHIP_STEPS.values()))
# Of each state, the steps that it says are done; what lists of former years leave out has no day.
DONE_IN: dict[str, tuple[str, ...]] = {
    _APPLIED: (),
    _REVIEWED: ("review",),
    _FORWARDED: ("review", "forward"),
    _GRANTED: ("review", "forward", "decide"),
    _REFUSED: ("review", "forward", "decide"),
    _PAID: ("review", "forward", "decide", "pay", "thank"),
}


@dataclass(frozen=True)
class StepShown:
    """A step as a page shows it: its name, its day, None where a list did not tell, and whether it is done or due."""

    step: ScholarshipStep
    name: str
    day: date | None
    is_done: bool
    is_next: bool
