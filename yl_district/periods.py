"""Periods of days, and the condition for being in force on a day."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q

ORDINALS = "一二三四"
# The parts of a year by their URL key: label, first month, number of months.
PARTS = {
    "year": ("全年", 1, 12),
    "h1": ("上半年", 1, 6),
    "h2": ("下半年", 7, 6),
    **{f"q{n}": (f"{ORDINALS[n - 1]}季度", 3 * n - 2, 3) for n in range(1, 5)},
    **{f"m{n}": (f"{n}月", n, 1) for n in range(1, 13)},
}


@dataclass(frozen=True)
class Period:
    """A period of days, both ends included; raises ValidationError where it ends before it begins."""

    start: date
    end: date

    def __post_init__(self):
        if self.end < self.start:
            raise ValidationError(f"统计期间的结束日 {self.end} 早于开始日 {self.start}，请调换后重试。")

    @classmethod
    def of_year(cls, year):
        """The period of the calendar year `year`."""
        return cls.of_part(year, "year")

    @classmethod
    def of_part(cls, year, part):
        """A part of the calendar year `year`, by its key in PARTS."""
        _, month, length = PARTS[part]
        following = month + length
        after = date(year + 1, 1, 1) if following > 12 else date(year, following, 1)
        return cls(date(year, month, 1), after - timedelta(days=1))

    @classmethod
    def of_quarter(cls, day):
        """The quarter of the year in which `day` lies."""
        return cls.of_part(day.year, f"q{(day.month + 2) // 3}")

    @property
    def year(self):
        """The calendar year in which the period ends, by which plans, tiers and tasks are recorded."""
        return self.end.year

    @property
    def part(self):
        """The key in PARTS of the part of its year that the period equals; "" for any other period."""
        same = (part for part in PARTS if self.of_part(self.year, part) == self)
        return next(same, "")

    @property
    def name(self):
        """The period's name, such as `2017年`, `2017年一季度`, `2017年3月1日`, `2017年3月1日至4月5日`."""
        if self.part:
            return f"{self.year}年{PARTS[self.part][0] if self.part != 'year' else ''}"
        begin = f"{self.start.year}年{self.start.month}月{self.start.day}日"
        if self.start == self.end:
            return begin
        year = "" if self.start.year == self.end.year else f"{self.end.year}年"
        return f"{begin}至{year}{self.end.month}月{self.end.day}日"

    @property
    def year_before(self):
        """The same period of the previous year (同期)."""
        if self.part:
            return self.of_part(self.year - 1, self.part)
        return Period(years_before(self.start, 1), years_before(self.end, 1))

    @property
    def before(self):
        """The preceding period (上期): the previous month, quarter, half or year, else as many days."""
        parts = [part for part in PARTS if PARTS[part][2] == PARTS[self.part][2]] if self.part else []
        if parts:
            place = parts.index(self.part)
            return self.of_part(self.year - (place == 0), parts[place - 1])
        return Period(self.start - (self.end - self.start) - timedelta(days=1), self.eve)

    @property
    def after(self):
        """The following period (下期): the next month, quarter, half or year, else as many days."""
        parts = [part for part in PARTS if PARTS[part][2] == PARTS[self.part][2]] if self.part else []
        if parts:
            place = parts.index(self.part) + 1
            return self.of_part(self.year + (place == len(parts)), parts[place % len(parts)])
        begin = self.end + timedelta(days=1)
        return Period(begin, begin + (self.end - self.start))

    @property
    def eve(self):
        """The day before the period begins, on which its opening stock is taken."""
        return self.start - timedelta(days=1)

    def until(self, day):
        """The part of the period up to `day`: the period itself if it is over by then."""
        return self if self.end <= day else Passed(self.start, day)

    @property
    def bounds(self):
        """First and last day, for a `__range` lookup."""
        return (self.start, self.end)


def quarters_until(day):
    """The four quarters of the year of `day` up to that day; in the place of those ahead the one in which it lies."""
    last = Period.of_quarter(day)
    quarters = [Period.of_part(day.year, f"q{number}") for number in range(1, 5)]
    return tuple(min(quarter, last, key=lambda each: each.start).until(day) for quarter in quarters)


class Passed(Period):
    """The part of a period that has passed by its end; no days at all where the period begins later."""

    def __post_init__(self):
        """Allows an end before the beginning, between which there are no days."""


def years_before(day, number):
    """The same day `number` years earlier; 28 February where that year has no 29th."""
    year = day.year - number
    is_missing = (day.month, day.day) == (2, 29) and not isleap(year)
    return day.replace(year=year, day=28 if is_missing else day.day)


def standing_on(day, begin="started_on", end="ended_on"):
    """The condition for rows in force on `day`: begun on or before it, and not ended by it; no begin means always."""
    began = Q(**{f"{begin}__lte": day}) | Q(**{f"{begin}__isnull": True})
    return began & (Q(**{f"{end}__gt": day}) | Q(**{f"{end}__isnull": True}))


def have_a_day_in_common(one, other, begin="started_on", end="ended_on"):
    """Whether there is a day on which both records are in force, by the rule of `standing_on`."""

    def ends_before(first, second):
        """Whether the first record has ended when the second begins."""
        ended, began = getattr(first, end), getattr(second, begin)
        return bool(ended and began and ended <= began)

    return not (ends_before(one, other) or ends_before(other, one))


def overlapping_record(record, others, leaving=()):
    """The first of `others` that overlaps with the record, itself and the keys in `leaving` apart; None without one."""
    return next((one for one in others if one.pk not in (record.pk, *leaving) and record.overlaps(one)), None)
