"""Runs of days, and what stands on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q


@dataclass(frozen=True)
class Period:
    """A run of days, both ends included; raises ValidationError when it ends before it begins."""

    start: date
    end: date

    def __post_init__(self):
        if self.end < self.start:
            raise ValidationError(f"统计期间的结束日 {self.end} 早于开始日 {self.start}，请调换后重试。")

    @classmethod
    def of_year(cls, year):
        """The calendar year `year`."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def year(self):
        """The calendar year in which the period ends, which plans, tiers and tasks are kept by."""
        return self.end.year

    @property
    def eve(self):
        """The day before the period begins, on which its opening stock is taken."""
        return self.start - timedelta(days=1)

    @property
    def bounds(self):
        """First and last day, as a `__range` lookup takes them."""
        return (self.start, self.end)


def standing_on(day, begin="started_on", end="ended_on"):
    """What began on or before `day` and did not end on or before it; an empty begin means always."""
    began = Q(**{f"{begin}__lte": day}) | Q(**{f"{begin}__isnull": True})
    return began & (Q(**{f"{end}__gt": day}) | Q(**{f"{end}__isnull": True}))
