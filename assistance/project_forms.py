"""Forms for projects of the district and the applications of assisted youths for them."""

from django import forms
from django.core.validators import MinValueValidator

from yl_district.pages.forms import ActionForm, PageForm

from .models import Assistance, DistrictProject, ProjectApplication


class DistrictProjectForm(PageForm):
    """A project of the district."""

    groups = [("", "name", "year", "giver", "apply_by", "remark")]

    class Meta:
        model = DistrictProject
        help_texts = {
            "name": "这里不要写青少年的姓名。每年都有的项目，请在名称中写明年份。",
            "remark": "个案专员都能看到，不要写青少年的情况。",
        }


class ProjectApplicationForm(PageForm):
    """A youth's application for a project, and its answer; the youth is given by the page."""

    fixed = ("youth",)
    today_in = "asked_on"
    groups = [("申请", "project", "asked_on", "purpose"), ("答复", "answer", "answered_on")]

    class Meta:
        model = ProjectApplication
        help_texts = {"answered_on": "待答复的不填。"}


class ProjectGivingForm(ActionForm):
    """What a youth was given by a project, and the kind of assistance that it is."""

    groups = [("", "given_on", "kind", "form", "given", "amount")]

    given_on = forms.DateField(label="发放日期")
    kind = forms.ChoiceField(label="帮扶类别", choices=[("", ""), *Assistance.Kind.choices])
    form = forms.ChoiceField(
        label="方式", choices=[(one.value, one.label) for one in (Assistance.Form.GOODS, Assistance.Form.MONEY)]
    )
    given = forms.CharField(label="发放内容", widget=forms.Textarea)
    amount = forms.DecimalField(
        label="金额（元）",
        required=False,
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(0, "请填写不小于 0 的金额。")],
    )
