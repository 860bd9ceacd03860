"""The code by which visitors sign in at an activity, and what they leave."""

import secrets
from datetime import date, datetime, time, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.utils import timezone

from yl_district.fields import personal
from yl_district.privacy.encryption import BlindIndexField, EncryptedCharField, SealedModel
from yl_district.privacy.masking import masked_name
from yl_district.validators import validate_mobile

from .activities import Activity
from .sign_ins import AtActivityQuerySet, SignIn

CODE_BYTES = 16
ARRIVALS_KEPT = timedelta(days=30)


class SignInCodeQuerySet(models.QuerySet):
    def open_at(self, moment: datetime) -> Self:
        """Codes by which visitors sign in at that moment, their activities not cancelled."""
        return self.filter(closes_at__gt=moment).exclude(activity__state=Activity.State.CANCELLED)

    def of_token(self, token: str) -> Self:
        """The code whose address has this token."""
        index = self.model._meta.get_field("token_index")
        return self.filter(token_index=index.digest(token) or "")

    def past(self, moment: datetime) -> Self:
        """Codes that closed so long before that nothing which came in by them is kept."""
        return self.filter(closes_at__lt=moment - ARRIVALS_KEPT)


class SignInCode(SealedModel):
    """The code by which visitors sign in at an activity, one at most; a new one replaces the former.

    The token is ciphertext, found by its keyed digest, so that a copy of the database opens no page.
    """

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="sign_in_code", verbose_name="活动")
    token = EncryptedCharField("二维码", max_length=2 * CODE_BYTES, editable=False)
    token_index = BlindIndexField(source="token")
    number = EncryptedCharField("现场码", max_length=4, blank=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="打开人", editable=False
    )
    opened_at = models.DateTimeField("打开时间", default=timezone.now, editable=False)
    closes_at = models.DateTimeField("截止时间")

    objects = SignInCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "签到码"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["token_index"], name="sign_in_code_token_once")]

    def __str__(self):
        return f"{self.activity}签到码"

    def is_open_at(self, moment):
        """Whether visitors sign in by it at that moment."""
        return self.closes_at > moment and self.activity.state != Activity.State.CANCELLED

    def renew(self):
        """Gives the code a new token, with which what was printed of the former one ends."""
        self.token = secrets.token_hex(CODE_BYTES)

    def choose_number(self, is_wanted):
        """Sets a number that is shown on the spot, where one is wanted; the present one stays."""
        self.number = (self.number or f"{secrets.randbelow(10_000):04}") if is_wanted else ""


class ArrivalQuerySet(AtActivityQuerySet):
    def pending(self) -> Self:
        """What nobody has decided on yet."""
        return self.filter(state=Arrival.State.PENDING)

    def signed_up(self) -> Self:
        """Those who said beforehand that they would come, and were not turned away."""
        return self.filter(signed_up_at__isnull=False).exclude(state=Arrival.State.DISMISSED)

    def scanned(self) -> Self:
        """Those who have scanned the code on the spot."""
        return self.filter(left_at__isnull=False)

    def signed_up_first(self) -> Self:
        """Those who signed up beforehand first, of them those who have scanned the code on the spot."""
        ahead, came = Q(signed_up_at__isnull=False), Q(left_at__isnull=False)
        return self.order_by(
            Case(When(ahead & came, then=0), When(ahead, then=1), default=2, output_field=models.IntegerField()), "pk"
        )

    def guests(self) -> Self:
        """What stays as it is, and counts nowhere."""
        return self.filter(state=Arrival.State.GUEST)

    def due(self, day: date) -> Self:
        """What is erased on `day`, since both the activity and the visit lie so far behind."""
        first = day - ARRIVALS_KEPT
        began = timezone.make_aware(datetime.combine(first, time()))
        return self.filter(Q(left_at=None) | Q(left_at__lt=began), activity__held_on__lt=first)

    def erase(self, **outcome: object) -> int:
        """Erases the mobile numbers and the parents; returns how many rows there were.

        The digests stay, so that whoever scans once more leaves no second row.
        """
        return self.update(mobile="", guardian="", guardian_phone="", **outcome)

    def erase_wholly(self, **outcome: object) -> int:
        """Erases all that tells of whom the rows are; returns how many there were."""
        return self.erase(name="", name_index=None, mobile_index=None, **outcome)


class Arrival(SealedModel):
    """What a visitor leaves by an activity's code: nobody's record until whoever keeps the activity confirms it."""

    class State(models.TextChoices):
        PENDING = "pending", "待认"
        CONFIRMED = "confirmed", "已签到"
        GUEST = "guest", "来宾"
        DISMISSED = "dismissed", "不认"

    # Looked up by the index of the constraint, which begins with it.
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="arrivals", verbose_name="活动", db_index=False)
    name = personal(EncryptedCharField("姓名", max_length=30, blank=True))
    name_index = BlindIndexField(source="name")
    mobile = personal(
        EncryptedCharField("手机号码", max_length=11, blank=True, validators=[validate_mobile]), masked=True
    )
    mobile_index = BlindIndexField(source="mobile")
    is_minor = models.BooleanField("未满 18 周岁", default=False)
    guardian = personal(EncryptedCharField("监护人姓名", max_length=30, blank=True), masked=True)
    guardian_phone = personal(
        EncryptedCharField("监护人手机号码", max_length=11, blank=True, validators=[validate_mobile]), masked=True
    )
    state = models.CharField("办理情况", max_length=10, choices=State, default=State.PENDING, editable=False)
    sign_in = models.ForeignKey(
        SignIn, models.CASCADE, null=True, related_name="arrivals", verbose_name="签到", editable=False
    )
    signed_up_at = models.DateTimeField("报名时间", null=True, editable=False)
    left_at = models.DateTimeField("扫码时间", null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办理人", editable=False
    )
    decided_at = models.DateTimeField("办理时间", null=True, editable=False)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = "扫码签到"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "name_index", "mobile_index"], name="arrival_once"),
            models.CheckConstraint(
                condition=Q(state="confirmed", sign_in__isnull=False)
                | (~Q(state="confirmed") & Q(sign_in__isnull=True)),
                name="arrival_confirmed_by_sign_in",
            ),
        ]

    def __str__(self):
        return f"{self.shown_name} {self.activity}"

    @property
    def shown_name(self):
        """The name as displayed on pages: only the first character of a minor's."""
        return masked_name(self.name) if self.is_minor else self.name
