"""The forms of an assessment, of its items, and of the acts on both."""

from django import forms

from yl_district.pages.forms import ActionForm, PageForm, refuse_after

from ..figures.lines import figure_choices
from ..models import Assessment, AssessmentItem
from ..models.assessments import LONGEST_WORDS

NO_NAMES = "请勿写入个人姓名、证件号码。"
POINTS_MESSAGES = {
    "invalid": "请填写数字，最多一位小数，如 4.5。",
    "max_decimal_places": "最多一位小数，如 4.5。",
    "max_digits": "请填写 0 至 1000 之间的分数。",
    "max_whole_digits": "请填写 0 至 1000 之间的分数。",
    "min_value": "请填写不小于 0 的分数。",
    "max_value": "请填写不大于 1000 的分数。",
}


def points_box(label, required=True):
    """The field for points."""
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=0,
        max_value=1000,
        max_digits=5,
        decimal_places=1,
        error_messages=POINTS_MESSAGES,
    )


def words_box(label, required=False, help_text=NO_NAMES):
    """The field for what is said about points or a step."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea,
        help_text=help_text,
        error_messages={"max_length": f"{label}最多 %(limit_value)d 字，现有 %(show_value)d 字，请精简。"},
    )


class AssessmentForm(PageForm):
    """A new checklist of an organisation for a year."""

    groups = [
        ("考核", "organisation", "year", "name"),
        ("来源", "issued_by", "document_number", "due_on"),
    ]

    class Meta:
        model = Assessment
        help_texts = {
            "document_number": "文件本身可作为附件上传。",
            "due_on": "留空即到年末。各项的数字统计到这一天。",
        }


class AssessmentUpdateForm(PageForm):
    """What can be corrected of an assessment at any time."""

    groups = [("考核", "name"), ("来源", "issued_by", "document_number", "due_on")]

    class Meta:
        model = Assessment
        help_texts = AssessmentForm.Meta.help_texts


class AssessmentCopyForm(AssessmentForm):
    """A new checklist with the items of another one, `copied`."""

    copied = None

    @classmethod
    def of(cls, assessment):
        """The form that copies the items of this assessment."""
        return type(cls.__name__, (cls,), {"copied": assessment})

    def save(self, commit=True):
        assessment = super().save(commit)
        for item in self.copied.items.standing():
            names = ("section", "number", "content", "points", "evidence", "figure", "wanted")
            AssessmentItem(assessment=assessment, **{name: getattr(item, name) for name in names}).alter()
        return assessment


class AssessmentItemForm(PageForm):
    """An item of a checklist."""

    groups = [
        ("考核项目", "number", "section", "points", "content"),
        ("证明", "evidence", "figure", "wanted"),
    ]
    fixed = ("assessment", "ended_on")
    figure = forms.ChoiceField(
        label="指标", required=False, choices=lambda: [("", "没有对应的指标"), *figure_choices()]
    )
    points = points_box("分值")

    class Meta:
        model = AssessmentItem
        help_texts = {
            "evidence": "写明以什么材料证明；材料本身在自评时作为附件上传。",
            "wanted": "选了指标的填写：到截止日期应达到的数。",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["figure"].help_text = "这一项由哪个指标的数字体现，数字由登记的记录自动统计。"

    def save(self, commit=True):
        self.instance.alter()
        return self.instance


class AssessmentItemEndForm(ActionForm):
    """Why an item is no longer part of the checklist, and since when."""

    ended_on = forms.DateField(label="撤销日期")
    end_reason = forms.CharField(label="撤销原因", max_length=200, help_text="如上级调整了考核内容。")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        refuse_after(self.fields["ended_on"], self.day)


class RatingForm(ActionForm):
    """The office's own points for an item."""

    groups = [("", "self_points", "self_words")]
    self_points = points_box("自评分")
    self_words = words_box("自评说明", help_text=f"做了什么，材料在哪里。{NO_NAMES}")


class ReviewForm(ActionForm):
    """The superior's points for an item."""

    groups = [("", "reviewed_points", "review_words")]
    reviewed_points = points_box("审核分")
    review_words = words_box("审核意见")


class HandInForm(ActionForm):
    """What is said as the self-rating is handed in."""

    words = words_box("说明", help_text="可以不填。提交后，自评分和清单不能再改，需要改动的，由主管领导退回。")


class SendBackForm(ActionForm):
    """Why the self-rating is returned."""

    words = words_box("退回说明", required=True, help_text=f"写明哪几项要改、怎样改。{NO_NAMES}")


class FinishReviewForm(ActionForm):
    """The end of the review."""

    groups = [("", "accept_rest", "words")]
    accept_rest = forms.BooleanField(label="其余还没有审核的各项，按自评分审核", required=False)
    words = words_box("审核说明", help_text="可以不填。")


class ConcludeForm(ActionForm):
    """The result of the assessment."""

    groups = [("", "result_on", "grade", "result_points", "result_by", "words")]
    result_on = forms.DateField(label="结果日期")
    grade = forms.ChoiceField(label="考核结果", choices=[("", "请选择"), *Assessment.Grade.choices])
    result_points = points_box("考核得分", required=False)
    result_by = forms.CharField(label="评定单位", max_length=60, required=False)
    words = words_box("说明", help_text="更正已登记的结果时必填，写明原因。结果文件请作为附件上传。")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        refuse_after(self.fields["result_on"], self.day)
        self.fields["result_points"].help_text = "只有通过与否、没有得分的留空。"
