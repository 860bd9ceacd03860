"""Who came to an activity, and how long volunteers served."""

import re
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from members.models import Person
from orgs.models import Condition, Holding, ReachQuerySet
from orgs.roles import HUB_KEEPERS, RoleKind
from yl_district.history.tracking import Tracked
from yl_district.periods import Period
from yl_district.pinyin import search
from yl_district.privacy.encryption import SealedModel
from yl_district.privacy.sealed_choices import EncryptedChoiceField
from yl_district.record_options import Merging, RecordOptions
from yl_district.validators import problem

from .activities import Activity, hubs_of
from .types import counts_as_education

TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


def hours_between(arrived, departed):
    """The whole hours between two times of day, half an hour and more as one; None where either is none, or the first
    is not before the second.
    """
    times = [TIME_OF_DAY.fullmatch(text.strip()) for text in (arrived, departed)]
    if not all(times):
        return None
    began, ended = (int(hour) * 60 + int(minute) for hour, minute in (each.groups() for each in times))
    return (ended - began + 30) // 60 if ended > began else None


class AtActivityQuerySet(ReachQuerySet):
    organisation_path = "activity__owner__path"
    seen_by = HUB_KEEPERS

    def reach_by(self, role: Holding) -> Condition | None:
        """Returns the condition for the rows that a role makes visible; hub operators see those at their hubs."""
        if role.kind == RoleKind.HUB_OPERATOR:
            return Q(activity__hub__among=hubs_of(role.organisation))
        return super().reach_by(role)


class SignInQuerySet(AtActivityQuerySet):
    def present(self) -> Self:
        """Sign-ins of people who came, without those absent or excused."""
        return self.filter(presence=SignIn.Presence.PRESENT)

    def held_during(self, period: Period) -> Self:
        """Sign-ins of people who came to activities held within the period."""
        return self.present().filter(activity__state=Activity.State.HELD, activity__held_on__range=period.bounds)

    def of_education(self) -> Self:
        """Sign-ins at activities of the types that counted as education on their day."""
        return self.filter(counts_as_education("activity__"))

    def search(self, text: str) -> Self:
        """Sign-ins of people whose name, pinyin or initials contain `text`; a number finds nobody."""
        return search(self, text, "person__search_text", by_number=False)


class ServiceHoursField(models.PositiveSmallIntegerField):
    """The hours that a sign-in's person served, worked out as the row is saved."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options | {"null": True, "editable": False})

    def pre_save(self, model_instance, add):
        """Sets and returns the hours; the history has them as they were."""
        if hasattr(model_instance, "hours_served"):
            setattr(model_instance, self.attname, model_instance.hours_served())
        return super().pre_save(model_instance, add)


class SignIn(SealedModel):
    """One person's attendance at an activity, or their absence; only who came is counted.

    The capacity is sealed, since one of them tells whom the committee assists.
    """

    class Capacity(models.TextChoices):
        MEMBER = "member", "团员"
        LINKED_YOUTH = "linked_youth", "联系青年"
        ASSISTED_YOUTH = "assisted_youth", "帮扶对象"
        VOLUNTEER = "volunteer", "志愿者"
        PARENT = "parent", "家长"
        OTHER = "other", "其他"

    class Presence(models.TextChoices):
        PRESENT = "present", "到"
        ABSENT = "absent", "缺席"
        EXCUSED = "excused", "请假"

    # Looked up by the index of the constraint, which begins with it.
    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="sign_ins", verbose_name="活动名称", db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="sign_ins", verbose_name="姓名")
    capacity = EncryptedChoiceField("身份", max_length=20, choices=Capacity, blank=True)
    presence = models.CharField("到场情况", max_length=10, choices=Presence, default=Presence.PRESENT)
    # As offices write them: 14:05, 下午, 开场前.
    arrived = models.CharField("到达", max_length=20, blank=True)
    departed = models.CharField("离开", max_length=20, blank=True)
    service_hours = ServiceHoursField("服务时长")
    # Whether both follow from the activity's times, as its list was confirmed.
    is_timed_by_list = models.BooleanField("按活动时间计", null=True, editable=False)

    objects = SignInQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        facts=("activity", "person", "presence", "service_hours"),
        neutral=("capacity", "arrived", "departed", "is_timed_by_list"),
        merging=Merging(
            alike=("activity",),
            prefers=("presence", "present"),
            recount=("activities.actions.recount_sign_ins", "activity_id"),
        ),
    )

    class Meta:
        verbose_name = "签到"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "person"], name="sign_in_once", violation_error_message="此人在这次活动已签到。"
            )
        ]

    def __str__(self):
        return f"{self.person} {self.activity}"

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("activity_detail", args=[self.activity_id])

    def clean(self):
        if not self.activity.is_held:
            expected = f"已举办的活动（这次活动状态为{self.activity.get_state_display()}）"
            raise ValidationError({"activity": problem(expected, "请先把活动登记为已举办")})
        if self.is_timed_by_list:
            stored = SignIn.objects.filter(pk=self.pk).values_list("arrived", "departed").first()
            self.is_timed_by_list = (self.arrived, self.departed) == stored or None

    def hours_served(self):
        """The hours from arriving to leaving of somebody who came as a volunteer; None where they are not known."""
        hours = hours_between(self.arrived, self.departed) if self.is_present else None
        return hours if hours is not None and self.capacity == self.Capacity.VOLUNTEER else None

    @property
    def is_present(self):
        """Whether the person came."""
        return self.presence == self.Presence.PRESENT
