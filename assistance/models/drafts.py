"""What users have typed about cases and not saved yet."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from orgs.models import User
from yl_district.privacy.encryption import EncryptedTextField, SealedModel

DRAFTS_KEPT = timedelta(days=30)


class CaseDraftQuerySet(models.QuerySet):
    def held_by(self, user: User) -> Self:
        """The drafts of one user, the latest first."""
        return self.filter(user=user.pk).order_by("-kept_at", "-pk")

    def stale_on(self, now: datetime) -> Self:
        """Drafts that are kept no longer."""
        return self.filter(kept_at__lt=now - DRAFTS_KEPT)


class CaseDraft(SealedModel):
    """What a user has typed into a form about cases and not saved yet, as JSON, with its address and its grants.

    All of it is one encrypted cell, so that nothing tells which file it belongs to.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="填写人")
    content = EncryptedTextField("内容")
    kept_at = models.DateTimeField("暂存时间", default=timezone.now)

    objects = CaseDraftQuerySet.as_manager()

    class Meta:
        verbose_name = "个案草稿"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.user} {self.kept_at:%Y-%m-%d}"
