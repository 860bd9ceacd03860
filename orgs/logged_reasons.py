"""The reason for which somebody is shown, or takes out, what is protected; it goes to the access log."""

import re

from django import forms
from django.core.exceptions import ValidationError

from yl_district.pages.forms import ActionForm

SOMEBODYS_NUMBER = re.compile(r"\d{7,}")


class LoggedReasonForm(ActionForm):
    """Asks for the reason; `act` says in a word what it is for, `asked` what a longer one should say."""

    act = asked = ""
    told = "理由会记入访问日志，请勿写入个人的姓名、号码。"

    reason = forms.CharField(
        min_length=4, max_length=100, widget=forms.TextInput({"list": "reasons", "autocomplete": "off"})
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        field = self.fields["reason"]
        field.label, field.help_text = f"{self.act}理由", self.told
        field.error_messages |= {
            "required": f"请填写{field.label}。",
            "min_length": f"请写明{self.asked}，不少于 4 个字。",
        }

    def clean_reason(self):
        """Returns the reason; raises ValidationError where it names somebody by a number."""
        reason = " ".join(self.cleaned_data["reason"].split())
        if SOMEBODYS_NUMBER.search(reason):
            raise ValidationError("理由中有像个人号码的数字，请去掉，只写因何工作需要。")
        return reason
