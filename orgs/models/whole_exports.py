"""Lists and ledgers that were taken out whole, without masks: how many an account may take, and who is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from .accounts import User

BUDGET_WINDOW = timedelta(hours=1)
# Days for which every export is told of after its account has set up one-time codes, which a stranger with the password
# might have done.
NEW_FACTOR_DAYS = 7
# What many records shown whole one by one come to.
ONE_BY_ONE = "逐条查看完整信息"


class WholeExportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """What leaders at the root and auditors are told of."""
        return self.filter(is_told=True) if user.may_open("notice_list") else self.none()

    def taken_since(self, user: User, moment: datetime) -> Self:
        """What the account has taken since a moment, refusals left out."""
        return self.filter(user=user, at__gt=moment, is_refused=False).exclude(what=ONE_BY_ONE)

    def with_reading(self, user: User) -> Self:
        """Adds `is_read`: whether the user has noted it."""
        return self.annotate(is_read=Exists(WholeExportReading.objects.filter(export=OuterRef("pk"), user=user)))

    def unread_by(self, user: User) -> Self:
        """What the user has not noted yet."""
        return self.with_reading(user).filter(is_read=False)


class WholeExport(models.Model):
    """A whole list or ledger that an account has begun to take, or was refused."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="导出人")
    at = models.DateTimeField("时间")
    what = models.CharField("内容", max_length=60)
    reason = models.CharField("理由", max_length=100)
    row_count = models.PositiveIntegerField("条数", null=True, blank=True)
    is_refused = models.BooleanField("因次数过多未导出", default=False)
    is_told = models.BooleanField("已通知", default=False)
    has_new_factor = models.BooleanField("动态口令新近启用", default=False)

    objects = WholeExportQuerySet.as_manager()

    class Meta:
        verbose_name = "重要操作"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "at"], name="whole_export_of_user")]

    def __str__(self):
        return f"完整导出：{self.what}"

    @property
    def is_one_by_one(self) -> bool:
        """Whether these are records shown one by one, not a file."""
        return self.what == ONE_BY_ONE

    @classmethod
    @transaction.atomic
    def begin(cls, user: User, what: str, reason: str, now: datetime) -> Self:
        """Returns a new export, refused where the account has taken as many as it may within an hour.

        The account is locked, so that of exports begun at once no more are let through. Refusals are kept once an hour.
        """
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        since = now - BUDGET_WINDOW
        is_refused = cls.objects.taken_since(user, since).count() >= settings.WHOLE_EXPORTS_PER_HOUR
        former = cls.objects.filter(user=user, at__gt=since, is_refused=True).first() if is_refused else None
        if former:
            return former
        return cls.objects.create(
            user=user, at=now, what=what, reason=reason, is_refused=is_refused, has_new_factor=has_new_factor(user, now)
        )

    def again_at(self) -> datetime:
        """When the account of a refused export may take another one."""
        taken = WholeExport.objects.taken_since(self.user, timezone.now() - BUDGET_WINDOW).order_by("at")
        last = taken.reverse()[: settings.WHOLE_EXPORTS_PER_HOUR].values_list("at", flat=True)
        return min(last, default=timezone.now()) + BUDGET_WINDOW


def has_new_factor(user: User, now: datetime) -> bool:
    """Whether the account has set up its one-time codes within the last days."""
    since = now - timedelta(days=NEW_FACTOR_DAYS)
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP, created_at__gt=since).exists()


class WholeExportReading(models.Model):
    """That a leader or auditor has noted an export."""

    export = models.ForeignKey(WholeExport, models.CASCADE, related_name="readings", verbose_name="重要操作")
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="阅知人")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "阅知"
        constraints = [models.UniqueConstraint(fields=["export", "user"], name="whole_export_read_once")]

    def __str__(self):
        return f"{self.user} {self.export}"
