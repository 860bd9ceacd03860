"""Types of activities, and whether they counted as education on a day."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from orgs.models import Condition
from yl_district.days import happened
from yl_district.history.tracking import Tracked
from yl_district.periods import standing_on
from yl_district.pinyin import NameOrderField
from yl_district.record_options import RecordOptions
from yl_district.states import DatedState, Span


class ActivityTypeQuerySet(models.QuerySet):
    def with_states(self) -> Self:
        """Prefetches the earlier spans, from which `is_education_on` tells the state of any day."""
        return self.prefetch_related("earlier_education")


class ActivityType(models.Model):
    """A type of activity, editable by staff; figures' keys are built from `key`."""

    key = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=30, unique=True)
    is_education = models.BooleanField("计入思想教育", default=False)
    education_since = happened(models.DateField("思想教育起始日期", null=True, blank=True))
    position = models.PositiveSmallIntegerField("顺序", default=100)
    name_sort = NameOrderField()

    objects = ActivityTypeQuerySet.as_manager()
    history = Tracked()
    record_options = RecordOptions(
        states=(DatedState(("is_education",), "education_since", "earlier_education"),),
        facts=("key",),
        neutral=("name", "position"),
    )

    class Meta:
        verbose_name = "活动类型"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name

    def is_education_on(self, day):
        """Whether activities of this type counted as education on `day`."""
        if self.education_since is None or self.education_since <= day:
            return self.is_education
        spans = self.earlier_education.all()
        return any(span.is_education for span in spans if day < span.ended_on and (span.started_on or day) <= day)

    @classmethod
    def free_key(cls):
        """Returns an unused key for a new type: `type_16` for the sixteenth, or the next free one."""
        taken = set(cls.objects.values_list("key", flat=True))
        number = len(taken) + 1
        while f"type_{number}" in taken:
            number += 1
        return f"type_{number}"


class EducationSpanQuerySet(models.QuerySet):
    def as_of(self, day: OuterRef) -> Self:
        """Spans in force on `day`."""
        return self.filter(standing_on(day))


class EducationSpan(Span):
    """A span in which activities of a type did, or did not, count as education, before the present one."""

    owner = "type"

    type = models.ForeignKey(ActivityType, models.CASCADE, related_name="earlier_education", verbose_name="类型")
    is_education = models.BooleanField("计入思想教育")

    objects = EducationSpanQuerySet.as_manager()
    history = Tracked()

    class Meta(Span.Meta):
        verbose_name = "思想教育变更"
        ordering = ["type_id", "ended_on"]

    def __str__(self):
        return str(self.type)


def counts_as_education(prefix: str = "") -> Condition:
    """The condition for activities, on the path `prefix`, of the types that counted as education on their day."""
    kind, day = f"{prefix}type", f"{prefix}held_on"
    since = Q(**{f"{kind}__education_since__isnull": True}) | Q(**{f"{kind}__education_since__lte": F(day)})
    spans = EducationSpan.objects.as_of(OuterRef(day)).filter(type=OuterRef(kind), is_education=True)
    return (Q(**{f"{kind}__is_education": True}) & since) | Exists(spans)
