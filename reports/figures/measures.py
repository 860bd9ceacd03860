"""Measures: how rows become a number, and how certain the number is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from django.db.models import Aggregate, Count, Min, Q, QuerySet, Sum

from activities.coverage import share_in_percent
from activities.models import Activity

MEASURED, COUNTED, ROUNDED, INCOMPLETE = QUALITIES = ["measured", "counted", "rounded", "incomplete"]
# (key of the record, None for a group; amount; quality).
MeasuredPart: TypeAlias = tuple[int | None, int, str]
QUALITY_LABELS = {MEASURED: "签到实测", COUNTED: "据实登记", ROUNDED: "含约数", INCOMPLETE: "统计不全"}


def amount(value: int, quality: str, unit: str = "") -> str:
    """The value with its unit as text: 余 or 约 where rounded, 未统计 instead of 0 where nothing is known."""
    if quality == INCOMPLETE and not value:
        return "未统计"
    if quality == ROUNDED and value >= 10:
        return f"{known(value, quality)}余{unit}"
    if quality == ROUNDED:
        return f"约{value}{unit}"
    return f"{value}{unit}"


def known(value: int, quality: str) -> int:
    """The certain part of a value: a rounded one down to tens."""
    return value // 10 * 10 if quality == ROUNDED and value >= 10 else value


@dataclass(frozen=True)
class Measure:
    """How rows become a number: through parts, each with an amount and a quality, which `whole` combines.

    A part is either a row, for which `each` yields (key, amount, quality), or a group of rows, for which `of_group`
    reads the aggregates in `columns`: so a list of records and an aggregating query give the same number.
    """

    columns: dict[str, Aggregate]
    of_group: Callable[[Mapping], tuple[int, str]]
    each: Callable[[QuerySet], Iterable[MeasuredPart]]
    whole: Callable[[list[MeasuredPart]], tuple[int, str]]

    def of_groups(self, groups: Iterable[Mapping[str, Any]]) -> tuple[int, str]:
        """The value and quality of all rows of these groups together."""
        return self.whole([(None, *self.of_group(group)) for group in groups])

    def of_values(self, values: Iterable[int]) -> int:
        """The value of a whole whose parts have these values."""
        return self.whole([(None, value, COUNTED) for value in values])[0]

    @property
    def is_share(self) -> bool:
        """Whether the whole is a percentage of its rows, which does not follow from those of parts."""
        return self.whole is share_of_parts

    @property
    def is_least(self) -> bool:
        """Whether the whole is the minimum of its parts rather than their sum."""
        return self.whole is least


def worst(parts: list[MeasuredPart]) -> tuple[int, str]:
    """The sum of the parts, with the worst quality among them."""
    qualities = {quality for _, _, quality in parts} or {COUNTED}
    return sum(amount for _, amount, _ in parts), max(qualities, key=QUALITIES.index)


def least(parts: list[MeasuredPart]) -> tuple[int, str]:
    """The smallest of the parts; 0 without any."""
    return min((amount for _, amount, _ in parts), default=0), COUNTED


def share_of_parts(parts: list[MeasuredPart]) -> tuple[int, str]:
    """The percentage that the parts come to, each of them in percent, rounded down; 0 without any."""
    return share_in_percent(sum(amount for _, amount, _ in parts), 100 * len(parts)), MEASURED


def each_in_percent(rows: QuerySet) -> Iterator[MeasuredPart]:
    """Every row as a part of 100 where `is_reached`, else of 0."""
    found = rows.order_by("pk").values_list("pk", "is_reached")
    return ((key, 100 * is_reached, MEASURED) for key, is_reached in found)


def each_of(field: str, rows: QuerySet) -> Iterator[MeasuredPart]:
    """Every row with the value of `field`, as parts."""
    return ((key, value or 0, COUNTED) for key, value in rows.order_by("pk").values_list("pk", field))


def each_once(quality: str, rows: QuerySet) -> Iterator[MeasuredPart]:
    """Every row as a part of amount 1."""
    return ((key, 1, quality) for key in rows.order_by("pk").values_list("pk", flat=True))


def number(quality: str) -> Measure:
    """A measure that counts rows."""
    return Measure(
        {"number": Count("pk")},
        lambda group: (group["number"], quality),
        partial(each_once, quality),
        lambda parts: (worst(parts)[0], quality),
    )


def of_field(aggregate: type[Aggregate], field: str, whole: Callable[[list[MeasuredPart]], tuple[int, str]]) -> Measure:
    """A measure that aggregates `field`; 0 without rows."""
    name = f"{field}_{aggregate.name.lower()}"
    columns = {name: aggregate(field)}
    return Measure(columns, lambda group: (group[name] or 0, COUNTED), partial(each_of, field), whole)


PERSON_TIMES = {
    "attendances": Sum("attendance"),
    "unrecorded": Count("pk", filter=Q(basis=Activity.Basis.UNRECORDED)),
    "rounded": Count("pk", filter=Q(basis=Activity.Basis.ROUNDED)),
    "signed": Count("pk", filter=Q(sign_in_count__gt=0)),
    "activities": Count("pk"),
}


def each_person_times(rows: QuerySet) -> Iterator[MeasuredPart]:
    """Yields every activity as a part: its person-times, and the quality that follows from their basis."""
    bases = {Activity.Basis.UNRECORDED: INCOMPLETE, Activity.Basis.ROUNDED: ROUNDED}
    for key, value, basis, signed in rows.order_by("pk").values_list("pk", "attendance", "basis", "sign_in_count"):
        yield key, value or 0, bases.get(basis, MEASURED if signed else COUNTED)


def quality_of(parts: Mapping[str, int]) -> str:
    """The quality of person-times, from the aggregates of PERSON_TIMES."""
    if parts["unrecorded"]:
        return INCOMPLETE
    if parts["rounded"]:
        return ROUNDED
    return MEASURED if parts["activities"] and parts["signed"] == parts["activities"] else COUNTED


count, signed_in = number(COUNTED), number(MEASURED)
total, smallest = partial(of_field, Sum, whole=worst), partial(of_field, Min, whole=least)
sessions = total("session_count")
# The percentage of the rows that are reached.
share_reached = Measure(
    {"number": Count("pk"), "reached": Count("pk", filter=Q(is_reached=True))},
    lambda group: (share_in_percent(group["reached"], group["number"]), MEASURED),
    each_in_percent,
    share_of_parts,
)
# The sum of recorded person-times; the worst basis among the activities decides the quality.
person_times = Measure(
    PERSON_TIMES, lambda group: (group["attendances"] or 0, quality_of(group)), each_person_times, worst
)
