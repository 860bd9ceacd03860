"""What assisted youths and those around them say that they need (需求征集), talk by talk."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from members.models import Volunteer
from orgs.models import User
from yl_district.audit.models import AccessEntry
from yl_district.days import happened
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.privacy.encryption import EncryptedTextField, SealedModel
from yl_district.record_options import RecordOptions

from .grants import CaseQuerySet
from .plans import ServicePlan


class NeedsTalkQuerySet(CaseQuerySet):
    person_path = "youth__person"
    organisation_path = "youth__organisation__path"

    def held_during(self, period: Period) -> Self:
        """Talks within the period."""
        return self.filter(held_on__range=period.bounds)

    def before_any_plan(self) -> Self:
        """Talks to which no plan answers: none was signed since, or begun for that year or a later one."""
        begun = Q(signed_on__isnull=True, year__gte=OuterRef("held_on__year"))
        answers = Q(signed_on__gte=OuterRef("held_on")) | begun
        return self.filter(~Exists(ServicePlan.objects.filter(answers, youth=OuterRef("youth"))))

    def since_last_plan(self, year: int) -> Self:
        """Talks until the end of `year` that no plan of an earlier year can have heard, the oldest first."""
        begun = Q(signed_on__isnull=True, year__gt=OuterRef("held_on__year"))
        heard = Q(signed_on__gte=OuterRef("held_on")) | begun
        earlier = ServicePlan.objects.filter(heard, youth=OuterRef("youth"), year__lt=year)
        return self.filter(~Exists(earlier), held_on__year__lte=year).order_by("held_on", "pk")


class NeedsTalk(SealedModel):
    """One talk in which a youth, or somebody who knows the youth, was asked what is needed."""

    class Way(models.TextChoices):
        PHONE = "phone", "电话"
        FACE_TO_FACE = "face_to_face", "面谈"
        VISIT = "visit", "走访入户"
        MESSAGE = "message", "微信"
        OTHER = "other", "其他"

    class SpokenWith(models.TextChoices):
        YOUTH = "youth", "本人"
        GUARDIAN = "guardian", "监护人"
        SCHOOL = "school", "学校"
        COMMUNITY = "community", "社区"
        OTHER = "other", "其他"

    youth = models.ForeignKey("AssistedYouth", models.PROTECT, related_name="needs_talks", verbose_name="帮扶对象")
    held_on = happened(models.DateField("日期"))
    way = models.CharField("方式", max_length=20, choices=Way)
    spoken_with = models.CharField("谈话对象", max_length=20, choices=SpokenWith)
    needs = EncryptedTextField("所说的需求")
    next_step = EncryptedTextField("下一步", blank=True)
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="needs_talks", verbose_name="询问的志愿者"
    )
    # Whoever noted it on the page; nobody where it came by a list.
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="登记人"
    )

    objects = NeedsTalkQuerySet.as_manager()
    history = Tracked(look=AccessEntry.Action.CASE_VIEW)
    record_options = RecordOptions(
        facts=("youth", "held_on"),
        neutral=("way", "spoken_with", "needs", "next_step", "volunteer", "asked_by"),
    )

    class Meta:
        verbose_name = "需求征集"
        ordering = ["-held_on", "-pk"]

    def __str__(self):
        return f"{self.youth} {self.held_on}"

    def get_absolute_url(self):
        """The youth's page."""
        return reverse("assisted_youth_detail", args=[self.youth_id])

    @property
    def asker(self):
        """Who asked: the volunteer, else whoever noted it; None where neither is known."""
        return self.volunteer or self.asked_by

    def in_words(self):
        """What was told, with the day, for the plan that follows from it."""
        return f"{self.held_on} {self.get_way_display()}（{self.get_spoken_with_display()}）：{self.needs}"
