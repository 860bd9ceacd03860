"""Files attached to records as evidence: approvals, photos, scans of sign-in sheets."""

from __future__ import annotations

import hashlib
import io
from typing import Self

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse

from ..counts import number_of
from ..history.tracking import Tracked, may_come, reached
from ..inspection.inspector import INSPECTION
from ..privacy.encryption import DecryptionError, EncryptedBytesField, EncryptedCharField, SealedModel
from ..record_options import RecordOptions
from ..typing import User
from .file_types import problem_of_stored

PART_SIZE = 256 * 1024


def attachable_models():
    """The models whose records can have attachments."""
    return [model for model in apps.get_models() if takes_attachments(model)]


def takes_attachments(model):
    """Whether the model's records can have attachments."""
    return any(isinstance(one, GenericRelation) and one.name == "attachments" for one in model._meta.private_fields)


def is_open_as_a_whole(record, user):
    """Whether nothing in the visible record is closed to the user, as part of a record about several people can be."""
    rows = type(record)._default_manager.all()
    return not hasattr(rows, "open_as_a_whole") or rows.open_as_a_whole(user).filter(pk=record.pk).exists()


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Files of the records that the user may see and whose pages the user may open.

        Of a record about several people, some of them closed to the user, only the user's own uploads: other files may
        reveal those people.
        """
        found = Q(pk__in=[])
        for model in attachable_models():
            if may_come(user, model):
                found |= Q(content_type=ContentType.objects.get_for_model(model)) & open_files(model, user)
        return self.filter(found)

    def told_of(self, record: models.Model, user: User) -> Self:
        """Files of a visible record: only the user's own uploads where part of the record is closed to the user."""
        rows = self.filter(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)
        return rows if is_open_as_a_whole(record, user) else rows.filter(uploaded_by=user.pk)


def open_files(model, user):
    """The condition for the visible files of one model's records."""
    rows = reached(model, user).order_by()
    seen = Q(object_id__in=rows.values("pk"))
    if not hasattr(rows, "open_as_a_whole"):
        return seen
    return seen & (Q(uploaded_by=user.pk) | Q(object_id__in=rows.open_as_a_whole(user).values("pk")))


def attached_to(model):
    """The attachments of one model's records."""
    return Attachment.objects.order_by().filter(content_type=ContentType.objects.get_for_model(model))


def with_attachment_counts(rows):
    """Annotates rows of a model with attachments with `attachment_count`."""
    own = attached_to(rows.model).filter(object_id=OuterRef("pk"))
    return rows.annotate(attachment_count=number_of(own, "object_id"))


class Attachment(SealedModel):
    """One file attached to a record and deleted with it; its content is stored encrypted in AttachmentParts."""

    class Kind(models.TextChoices):
        APPROVAL = "approval", "批复"
        PHOTO = "photo", "照片"
        SIGN_IN_SHEET = "sign_in_sheet", "签到表扫描件"
        OTHER = "other", "其他材料"

    MOST_BYTES = 10 * 1024 * 1024
    MOST_PER_RECORD = 20

    content_type = models.ForeignKey(ContentType, models.PROTECT, verbose_name="记录种类")
    object_id = models.PositiveBigIntegerField("记录编号")
    record = GenericForeignKey()
    kind = models.CharField("类别", max_length=20, choices=Kind)
    file_name = EncryptedCharField("文件名", max_length=150)
    note = EncryptedCharField("说明", max_length=200, blank=True)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("文件校验值", max_length=64)
    inspection = models.PositiveSmallIntegerField("检查版本", default=0, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()
    history = Tracked(excluded_fields=["inspection"])

    class Meta:
        verbose_name = "附件"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "sha256"],
                name="attachment_once",
                violation_error_message="这份文件已经附在这条记录上。",
            )
        ]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        """URL of the download."""
        return reverse("attachment_export", args=[self.pk])

    def keep(self, content):
        """Stores the file's content in parts."""
        pieces = [content[start : start + PART_SIZE] for start in range(0, len(content), PART_SIZE)]
        AttachmentPart.objects.bulk_create(
            AttachmentPart(attachment=self, number=number, content=piece) for number, piece in enumerate(pieces)
        )

    def problem(self):
        """Why the file is not handed out, in Chinese; "" where the inspection of today finds nothing that acts.

        What was stored before this inspection is inspected when it is first asked for.
        """
        if self.inspection >= INSPECTION:
            return ""
        stream = io.BytesIO()
        self.write_to(stream)
        found = problem_of_stored(stream.getvalue())
        if not found:
            type(self).objects.filter(pk=self.pk).update(inspection=INSPECTION)
        return found

    def write_to(self, stream):
        """Writes the file to a binary stream; raises DecryptionError where the content does not match its checksum."""
        digest = hashlib.sha256()
        for part in self.parts.iterator(chunk_size=8):
            digest.update(part.content)
            stream.write(part.content)
        if digest.hexdigest() != self.sha256:
            raise DecryptionError(f"附件 编号 {self.pk} 的内容不完整，或被改动过。")


class AttachmentPart(SealedModel):
    """One part of an attachment's content, at most PART_SIZE bytes."""

    record_options = RecordOptions(rows_at_once=40)

    attachment = models.ForeignKey(Attachment, models.CASCADE, related_name="parts", verbose_name="附件")
    number = models.PositiveSmallIntegerField("序号")
    content = EncryptedBytesField("内容")

    class Meta:
        verbose_name = "附件内容"
        ordering = ["attachment", "number"]
        constraints = [models.UniqueConstraint(fields=["attachment", "number"], name="attachment_part_once")]

    def __str__(self):
        return f"{self.attachment_id} {self.number}"
