"""Records taken to an outside platform together, and what they said then."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models

from orgs.models import User
from yl_district.days import happened
from yl_district.privacy.keys import derived_mac

from .platform_entries import PlatformEntry
from .platform_layouts import PlatformLayout
from .targets import StaffQuerySet

DIGEST_LENGTH = 32


class PlatformBatchQuerySet(StaffQuerySet):
    def of_layout(self, layout: PlatformLayout) -> Self:
        """Batches of one form, the latest first."""
        return self.filter(layout=layout).order_by("-pk")


class PlatformBatch(models.Model):
    """Records that were taken out to be entered in a platform at once, or found in its own list."""

    class State(models.TextChoices):
        TAKEN_OUT = "taken_out", "待确认"
        ENTERED = "entered", "已录入"
        UNDONE = "undone", "已撤销"

    layout = models.ForeignKey(PlatformLayout, models.PROTECT, related_name="batches", verbose_name="平台表格")
    state = models.CharField("状态", max_length=10, choices=State, default=State.TAKEN_OUT)
    is_from_list = models.BooleanField("来自平台名单", default=False)
    made_at = models.DateTimeField("时间")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    entered_on = happened(models.DateField("录入日期", null=True, blank=True))
    bound_on = happened(models.DateField("绑定日期", null=True, blank=True))

    objects = PlatformBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "平台录入批次"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.layout} {'对照' if self.is_from_list else '导出'}的一批"

    def get_absolute_url(self):
        """The page of the form whose batch it is."""
        return self.layout.get_absolute_url()

    def require(self, act: str, state: str) -> None:
        """Raises ValidationError where the stored batch is in another state than the act needs."""
        stored = PlatformBatch.objects.select_for_update(no_key=True).get(pk=self.pk)
        if stored.state != state:
            raise ValidationError(
                f"没有{act}：这一批现在是“{stored.get_state_display()}”，可能刚由他人办理，请返回核对。"
            )


class PlatformBatchRowQuerySet(models.QuerySet):
    def in_force(self, layout: PlatformLayout) -> Self:
        """What was last said of each record that a platform has, in the order in which it was entered."""
        of_form = {"batch__layout__platform": layout.platform, "batch__layout__subject": layout.subject}
        stands = {"batch__state": PlatformBatch.State.ENTERED, "entry__isnull": False}
        return self.filter(**of_form, **stands).order_by("batch_id", "pk")


class PlatformBatchRow(models.Model):
    """One record of a batch, with keyed digests of what it said: they tell what changed, and nothing of the values."""

    batch = models.ForeignKey(PlatformBatch, models.CASCADE, related_name="rows", verbose_name="批次")
    # Of the person, activity or organisation; no assisted youth is ever in a batch.
    record_key = models.PositiveBigIntegerField("记录编号")
    digests = models.JSONField("摘要")
    entry = models.ForeignKey(
        PlatformEntry, models.SET_NULL, null=True, related_name="batch_rows", verbose_name="平台录入"
    )
    has_begun_entry = models.BooleanField("由本批登记", default=False)
    has_bound_entry = models.BooleanField("由本批绑定", default=False)

    objects = PlatformBatchRowQuerySet.as_manager()

    class Meta:
        verbose_name = "批次中的记录"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "record_key"], name="platform_batch_row_once"),
        ]

    def __str__(self):
        return f"{self.batch}之一"


def batch_digest(batch_key: int, record_key: int, label: str, text: str) -> str:
    """The keyed digest of a value, which is another one in every batch and for every record."""
    told = f"{batch_key}|{record_key}|{label}|{text}"
    return derived_mac("platform values").hexdigest(told.encode())[:DIGEST_LENGTH]


def batch_digests(batch_key: int, record_key: int, texts: dict[str, str]) -> dict[str, str]:
    """The digests of a record's values, by label."""
    return {label: batch_digest(batch_key, record_key, label, text) for label, text in texts.items()}
