"""Merges of two records of one human being."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from orgs.models import User
from yl_district.fields import personal
from yl_district.history.tracking import Tracked
from yl_district.privacy.encryption import EncryptedCharField, EncryptedTextField, SealedModel
from yl_district.privacy.sealed_choices import EncryptedChoiceField

from .people import Person, shown_name


class PersonMergeQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Merges into people whose data the user may change; those that reveal a case file only to who did them."""
        told = self.filter(~Q(pk__in=self.model.objects.revealing()) | Q(merged_by=user.pk))
        return told.filter(Exists(Person.objects.written_by(user).order_by().filter(pk=OuterRef("kept"))))

    def revealing(self) -> list[int]:
        """The keys of merges that reveal a case file, or of which nobody can read whether; reads all."""
        merges = self.order_by().only("seal", "revealing")
        return [one.pk for one in merges if one.revealing != PersonMerge.Revealing.NO]

    def standing(self) -> Self:
        """Merges that have not been taken back."""
        return self.filter(undone_at__isnull=True)


class PersonMerge(SealedModel):
    """What was done when two records of one human being became one, so that it can be taken back.

    `journal` is the JSON of every write, which names records that the reader of a merge may not know. `revealing`
    says that one of the two was known by nothing but a case file, so that the merge itself reveals it.
    """

    class Revealing(models.TextChoices):
        """Whether a merge reveals a case file."""

        NO = "no", "否"
        YES = "yes", "是"

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges", verbose_name="保留的记录")
    lost_key = models.BigIntegerField("并入的记录编号")
    lost_name = personal(EncryptedCharField("并入的记录姓名", max_length=30))
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="合并人")
    merged_at = models.DateTimeField("合并时间", default=timezone.now)
    reason = models.CharField("合并原因", max_length=100)
    journal = EncryptedTextField("合并经过")
    revealing = EncryptedChoiceField(
        "涉及只因个案登记的人", max_length=3, choices=Revealing, default=Revealing.NO, editable=False
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undo_reason = models.CharField("撤销原因", max_length=100, blank=True)

    objects = PersonMergeQuerySet.as_manager()
    history = Tracked()

    class Meta:
        verbose_name = "人员合并"
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="person_merge_undone_by_somebody",
            )
        ]

    def __str__(self):
        return f"{self.shown_lost_name}（{self.lost_key} 号记录）并入 {self.kept}（{self.kept_id} 号记录）"

    def get_absolute_url(self):
        """The page of the merge."""
        return reverse("person_merge_detail", args=[self.pk])

    @property
    def shown_lost_name(self):
        """The name of the record that went, as far as the age of the person lets it be shown."""
        return shown_name(self.lost_name, self.kept.birth_date, timezone.localdate())
