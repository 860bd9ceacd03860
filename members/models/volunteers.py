"""Volunteers."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse

from orgs.models import EVERYTHING, Condition, Holding, Organisation, ReachQuerySet
from orgs.roles import HUB_KEEPERS
from yl_district.days import announced, happened
from yl_district.history.tracking import Tracked
from yl_district.periods import standing_on
from yl_district.pinyin import search
from yl_district.record_options import RecordOptions
from yl_district.validators import check_order

from .people import Person


class VolunteerQuerySet(ReachQuerySet):
    seen_by = HUB_KEEPERS

    @property
    def _places(self) -> Any:
        """The QuerySet of places in teams, which are kept by an app above."""
        return self.model._meta.get_field("places").related_model.objects

    def reach(self, organisation: Organisation) -> Condition:
        """Returns the condition for volunteers whose latest team is of `organisation` or its subtree."""
        return Exists(self._places.latest_each().within(organisation).filter(volunteer=OuterRef("pk")))

    def reach_by(self, role: Holding) -> Condition | None:
        """Returns the condition for the rows that a role makes visible: whoever is or was in a team of its reach.

        A figure of a past day lists whom it counts, though they are in another team since.
        """
        if role.organisation.is_root():
            return EVERYTHING
        return Exists(self._places.within(role.organisation).filter(volunteer=OuterRef("pk")))

    def placed_on(self, day: date, organisation: Organisation) -> Self:
        """Volunteers whose team on `day` is of `organisation` or its subtree; at the root all, also without a team."""
        if organisation.is_root():
            return self
        return self.filter(Exists(self._places.held_on(day).within(organisation).filter(volunteer=OuterRef("pk"))))

    def in_team(self, hub: models.Model, day: date) -> Self:
        """Volunteers in the team of `hub` on `day`."""
        return self.filter(Exists(self._places.held_on(day).filter(hub=hub, volunteer=OuterRef("pk"))))

    def as_of(self, day: date) -> Self:
        """Volunteers standing on `day`."""
        return self.filter(standing_on(day, "joined_on", "left_on"))

    def left_by(self, day: date) -> Self:
        """Volunteers who had left by `day`."""
        return self.filter(left_on__lte=day)

    def bound_by(self, day: date) -> Self:
        """Volunteers bound on the platform by `day`."""
        return self.filter(bound_on__lte=day)

    def search(self, text: str) -> Self:
        """Volunteers whose name, pinyin or initials contain `text`."""
        return search(self, text, "person__search_text")


class Volunteer(models.Model):
    """A person's capacity as a volunteer."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="volunteering", verbose_name="姓名")
    employer = models.CharField("单位", max_length=100, blank=True)
    volunteer_no = models.CharField("志愿者编号", max_length=30, blank=True)
    joined_on = happened(models.DateField("加入日期", null=True, blank=True))
    left_on = announced(models.DateField("退出日期", null=True, blank=True), "退出")
    pledged_on = happened(models.DateField("承诺书日期", null=True, blank=True))
    bound_on = happened(models.DateField("平台绑定日期", null=True, blank=True))
    remark = models.TextField("备注", blank=True)

    objects = VolunteerQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        compared=("joined_on", "left_on", "places"),
        facts=("person", "joined_on", "left_on", "bound_on"),
        begins=("joined_on",),
        neutral=("employer", "volunteer_no", "pledged_on", "remark"),
    )

    class Meta:
        verbose_name = "志愿者"
        ordering = ["pk"]

    def __str__(self):
        return self.person.shown_name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("volunteer_detail", args=[self.pk])

    @property
    def team(self):
        """The volunteer's latest place in a hub's team, present or former, or None."""
        return next(iter(self.places.all()), None)

    def clean(self):
        check_order(self, "joined_on", "left_on")

    def has_left_by(self, day):
        """Whether the volunteer had left by `day`."""
        return self.left_on is not None and self.left_on <= day

    def bind(self, day):
        """Registers that the volunteer was bound on the platform on `day`."""
        self.bound_on = day
        self.full_clean()
        self.save()

    def leave(self, day):
        """Ends the volunteer's service on `day`."""
        self.left_on = day
        self.full_clean()
        self.save()
