"""The form of a target."""

from django import forms

from yl_district.pages.forms import PageForm

from ..figures.lines import figure_choices
from ..models import Target


class TargetForm(PageForm):
    """A target for a year, set for one figure."""

    groups = [
        ("任务", "year", "task", "figure", "value"),
        ("来源", "issued_by", "document_number", "due_on"),
    ]
    figure = forms.ChoiceField(label="指标", choices=lambda: [("", "请选择"), *figure_choices()])

    class Meta:
        model = Target
        help_texts = {
            "figure": "完成情况按这个指标自动统计。",
            "document_number": "如 京团发〔2017〕3号。文件本身可作为附件上传。",
            "due_on": "留空即到年末。",
        }
