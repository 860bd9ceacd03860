"""The explanations that the office gives for findings of the data checks."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from orgs.models import Condition, Organisation, User
from orgs.roles import RECORD_KEEPERS, RoleKind
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from youthhubs.models import Hub

from .documents import ReportReachQuerySet, ReportScope


class ExplanationQuerySet(ReportReachQuerySet):
    def of_scope(self, scope: ReportScope) -> Self:
        """Explanations for exactly this organisation or hub and this period."""
        start, end = scope.period.bounds
        return self.filter(organisation=scope.organisation, hub=scope.hub, starts_on=start, ends_on=end)

    def visible_to(self, user: User) -> Self:
        """Explanations within the user's reach, of cases only where the user may know how many youths are assisted."""
        return super().visible_to(user).filter(self._known_to(user))

    def changeable_by(self, user: User) -> Self:
        return super().changeable_by(user).filter(self._known_to(user))

    def _known_to(self, user: User) -> Condition:
        known: Condition = Q(is_about_cases=False)
        for organisation in user.organisations_as(RoleKind.STAFF, RoleKind.LEADER):
            known |= self.reach(organisation)
        return known


class Explanation(models.Model):
    """The explanation of one finding in a period; it covers what was found then, not what is found later."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="组织")
    hub = models.ForeignKey(Hub, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="青年汇")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")
    check_key = models.CharField("核对项", max_length=40)
    # The record or figure that the finding is about: `members.member:12`, `figure:sessions`.
    subject = models.CharField("对象", max_length=100)
    found = models.CharField("情况", max_length=300)
    # Digest of the finding explained; the same subject with another digest is open again.
    digest = models.CharField("核对码", max_length=32)
    # Hidden from users who may not know how many youths are assisted.
    is_about_cases = models.BooleanField("涉及精准帮扶", default=False)
    reason = models.TextField("说明", max_length=500)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="说明人")
    given_at = models.DateTimeField("说明时间")

    objects = ExplanationQuerySet.as_manager()
    history = Tracked(
        words={
            "check_key": "reports.checks.history_words.check_words",
            "subject": "reports.checks.history_words.subject_words",
        },
        by_acts=["check_key", "subject", "found", "digest", "is_about_cases", "given_by", "given_at"],
    )

    class Meta:
        verbose_name = "情况说明"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "starts_on", "ends_on", "check_key", "subject", *(["hub"] if of_hub else [])],
                condition=Q(hub__isnull=not of_hub),
                name=f"explanation_once_{'of_hub' if of_hub else 'of_organisation'}",
                violation_error_message="这一项已有说明，请返回后修改原来的说明。",
            )
            for of_hub in (False, True)
        ]

    def __str__(self):
        return f"{self.organisation}{self.period.name}情况说明"

    def get_absolute_url(self):
        """The URL of the page on which the explanation is read and edited."""
        return reverse("explanation_update", args=[self.pk])

    @property
    def period(self):
        return Period(self.starts_on, self.ends_on)


EXPLAINERS = (*RECORD_KEEPERS, RoleKind.HUB_OPERATOR)
