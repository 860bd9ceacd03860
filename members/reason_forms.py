"""Forms of acts that are never done without a reason."""

from django import forms

from yl_district.pages.announcements import LONGEST_REASON, REASON, TAKING_BACK
from yl_district.pages.forms import ActionForm, prepare_field


class ReasonForm(ActionForm):
    """Why something is done; cleans to `reason`. Where it moves closed years, the same reason confirms that."""

    correction_reason = forms.CharField(max_length=LONGEST_REASON, help_text="保存在修改历史中。")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields[REASON].label = self.occasion.reason_label
        prepare_field(self.fields[REASON])

    def clean(self):
        return {"reason": super().clean().get(REASON, "")}


class MemberReturnForm(ReasonForm):
    """Why a leaving or a transfer is taken back."""

    occasion = TAKING_BACK


class MemberDeletionForm(ReasonForm):
    """Why a registration is taken back."""

    occasion, rechecks_reach = TAKING_BACK, False
