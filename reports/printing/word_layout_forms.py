"""The upload form for a Word layout."""

import hashlib
from pathlib import PurePath

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from yl_district.pages.forms import ActionForm

from ..models import WordLayout
from .word.layout_archives import LARGEST_LAYOUT
from .word.layout_language import LayoutRefused
from .word.layouts import check_layout

LONGEST_LAYOUT_STEM = 100


class WordLayoutForm(ActionForm):
    """Uploads a Word file with placeholders, which is accepted if it renders a complete sample."""

    rechecks_reach = False
    file = forms.FileField(
        label="版式文件",
        required=False,
        error_messages={
            "empty": "这是一个空文件，请确认文件已保存完整。",
            "missing": "没有收到文件，请重新选择后上传。",
        },
        widget=forms.FileInput({"class": "form-control", "accept": ".docx"}),
    )

    def clean_file(self):
        """The file's name and content, checked; raises ValidationError with what is wrong and what to do."""
        file = self.cleaned_data["file"]
        if not file:
            raise ValidationError("请选择要上传的 Word 文件（.docx）。")
        # One byte above the limit, so that a longer file is recognised.
        content = file.read(LARGEST_LAYOUT + 1)
        try:
            check_layout(content)
        except LayoutRefused as refused:
            raise ValidationError(str(refused)) from None
        return f"{PurePath(file.name).stem[:LONGEST_LAYOUT_STEM]}.docx", content

    def save(self):
        """Stores the file as a layout, which is used from now on, and returns it."""
        name, content = self.cleaned_data["file"]
        return WordLayout.objects.create(
            file_name=name,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            uploaded_by=self.user,
            uploaded_at=timezone.now(),
        )

    @property
    def http_status(self):
        return 422 if self.errors and super().http_status == 200 else super().http_status
