"""Invitations: one-time links by which a user sets the password of an account, of which only digests are kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .accounts import User

TOKEN_BYTES = 24


def token_digest(token: str) -> str:
    """Returns the keyed digest under which a link's token is found."""
    return salted_hmac("orgs.invitations", token, algorithm="sha256").hexdigest()


class InvitationQuerySet(models.QuerySet):
    def newest(self) -> Self:
        """The newest invitation of each account."""
        return self.filter(replaced_at=None)

    def untouched(self) -> Self:
        """Invitations neither used, taken back nor replaced, expired ones included."""
        return self.newest().filter(used_at=None, withdrawn_at=None)

    def open_at(self, moment: datetime) -> Self:
        """Invitations whose link sets a password at that moment."""
        return self.untouched().filter(expires_at__gt=moment)

    def in_state(self, state: str, moment: datetime) -> Self:
        """The newest invitations of accounts that are in this state at that moment."""
        rows, states = self.newest(), Invitation.State
        return {
            states.UNUSED: rows.open_at(moment),
            states.USED: rows.exclude(used_at=None),
            states.EXPIRED: rows.untouched().filter(expires_at__lte=moment),
            states.WITHDRAWN: rows.filter(used_at=None).exclude(withdrawn_at=None),
        }[states(state)]

    def of_token(self, token: str) -> Self:
        """The invitation whose link has this token."""
        return self.filter(digest=token_digest(token))


class Invitation(models.Model):
    """One link given out for an account; a newer one replaces it, so that one at most is good."""

    class State(models.TextChoices):
        UNUSED = "unused", "未使用"
        USED = "used", "已使用"
        EXPIRED = "expired", "已过期"
        WITHDRAWN = "withdrawn", "已撤回"
        REPLACED = "replaced", "已更换"

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations", verbose_name="账号")
    digest = models.CharField("链接摘要", max_length=64, unique=True, editable=False)
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人", editable=False
    )
    issued_at = models.DateTimeField("生成时间", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField("使用时间", null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True, editable=False)
    replaced_at = models.DateTimeField("更换时间", null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "邀请"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(replaced_at=None), name="invitation_latest_once")
        ]

    def __str__(self):
        return f"{self.user} {self.get_state_display()}"

    @classmethod
    def issue(cls, user: User, by: User | None, valid_for: timedelta) -> tuple[Invitation, str]:
        """Returns a new invitation, which replaces the former, and the token of its link, which is kept nowhere."""
        now, token = timezone.now(), secrets.token_urlsafe(TOKEN_BYTES)
        cls.objects.filter(user=user).newest().update(replaced_at=now)
        row = cls(user=user, digest=token_digest(token), issued_by=by, issued_at=now, expires_at=now + valid_for)
        row.save()
        return row, token

    @classmethod
    def withdraw_all(cls, user: User) -> int:
        """Takes back the user's unused invitation; returns how many there were."""
        return cls.objects.filter(user=user).untouched().update(withdrawn_at=timezone.now())

    def state_at(self, moment: datetime) -> State:
        """Returns what has become of the link by that moment."""
        if self.used_at:
            return self.State.USED
        if self.replaced_at:
            return self.State.REPLACED
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        return self.State.EXPIRED if self.expires_at <= moment else self.State.UNUSED

    def get_state_display(self) -> str:
        """Returns in words what has become of the link by now."""
        return self.state_at(timezone.now()).label


def invited(users: QuerySet, state: str, moment: datetime) -> QuerySet:
    """Accounts whose newest invitation is in this state at that moment."""
    return users.filter(Exists(Invitation.objects.filter(user=OuterRef("pk")).in_state(state, moment)))
