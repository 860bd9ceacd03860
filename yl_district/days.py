"""Which days the date fields of records take: of what has happened, and of ends announced in advance."""

from dataclasses import dataclass
from functools import cache, partial

from django.core.exceptions import ValidationError
from django.utils import timezone

from .fields import MonthField
from .partial_dates import earliest
from .periods import years_before
from .validators import problem

FIRST_YEAR = 1949
FIRST_BIRTH_YEAR = 1900


@dataclass(frozen=True)
class Bounds:
    """The days that a date field takes: from the year `since` to `years_ahead` of today.

    `verb` says what happens on an announced day, such as 离任.
    """

    since: int
    years_ahead: int = 0
    verb: str = ""

    def latest(self, today):
        """Returns the last day taken."""
        return years_before(today, -self.years_ahead)


def happened(field, since=FIRST_YEAR):
    """The field, marked as the day or month of a happening or a beginning, which is not in the future."""
    return bounded(field, Bounds(since))


def announced(field, verb):
    """The field, marked as the day of an end, which may be announced up to a year ahead."""
    return bounded(field, Bounds(FIRST_YEAR, 1, verb))


def bounded(field, bounds):
    """The field with its bounds, which it checks itself."""
    field.bounds = bounds
    # Not among its own validators, which migrations would record.
    field.default_validators = [*field.default_validators, partial(check_value, field)]
    return field


def check_value(field, value, today=None):
    """Raises ValidationError for a day outside the field's bounds."""
    today = today or timezone.localdate()
    latest, is_month = field.bounds.latest(today), isinstance(field, MonthField)
    if value.year >= field.bounds.since and earliest(value) <= latest:
        return
    kind, present, shown = ("年月", "本月", f"{latest:%Y-%m}") if is_month else ("日期", "今天", str(latest))
    if value.year < field.bounds.since:
        raise problem(f"{field.bounds.since} 年以后的{kind}", "请核对年份")
    if field.bounds.years_ahead:
        raise problem(f"不晚于 {shown} 的{kind}（最多提前一年登记）", "请核对年份，或临近时再登记")
    raise problem(f"不晚于{present}（{shown}）的{kind}", f"请核对{kind}；尚未发生的，到时再登记")


@cache
def bounded_fields(model):
    """The fields of a model that have bounds."""
    return [field for field in model._meta.concrete_fields if hasattr(field, "bounds")]


def check_days(record, today):
    """Raises ValidationError for the days of a record outside their fields' bounds."""
    errors = {}
    for field in bounded_fields(type(record)):
        value = getattr(record, field.name)
        try:
            if value:
                check_value(field, value, today)
        except ValidationError as error:
            errors[field.name] = error
    if errors:
        raise ValidationError(errors)


def is_announced(field):
    """Whether a field is the day of an end, which may be announced."""
    return hasattr(field, "bounds") and bool(field.bounds.verb)


def end_of(record):
    """The field of the record's end, None for a model without one."""
    return next(filter(is_announced, bounded_fields(type(record))), None)


def has_ended(record, today):
    """Whether the record's end has come by `today`."""
    field = end_of(record)
    day = field and getattr(record, field.name)
    return bool(day and day <= today)


def coming_end(record, today):
    """What an end announced for later than `today` is called, such as `将于 2027-03-01 离任`; "" without one."""
    field = end_of(record)
    day = field and getattr(record, field.name)
    return announcement(field, day) if day and day > today else ""


def announcement(field, day, verb=""):
    """An announced end in words, such as `将于 2027-03 离任`."""
    shown = f"{day:%Y-%m}" if isinstance(field, MonthField) else str(day)
    return f"将于 {shown} {verb or field.bounds.verb}"
