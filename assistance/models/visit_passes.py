"""Passes by which a fixed volunteer, who has no account, reports visits from one phone."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yl_district.periods import standing_on
from yl_district.privacy.encryption import EncryptedCharField, SealedModel
from yl_district.privacy.masking import shown_surname

from .grants import CaseQuerySet
from .pairings import Pairing

PASS_TOKEN_BYTES = 24
PASS_CODE_DIGITS = 6
PASS_WAITS = timedelta(days=7)


def pass_digest(purpose: str, secret: str) -> str:
    """Returns the keyed digest under which a token, a code or a phone is found."""
    return salted_hmac(f"assistance.visit_passes.{purpose}", secret, algorithm="sha256").hexdigest()


class VisitPassQuerySet(CaseQuerySet):
    person_path = "pairing__youth__person"
    organisation_path = "pairing__youth__organisation__path"

    def standing_on(self, day: date) -> Self:
        """Passes that were not ended, of pairings in force on `day` with youths in the register."""
        pairing = standing_on(day, "pairing__started_on", "pairing__ended_on")
        volunteer = standing_on(day, "pairing__started_on", "pairing__volunteer__left_on")
        youth = standing_on(day, "pairing__youth__registered_on", "pairing__youth__removed_on")
        return self.filter(pairing, volunteer, youth, ended_at__isnull=True)

    def usable_at(self, moment: datetime) -> Self:
        """Standing passes that a phone has taken, or still may."""
        taken = Q(phone_digest__isnull=False) | Q(issued_at__gt=moment - PASS_WAITS)
        return self.standing_on(timezone.localdate(moment)).filter(taken)

    def of_token(self, token: str) -> Self:
        """The pass whose link has this token."""
        return self.filter(token_digest=pass_digest("token", token))

    def of_phones(self, secrets: list[str]) -> Self:
        """The passes that the phone with these secrets has taken."""
        return self.filter(phone_digest__in=[pass_digest("phone", secret) for secret in secrets])


class VisitPass(SealedModel):
    """A personal link of a pairing's volunteer, of which only keyed digests are kept, and the one phone that took it.

    A newer pass ends the former one. By it somebody reports visits, and reads nothing of the case but a surname.
    """

    pairing = models.ForeignKey(Pairing, models.CASCADE, related_name="visit_passes", verbose_name="结对")
    # What the volunteer's phone calls the youth, whose file the pass does not open.
    youth_called = EncryptedCharField("称呼", max_length=10, editable=False)
    token_digest = models.CharField("链接摘要", max_length=64, unique=True, editable=False)
    code_digest = models.CharField("验证码摘要", max_length=64, editable=False)
    phone_digest = models.CharField("手机摘要", max_length=64, null=True, blank=True, unique=True, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="生成人", editable=False
    )
    issued_at = models.DateTimeField("生成时间", default=timezone.now, editable=False)
    taken_at = models.DateTimeField("启用时间", null=True, blank=True, editable=False)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True, editable=False)

    objects = VisitPassQuerySet.as_manager()

    class Meta:
        verbose_name = "走访链接"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pairing"], condition=Q(ended_at__isnull=True), name="visit_pass_standing_once"
            )
        ]

    def __str__(self):
        return f"{self.pairing} {self.issued_at:%Y-%m-%d}"

    @classmethod
    def issue(cls, pairing, by):
        """Returns a new pass, which ends the former, the token of its link and its code, which are kept nowhere."""
        cls.end_all(pairing)
        token = secrets.token_urlsafe(PASS_TOKEN_BYTES)
        code = f"{secrets.randbelow(10**PASS_CODE_DIGITS):0{PASS_CODE_DIGITS}}"
        called = f"{shown_surname(pairing.youth.person.name)}同学"
        one = cls(pairing=pairing, youth_called=called, token_digest=pass_digest("token", token), issued_by=by)
        one.code_digest = one.digest_of_code(code)
        one.save()
        return one, token, code

    @classmethod
    def end_all(cls, pairing):
        """Ends the passes of a pairing; returns how many stood."""
        return cls.objects.filter(pairing=pairing, ended_at__isnull=True).update(ended_at=timezone.now())

    def digest_of_code(self, code):
        """Returns the digest of a code, which no other pass has in common."""
        return pass_digest("code", f"{self.token_digest}.{code}")

    def is_code(self, code):
        """Whether this is the pass's code."""
        return secrets.compare_digest(self.code_digest, self.digest_of_code(code))

    def take(self):
        """Gives the pass to the phone that asks; returns the secret by which that phone is known from now on."""
        secret = secrets.token_urlsafe(PASS_TOKEN_BYTES)
        self.phone_digest, self.taken_at = pass_digest("phone", secret), timezone.now()
        # The code has served.
        self.code_digest = ""
        self.save()
        return secret
