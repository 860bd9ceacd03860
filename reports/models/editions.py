"""Signed editions: the text, the figures and the records counted, as they were on the day of signing."""

import hashlib
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from orgs.models import User
from yl_district.audit.write_once_model import KeptOnce

from .documents import Report, ReportReachQuerySet


class EditionQuerySet(ReportReachQuerySet):
    report_path = "report__"

    def without_contents(self) -> Self:
        """Editions without their texts and files, which are loaded on first access."""
        return self.defer("document", "blocks", "open_blocks")


class Edition(KeptOnce):
    """A report as it was signed: the first edition, or an amendment with its reason."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="editions", verbose_name="报告")
    number = models.PositiveSmallIntegerField("序号")
    reason = models.CharField("更正原因", max_length=300, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间")
    counted_on = models.DateField("统计日期")
    title = models.CharField("标题", max_length=200)
    signature = models.CharField("落款", max_length=100)
    dated = models.DateField("落款日期")
    # Each block as the text of the day: its level, its strings and its numbers with their keys.
    blocks = models.JSONField("正文")
    # The same for readers who may not know how many youths are assisted.
    open_blocks = models.JSONField("不涉及帮扶的正文")
    document = models.BinaryField("文件")
    sha256 = models.CharField("文件校验值", max_length=64)
    # The last line of the access log at the time, which every copy of the document states.
    witness = models.CharField("日志凭证", max_length=60, blank=True)

    refusal = "定稿不能修改或删除；需要改动的，请另出更正稿。"

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = "定稿"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="edition_once"),
            models.CheckConstraint(
                condition=Q(number=1, reason="") | (Q(number__gt=1) & ~Q(reason="")),
                name="edition_amendment_has_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.report} {self.label}"

    def get_absolute_url(self):
        """The URL of the edition's page."""
        return reverse("edition_detail", args=[self.pk])

    @property
    def label(self):
        """The edition's name: 定稿, 更正稿第1号."""
        return f"更正稿第{self.number - 1}号" if self.number > 1 else "定稿"

    @property
    def is_whole(self):
        """Whether the file still matches the digest taken at signing."""
        return hashlib.sha256(self.document).hexdigest() == self.sha256


class CountedFigure(KeptOnce):
    """One figure of an edition: its value, quality and definition, and the records it counted."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="figures", verbose_name="定稿")
    position = models.PositiveSmallIntegerField("顺序")
    key = models.CharField("指标代码", max_length=60)
    label = models.CharField("指标", max_length=60)
    unit = models.CharField("单位", max_length=10)
    definition = models.CharField("统计的记录", max_length=200)
    value = models.BigIntegerField("数值")
    quality = models.CharField("数据质量", max_length=20)
    target = models.PositiveIntegerField("目标", null=True)
    # The records, packed by `yl_district.packing`: [key, amount, quality] for each.
    records = models.TextField("记录")

    class Meta:
        verbose_name = "定稿指标"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="counted_figure_once")]

    def __str__(self):
        return f"{self.edition} {self.label}"
