"""Volunteers."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from orgs.models import ReachQuerySet
from orgs.roles import HUB_KEEPERS
from yl_district.days import happened
from yl_district.history.tracking import Tracked
from yl_district.pinyin import search
from yl_district.record_options import RecordOptions

from .people import Person


class VolunteerQuerySet(ReachQuerySet):
    seen_by = HUB_KEEPERS
    organisation_path = "team__hub__organisation__path"

    def as_of(self, day: date) -> Self:
        """Volunteers who had joined by `day`."""
        return self.filter(Q(joined_on__lte=day) | Q(joined_on__isnull=True))

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
    pledged_on = happened(models.DateField("承诺书日期", null=True, blank=True))
    bound_on = happened(models.DateField("平台绑定日期", null=True, blank=True))
    remark = models.TextField("备注", blank=True)

    objects = VolunteerQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        facts=("person", "joined_on", "bound_on"), neutral=("employer", "volunteer_no", "pledged_on", "remark")
    )

    class Meta:
        verbose_name = "志愿者"
        ordering = ["pk"]

    def __str__(self):
        return self.person.shown_name

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("volunteer_detail", args=[self.pk])
