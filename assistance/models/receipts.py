"""Receipts: which youth has signed for what an assistance gave, on which day, and by whose hand."""

from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from yl_district.audit.models import AccessEntry
from yl_district.days import happened
from yl_district.fields import personal
from yl_district.history.tracking import Tracked
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField, SealedModel
from yl_district.privacy.masking import masked_name
from yl_district.record_options import RecordOptions
from yl_district.validators import problem

from .grants import CaseQuerySet
from .youths import Assistance, AssistedYouth


class AssistanceReceiptQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def signed_by(self, youths: Iterable[AssistedYouth]) -> Self:
        """Receipts of these youths."""
        return self.filter(youth__in=youths)


class AssistanceReceipt(SealedModel):
    """A youth's receipt of what an assistance gave, signed on a day; taken back where it was noted by mistake."""

    class Receiver(models.TextChoices):
        YOUTH = "youth", "本人"
        GUARDIAN = "guardian", "监护人"
        PROXY = "proxy", "代领人"

    assistance = models.ForeignKey(Assistance, models.PROTECT, related_name="receipts", verbose_name="帮扶记录")
    youth = models.ForeignKey(AssistedYouth, models.PROTECT, related_name="receipts", verbose_name="帮扶对象")
    received_on = happened(models.DateField("签收日期"))
    receiver = models.CharField("签收人", max_length=20, choices=Receiver)
    receiver_name = personal(EncryptedCharField("签收人姓名", max_length=30, blank=True), masked=True, unmaskable=True)
    note = EncryptedTextField("备注", blank=True)

    objects = AssistanceReceiptQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        neutral=("assistance", "youth", "received_on", "receiver", "receiver_name", "note"),
    )

    class Meta:
        verbose_name = "领取签收"
        ordering = ["received_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assistance", "youth"],
                name="assistance_received_once",
                violation_error_message="该帮扶对象已签收这次帮扶。",
            ),
        ]

    def __str__(self):
        return f"{self.youth} {self.received_on}"

    def get_absolute_url(self):
        """The page of the assistance, which lists it."""
        return reverse("assistance_detail", args=[self.assistance_id])

    @property
    def receiver_in_words(self):
        """Who signed, the name of anybody but the youth masked."""
        named = self.receiver_name and f"（{masked_name(self.receiver_name)}）"
        return f"{self.get_receiver_display()}{named}"

    def clean(self):
        assistance = self.assistance
        if self.received_on and self.received_on < assistance.held_on:
            expected = f"不早于帮扶日期（{assistance.held_on}）的日期"
            raise ValidationError({"received_on": problem(expected, "请核对签收日期和帮扶日期")})
        if self.receiver == self.Receiver.PROXY and not self.receiver_name:
            raise ValidationError({"receiver_name": problem("代领人的姓名", "由他人代领的，请写明是谁")})
        if not AssistedYouth.objects.reached_by(assistance).filter(pk=self.youth_id).exists():
            raise ValidationError({"youth": problem("这次帮扶的对象", "这次帮扶没有给这名青少年，请先核对帮扶记录")})
