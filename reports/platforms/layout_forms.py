"""The forms of a platform's columns, and of a batch that was entered there."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat

from yl_district.importing.forms import TAKEN_ENDINGS
from yl_district.pages.forms import ActionForm, PageForm, refuse_after
from yl_district.spreadsheets.workbooks import UnreadableWorkbook, read_workbook

from ..models import PlatformLayout, ReconciliationRow
from ..models.platform_layouts import EQUALS


class PlatformLayoutForm(PageForm):
    """The platform, the kind of record, and its columns, a line each."""

    groups = [("", "platform", "subject", "columns")]

    class Meta:
        model = PlatformLayout

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["columns"].widget.attrs["rows"] = 12
        self.fields["columns"].help_text = self._told()
        if self.instance.pk:
            del self.fields["platform"], self.fields["subject"]

    def _told(self):
        """How a line is written, and what it can name of this kind of record."""
        words = f"每行一栏，照平台的先后，写作“平台的表头{EQUALS}本系统的资料”；两者相同的只写一个。改先后时移动整行。"
        fields = f"可用的资料：{'、'.join(self.instance.catalogue)}。" if self.instance.pk else ""
        return f"{words}{fields}"


class EnterBatchForm(ActionForm):
    """The days on which a batch was entered in the platform, and bound there."""

    entered_on = forms.DateField(label="录入日期")
    bound_on = forms.DateField(label="绑定日期", required=False, help_text="整批都已在平台绑定的才填；已有的不改。")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["entered_on"].initial = self.day
        for name in ("entered_on", "bound_on"):
            refuse_after(self.fields[name], self.day)


class UndoBatchForm(ActionForm):
    """The confirmation that a batch was not entered after all."""

    groups = [("",)]


class PlatformListForm(ActionForm):
    """A list that was exported from the platform."""

    file = forms.FileField(
        label="平台导出的名单",
        error_messages={
            "empty": "这是一个空文件，请确认文件已保存完整。",
            "missing": "没有收到文件，请重新选择后上传。",
        },
        widget=forms.FileInput({"accept": TAKEN_ENDINGS}),
    )

    def clean_file(self):
        """The visible sheets of the file, and its name."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            found, limit = filesizeformat(file.size), filesizeformat(settings.UPLOAD_LIMIT)
            raise ValidationError(f"文件有 {found}，上限为 {limit}。请删去多余的工作表或图片后重新上传。")
        try:
            return read_workbook(file.read(), file.name), file.name
        except UnreadableWorkbook as error:
            raise ValidationError(str(error)) from None


class DecisionForm(ActionForm):
    """What is to be done about the differences that are ticked; each says what had been decided as it was shown."""

    decision = forms.ChoiceField(label="决定", choices=[("", "请选择"), *ReconciliationRow.Decision.choices])
    rows = forms.MultipleChoiceField(
        label="差异",
        error_messages={
            "invalid_choice": "所选的差异中，有的刚由他人处理或已不在这次对照中，请核对后重新勾选。",
        },
        widget=forms.MultipleHiddenInput,
    )

    def __init__(self, *args, shown, **options):
        super().__init__(*args, **options)
        self.fields["rows"].error_messages["required"] = "请先勾选要处理的差异。"
        self.rows_by_mark = {row.mark: row for row in shown}
        self.fields["rows"].choices = [(mark, mark) for mark in self.rows_by_mark]

    def decide(self):
        """Notes the decision at each of the differences."""
        for mark in self.cleaned_data["rows"]:
            self.rows_by_mark[mark].decide(self.cleaned_data["decision"], self.user)
