"""The form of an explanation."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from yl_district.pages.forms import PageForm

from ..models import Explanation


class ExplanationForm(PageForm):
    """The explanation of a finding, which the page passes in as `finding` of the instance.

    It covers the state that the page showed: if that has changed meanwhile, the new state must be reviewed first.
    """

    groups = [("", "reason")]
    fixed = ("organisation", "hub", "starts_on", "ends_on", "check_key", "subject")

    class Meta:
        model = Explanation
        help_texts = {"reason": "说明随核对结果一并显示，请勿写入个人姓名、证件号码。"}

    def clean(self):
        data, finding = super().clean(), self.instance.finding
        if self.data.get("seen") != finding.digest:
            raise ValidationError(f"情况已变为“{finding.found}”，请核对后重新提交说明。")
        for name, value in (("found", finding.found), ("digest", finding.digest), ("given_by", self.user)):
            setattr(self.instance, name, value)
        self.instance.is_about_cases, self.instance.given_at = finding.is_about_cases, timezone.now()
        return data
