"""The reasons that the office gives for what the checks find."""

from django.db import models
from django.db.models import Q

from orgs.models import Organisation, User
from orgs.roles import RECORD_KEEPERS, RoleKind
from yl_district.history import Tracked
from youthhubs.models import Hub

from .documents import ReportReachQuerySet


class ExplanationQuerySet(ReportReachQuerySet):
    def of_scope(self, scope):
        """Reasons given for findings of exactly this organisation or hub and this period."""
        start, end = scope.period.bounds
        return self.filter(organisation=scope.organisation, hub=scope.hub, starts_on=start, ends_on=end)


class Explanation(models.Model):
    """A reason given for one finding of a period; it answers what was found then, not what is found later."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="组织")
    hub = models.ForeignKey(Hub, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="青年汇")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")
    check_key = models.CharField("核对项", max_length=40)
    # The record or figure that the finding is about: `members.member:12`, `figure:sessions`.
    subject = models.CharField("对象", max_length=100)
    found = models.CharField("情况", max_length=300)
    reason = models.TextField("说明", max_length=500)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="说明人")
    given_at = models.DateTimeField("说明时间")

    objects = ExplanationQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "情况说明"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "starts_on", "ends_on", "check_key", "subject", *(["hub"] if of_hub else [])],
                condition=Q(hub__isnull=not of_hub),
                name=f"explanation_once_{'of_hub' if of_hub else 'of_organisation'}",
            )
            for of_hub in (False, True)
        ]

    def __str__(self):
        return f"{self.check_key} {self.subject}"


EXPLAINERS = (*RECORD_KEEPERS, RoleKind.HUB_OPERATOR)
