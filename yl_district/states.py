"""States over time: a record's present state with the day since which it holds, and the spans of earlier ones.

A state is a value that holds from one day to another, such as a branch's domain, and that figures ask for as of a day.
The latest value stands on the record itself, with its first day in a field beside it, empty for always; each earlier
value is a row of a table of spans. So a change made with effect from today leaves every earlier day as it was, and only
a correction, which says that the value was wrong all along, moves what has been counted before.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q

from .fields import MonthField
from .periods import have_a_day_in_common
from .validators import check_order, problem


class Span(models.Model):
    """A span of an earlier state of a record: from `started_on`, empty for always, to the day before `ended_on`.

    Subclasses add the foreign key to the record, which they name in `owner`, and the fields of the state.
    """

    owner = ""

    started_on = models.DateField("起始日期", null=True, blank=True)
    ended_on = models.DateField("结束日期")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__gt=F("started_on")),
                name="%(class)s_ends_after_it_begins",
            )
        ]

    def get_absolute_url(self):
        """The record's own page."""
        return getattr(self, self.owner).get_absolute_url()

    def overlaps(self, other):
        """Whether two spans have a day in common."""
        return have_a_day_in_common(self, other)

    def clean(self):
        check_order(self, "started_on", "ended_on", same_day=False)


@dataclass(frozen=True)
class DatedState:
    """A state of the records of a model.

    - `fields`: the fields that hold the present value.
    - `since`: the field with the first day on which it holds; None there means always.
    - `earlier`: the related name of the earlier spans, rows of a subclass of Span with the same `fields`.
    """

    fields: tuple[str, ...]
    since: str
    earlier: str

    def label(self, model: Any) -> str:
        """What the state is called on pages."""
        return "、".join(str(model._meta.get_field(name).verbose_name) for name in self.fields)

    def values(self, record: Any) -> tuple[Any, ...]:
        """The present value of a record, comparable with that of another."""
        return tuple(getattr(record, record._meta.get_field(name).attname) for name in self.fields)

    def is_changed(self, former: Any, record: Any) -> bool:
        """Whether the record has another present value than `former`, the same record as it is stored."""
        return self.values(former) != self.values(record)

    def is_dated(self, former: Any, record: Any) -> bool:
        """Whether the record states another first day than `former`, so that nobody need ask for it."""
        return getattr(former, self.since) != getattr(record, self.since)

    def rounded(self, model: Any, day: date) -> date:
        """`day`, or the first day of its month where the state is known by months."""
        return day.replace(day=1) if isinstance(model._meta.get_field(self.since), MonthField) else day

    def begin(self, former: Any, record: Any, day: date) -> Sequence[Any]:
        """Has the record's new value hold since `day`; returns what is to be saved besides, the span before.

        Raises ValidationError, of the field `since`, where the former value began on that day or later.
        """
        day, began = self.rounded(type(record), day), getattr(former, self.since)
        if began and day <= began:
            raise ValidationError({self.since: too_early(record, self, began)})
        setattr(record, self.since, day)
        return [self.span_of(former, record, day)]

    def begin_as_stated(self, former: Any, record: Any) -> Sequence[Any]:
        """Has the new value hold since the day that the record itself states; returns what is to be saved besides.

        An earlier day than that of the former value, or none, corrects that value.
        """
        day, began = getattr(record, self.since), getattr(former, self.since)
        return [] if day is None or (began and day <= began) else self.begin(former, record, day)

    def correct(self, former: Any, record: Any) -> None:
        """Has the record's new value hold for as long as the former one was said to."""

    def span_of(self, former: Any, record: Any, day: date) -> Span:
        """The unsaved span of the former value, which ends on `day`."""
        relation = record._meta.get_field(self.earlier)
        values = {name: getattr(former, name) for name in self.fields}
        owner = {relation.field.name: record}
        return relation.related_model(**owner, **values, started_on=getattr(former, self.since), ended_on=day)


def too_early(record: Any, state: DatedState, began: date) -> ValidationError:
    """The error for a new value that would begin before, or when, the former one did."""
    remedy = f"原来的{state.label(type(record))}自 {began} 起；它本来就填错时，请选“一直如此（更正）”"
    return problem(f"晚于 {began} 的日期", remedy)


def nested(day: date | OuterRef) -> date | OuterRef:
    """`day` as a subquery within the one that asks for it sees it."""
    return OuterRef(day) if isinstance(day, OuterRef) else day


def former_of(record: Any) -> Any:
    """A copy of a record, with the values that it has now."""
    return copy(record)
