"""Word layouts uploaded to replace the built-in one."""

from __future__ import annotations

from typing import Self

from django.db import models

from orgs.models import User
from yl_district.history.tracking import Tracked
from yl_district.record_options import RecordOptions


class WordLayoutQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Every layout for administrators of the district and staff of its committee, none for others."""
        return self if user.administers_root or user.is_committee_staff else self.none()

    def in_force(self) -> WordLayout | None:
        """The layout that documents use, or None for the built-in one."""
        return self.filter(is_withdrawn=False).order_by("-pk").first()


class WordLayout(models.Model):
    """A Word file with placeholders, checked on upload; documents use the latest one that is not withdrawn."""

    file_name = models.CharField("文件名", max_length=150)
    content = models.BinaryField("文件")
    sha256 = models.CharField("文件校验值", max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")
    is_withdrawn = models.BooleanField("已停用", default=False)

    # The file itself never changes.
    record_options = RecordOptions(compared=("is_withdrawn",))

    objects = WordLayoutQuerySet.as_manager()
    history = Tracked(excluded_fields=["content"])

    class Meta:
        verbose_name = "Word 版式"
        ordering = ["-pk"]

    def __str__(self):
        return self.file_name

    def withdraw(self):
        """Withdraws the layout for good; documents then use the one before it, or the built-in one."""
        self.is_withdrawn = True
        self.save(update_fields=["is_withdrawn"])
