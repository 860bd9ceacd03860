"""The form that attaches a file to a record."""

import hashlib
import re
from pathlib import PurePath

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from ..attachments.file_types import ACCEPTED, accepted_file
from ..attachments.models import Attachment
from ..inspection.inspector import INSPECTION
from ..pages.edit_conflicts import lock_for_edit
from ..pages.forms import PageForm

LONGEST_STEM = 100
UNSAFE_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def file_name(name, ending):
    """A safe file name with the extension of the detected type."""
    stem = UNSAFE_IN_FILE_NAMES.sub("", PurePath(name.replace("\\", "/")).stem).strip(" .")[:LONGEST_STEM]
    return f"{stem or '附件'}.{ending}"


class AttachmentForm(PageForm):
    """A file with its kind and a note."""

    groups = [("", "kind", "file", "note")]
    file = forms.FileField(
        label="文件",
        error_messages={
            "empty": "这是一个空文件，请确认文件已保存完整。",
            "missing": "没有收到文件，请重新选择后上传。",
        },
        help_text=(
            "PDF、照片（JPEG、PNG、WebP）、docx 或 xlsx，不超过 10 MB，不能含有宏、脚本或嵌入的文件。"
            "照片中的拍摄地点等信息会自动去除。"
        ),
        widget=forms.FileInput({"accept": ACCEPTED}),
    )

    class Meta:
        model = Attachment

    def clean_file(self):
        """The (name, bytes) to store; raises ValidationError for a file too large or of another type."""
        file = self.cleaned_data["file"]
        if file.size > Attachment.MOST_BYTES:
            found, limit = filesizeformat(file.size), filesizeformat(Attachment.MOST_BYTES)
            raise ValidationError(f"文件有 {found}，上限为 {limit}。请压缩图片或拆成几份后再上传。")
        ending, content = accepted_file(file.read(), file.name[:LONGEST_STEM])
        return file_name(file.name, ending), content

    @transaction.atomic
    def save(self):
        """Attaches the file; raises ValidationError where the record already has it, or has MOST_PER_RECORD files."""
        attachment, record = self.instance, self.instance.record
        lock_for_edit(record, self.user)
        attachment.file_name, content = self.cleaned_data["file"]
        attachment.size, attachment.sha256 = len(content), hashlib.sha256(content).hexdigest()
        attachment.uploaded_by, attachment.inspection = self.user, INSPECTION
        if record.attachments.filter(sha256=attachment.sha256).exists():
            raise ValidationError({"file": "这份文件已经附在这条记录上，不必重复上传。"})
        if record.attachments.count() >= Attachment.MOST_PER_RECORD:
            raise ValidationError(
                f"这条记录已有 {Attachment.MOST_PER_RECORD} 个附件，不能再添加。请先删除不需要的，或合并成一份 PDF。"
            )
        attachment.save()
        attachment.keep(content)
        return attachment
