"""Requests for many grants at once, on which somebody else decides by one act."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse

from orgs.models import Organisation, User
from yl_district.days import happened
from yl_district.history.tracking import Tracked
from yl_district.privacy.encryption import EncryptedTextField, SealedModel

from .grants import CaseGrant, GrantRequestQuerySet, check_length

# Grants that end so soon are offered for renewal together.
RENEWED_WITHIN = timedelta(days=30)


class CaseGrantRound(SealedModel):
    """A request for the files of everybody in an organisation's register, or for grants that the user has had, anew.

    It names nobody: of whom there is a file is looked up on the day of the decision, whose maker alone is told. What
    comes of it are grants like others, one for each youth.
    """

    class Kind(models.TextChoices):
        REGISTER = "register", "审批当日在库的全部帮扶对象"
        RENEWAL = "renewal", "续期已有的授权"

    user = models.ForeignKey(User, models.PROTECT, related_name="case_grant_rounds", verbose_name="申请人")
    kind = models.CharField("申请内容", max_length=20, choices=Kind, default=Kind.REGISTER)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="case_grant_rounds", verbose_name="所在组织"
    )
    renewed = models.ManyToManyField(CaseGrant, blank=True, related_name="renewal_rounds", verbose_name="续期的授权")
    reason = EncryptedTextField("申请理由", max_length=300)
    days = models.PositiveSmallIntegerField("期限（天）", default=90)
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    is_approved = models.BooleanField("批准", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="decided_case_grant_rounds", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decision_note = models.CharField("审批意见", max_length=200, blank=True)
    ended_on = happened(models.DateField("终止日期", null=True, blank=True))

    objects = GrantRequestQuerySet.as_manager()
    history = Tracked(m2m_fields=["renewed"])

    class Meta:
        verbose_name = "批量授权"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_approved__isnull=True, decided_by__isnull=True)
                | (Q(is_approved__isnull=False, decided_by__isnull=False) & ~Q(decided_by=models.F("user"))),
                name="case_grant_round_decided_by_somebody_else",
                violation_error_message="批量授权须由申请人以外的人审批。",
            ),
        ]

    def __str__(self):
        return f"批量授权 {self.pk}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("case_grant_round_detail", args=[self.pk])

    def clean(self):
        check_length(self)

    @property
    def state(self):
        """The state of the request, in words."""
        if self.ended_on:
            return "已撤回" if self.is_approved is None else "已终止"
        return {None: "待审批", True: "已批准", False: "未批准"}[self.is_approved]

    def end(self, day):
        """Withdraws the request on `day`, or notes that the grants that came of it ended then."""
        self.ended_on = day
        self.save()
