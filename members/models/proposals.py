"""Proposals by which branches ask the committee for consent to leaving and transfers."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from orgs.models import Organisation, ReachQuerySet, User
from yl_district.days import has_ended
from yl_district.history.tracking import Tracked
from yl_district.pinyin import search
from yl_district.validators import (
    problem,
)

from .members import LEAVING_STATUSES, Member


class ProposalQuerySet(ReachQuerySet):
    organisation_path = "member__branch__path"

    def waiting(self) -> Self:
        """Proposals neither decided nor withdrawn."""
        return self.filter(decided_at__isnull=True, withdrawn_at__isnull=True)

    def decided(self) -> Self:
        """Proposals that have been decided."""
        return self.filter(decided_at__isnull=False)

    def withdrawn(self) -> Self:
        """Proposals that were withdrawn."""
        return self.filter(withdrawn_at__isnull=False)

    def of_proposer_decided_since(self, user: User, moment: datetime) -> Self:
        """The user's own proposals that were decided at `moment` or later, latest first."""
        return self.filter(proposed_by=user, decided_at__gte=moment).order_by("-decided_at", "-pk")

    def waiting_first(self) -> Self:
        """Proposals with the waiting ones first, then by date of settlement, latest first."""
        settled_at = Coalesce("decided_at", "withdrawn_at")
        return self.order_by(settled_at.desc(nulls_first=True), "-proposed_at", "-pk")

    def search(self, text: str) -> Self:
        """Proposals about members whose name, pinyin or initials contain `text`."""
        return search(self, text, "member__person__search_text")


class Proposal(models.Model):
    """A branch cadre's request for the committee's consent to a member's leaving or transfer."""

    class Kind(models.TextChoices):
        LEAVE = "leave", "离开"
        TRANSFER = "transfer", "转到其他团支部"

    LEAVINGS = [(status.value, status.label) for status in LEAVING_STATUSES]

    member = models.ForeignKey(Member, models.PROTECT, related_name="proposals", verbose_name="团员")
    kind = models.CharField("申请事项", max_length=10, choices=Kind)
    day = models.DateField("日期")
    status = models.CharField("离开原因", max_length=20, choices=LEAVINGS, blank=True)
    to_branch = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="转入团支部"
    )
    note = models.TextField("申请说明", blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="proposals", verbose_name="申请人"
    )
    proposed_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    is_approved = models.BooleanField("审批结果", null=True, blank=True)
    decision_note = models.TextField("审批意见", blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = ProposalQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "待办申请"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(decided_at__isnull=True, withdrawn_at__isnull=True),
                name="proposal_waiting_once",
                violation_error_message="此人已有一份等待审批的申请，请等候审批结果。",
            ),
            models.CheckConstraint(
                condition=Q(kind="leave", to_branch__isnull=True) & ~Q(status="")
                | Q(kind="transfer", to_branch__isnull=False, status=""),
                name="proposal_asks_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, is_approved__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_approved__isnull=False),
                name="proposal_decided_as_a_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="proposal_decided_or_withdrawn",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("proposal_detail", args=[self.pk])

    @property
    def is_waiting(self):
        """Whether it is neither decided nor withdrawn."""
        return self.decided_at is None and self.withdrawn_at is None

    @property
    def outcome(self):
        """The outcome in words."""
        if self.withdrawn_at:
            return "已撤回"
        return "等待审批" if self.is_waiting else "已同意" if self.is_approved else "未同意"

    def clean(self):
        """Checks the member, the date and the receiving branch.

        Raises ValidationError where the member has left or was not yet on the roll on `day`, and where a transfer leads
        to the same branch or to one not in existence on `day`.
        """
        member, branch = self.member, self.to_branch
        if has_ended(member, timezone.localdate()):
            raise ValidationError(problem("在册的团员（此人已离开）", "请核对团员的记录"))
        if member.roll_begin and self.day < member.roll_begin:
            raise ValidationError({"day": problem(f"不早于在册起始日 {member.roll_begin} 的日期", "请核对日期")})
        if branch and branch.pk == member.branch_id:
            raise ValidationError({"to_branch": problem("另一个团支部", f"{member}现在就在{branch}，请核对")})
        if branch and not Organisation.objects.branches().as_of(self.day).filter(pk=branch.pk).exists():
            raise ValidationError({"to_branch": problem(f"{self.day} 存续的团支部", "请核对转入团支部和日期")})
