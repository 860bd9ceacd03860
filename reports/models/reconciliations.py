"""Lists taken from outside platforms, compared with the registers, and what was decided on the differences."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from orgs.models import User
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField, SealedModel
from yl_district.privacy.keys import derived_mac

from .platform_batches import PlatformBatch
from .platform_layouts import PlatformLayout
from .targets import StaffQuerySet


class ReconciliationQuerySet(StaffQuerySet):
    def latest_of(self, layout: PlatformLayout) -> "Reconciliation | None":
        """The latest comparison of a form, or None."""
        return self.filter(layout=layout).order_by("-pk").first()


class Reconciliation(SealedModel):
    """One list of a platform, compared with the register on one day."""

    layout = models.ForeignKey(PlatformLayout, models.PROTECT, related_name="reconciliations", verbose_name="平台表格")
    made_at = models.DateTimeField("时间")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    file_name = EncryptedCharField("文件", max_length=200)
    listed_count = models.PositiveIntegerField("名单行数")
    same_count = models.PositiveIntegerField("一致")
    # Those of the list that are ours as well, whose entry can be noted at once; empty where there is nothing to note.
    batch = models.OneToOneField(
        PlatformBatch, models.PROTECT, null=True, related_name="reconciliation", verbose_name="批次"
    )

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        verbose_name = "平台对照"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.layout} 对照 {timezone.localtime(self.made_at):%Y-%m-%d}"

    def get_absolute_url(self):
        """The page of the comparison."""
        return reverse("reconciliation_detail", args=[self.pk])


class ReconciliationRowQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Differences on which nobody has decided."""
        return self.filter(decision="")

    def decided(self) -> Self:
        """Differences on which somebody has decided."""
        return self.exclude(decision="")

    def found_in(self, reconciliation: Reconciliation) -> Self:
        """Differences that the comparison found, new ones or of before."""
        return self.filter(reconciliation=reconciliation)


class ReconciliationRow(SealedModel):
    """One difference between a platform and the register, known again by its digest.

    The values are those of the latest comparison that found it; of a difference that a later one does not find only a
    decision and the digest are kept.
    """

    class Kind(models.TextChoices):
        ONLY_HERE = "only_here", "仅在本台账"
        ONLY_THERE = "only_there", "仅在平台"
        DIFFERS = "differs", "逐项不一致"
        UNCLEAR = "unclear", "不能确定是谁"

    class Decision(models.TextChoices):
        NOTED = "noted", "已知悉"
        OURS = "ours", "以本台账为准"
        THEIRS = "theirs", "以平台为准"
        TO_DELETE = "to_delete", "平台上应删除"

    layout = models.ForeignKey(PlatformLayout, models.PROTECT, related_name="differences", verbose_name="平台表格")
    reconciliation = models.ForeignKey(
        Reconciliation, models.PROTECT, null=True, related_name="rows", verbose_name="平台对照"
    )
    is_new = models.BooleanField("本次新出现", default=True)
    kind = models.CharField("差异", max_length=10, choices=Kind)
    digest = models.CharField("摘要", max_length=64)
    # Of the person, activity or organisation, where it is one of ours.
    record_key = models.PositiveBigIntegerField("记录编号", null=True)
    heading = models.CharField("栏目", max_length=30, blank=True)
    name = EncryptedCharField("名称", max_length=200, blank=True)
    ours = EncryptedTextField("本台账", blank=True)
    theirs = EncryptedTextField("平台", blank=True)
    decision = models.CharField("决定", max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间", null=True)

    objects = ReconciliationRowQuerySet.as_manager()

    class Meta:
        verbose_name = "对照差异"
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["layout", "digest"], name="reconciliation_row_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None) | (~Q(decision="") & Q(decided_by__isnull=False)),
                name="reconciliation_row_decided_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.layout} {self.get_kind_display()}"

    @property
    def mark(self):
        """The difference as it is ticked on a page, together with what had been decided when it was shown."""
        return f"{self.pk}-{self.decision}"

    def decide(self, decision, user):
        """Notes what is to be done about the difference."""
        self.decision, self.decided_by, self.decided_at = decision, user, timezone.now()
        self.save(update_fields=["decision", "decided_by", "decided_at"])


def digest_of_difference(*told):
    """The keyed digest by which a difference of a form is known again."""
    return derived_mac("platform differences").hexdigest("|".join(map(str, told)).encode())
