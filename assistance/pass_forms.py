"""The forms that a volunteer fills in on a phone."""

from django import forms
from django.utils import timezone

from yl_district.pages.forms import DAY_FORMATS, DayInput, refuse_after, refuse_control_characters

from .models import PASS_CODE_DIGITS, Visit
from .passes import REPORTED_WITHIN

LONGEST_TOKEN, LONGEST_REPORT = 100, 2000


class PassForm(forms.Form):
    """The token of a link, which a script fills in from behind the #, and the code that stands beside the link."""

    token = forms.CharField(label="链接中 # 后面的字符", max_length=LONGEST_TOKEN)
    code = forms.CharField(label="验证码", max_length=20, required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["token"].error_messages["required"] = "请粘贴链接中 # 后面的字符，或重新点开链接。"
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-control form-control-lg", "autocomplete": "off"}
            refuse_control_characters(field)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}
        self.fields["code"].help_text = f"链接旁边的 {PASS_CODE_DIGITS} 位数字，由工作人员告诉您。"

    def clean_token(self):
        """The token, of a whole link what stands behind the #."""
        return self.cleaned_data["token"].rpartition("#")[2].strip()

    def clean_code(self):
        """The code without spaces."""
        return "".join(self.cleaned_data["code"].split())


class VisitReportForm(forms.Form):
    """What a volunteer says of a visit; whom it was paid, where the phone has taken several passes."""

    visit_pass = forms.ChoiceField(label="走访了谁", widget=forms.RadioSelect)
    done_on = forms.DateField(label="走访日期", widget=DayInput(), input_formats=DAY_FORMATS)
    way = forms.ChoiceField(label="方式", choices=Visit.Way, widget=forms.RadioSelect)
    observations = forms.CharField(
        label="走访情况", required=False, max_length=LONGEST_REPORT, widget=forms.Textarea({"rows": 4})
    )
    wishes = forms.CharField(
        label="发现的需求", required=False, max_length=LONGEST_REPORT, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args, passes, **options):
        super().__init__(*args, **options)
        today = timezone.localdate()
        self.passes = {str(one.pk): one for one in passes}
        if len(self.passes) > 1:
            self.fields["visit_pass"].choices = [(key, one.youth_called) for key, one in self.passes.items()]
        else:
            del self.fields["visit_pass"]
        refuse_after(self.fields["done_on"], today)
        self.fields["done_on"].widget.attrs["min"] = (today - REPORTED_WITHIN).isoformat()
        self.initial.setdefault("done_on", today)
        for name, field in self.fields.items():
            field.error_messages["required"] = (
                f"请{'选择' if isinstance(field, forms.ChoiceField) else '填写'}{field.label}。"
            )
            if not isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "form-control form-control-lg"
            if name in ("observations", "wishes"):
                refuse_control_characters(field)
        self.fields["done_on"].error_messages["invalid"] = "请填写真实存在的日期，如 2017-05-04。"
        self.fields["observations"].help_text = "不要写全名、住址和证件号码。"

    @property
    def meant(self):
        """The pass of the youth whom the visit was paid."""
        return self.passes[self.cleaned_data.get("visit_pass") or next(iter(self.passes))]

    @property
    def said(self):
        """{field of a visit: what the volunteer said}."""
        return {name: value for name, value in self.cleaned_data.items() if name != "visit_pass"}
