"""The definition of a figure, and its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from typing import Any

from yl_district.database.actors import whole_case_files

from .measures import INCOMPLETE, QUALITY_LABELS, ROUNDED, Measure, MeasuredPart, amount, count
from .scopes import Scope
from .sources import Rows


class Subject(Enum):
    """The field of work of a figure, by which figures are grouped for the writer of a text."""

    ORGANISATION = "组织与团干部"
    MEMBERS = "团员"
    UNITS = "两新组织"
    EDUCATION = "思想教育"
    LINKS = "联系青年"
    ASSISTANCE = "精准帮扶"
    HUBS = "青年汇"
    ACTIVITIES = "活动合计"
    PLATFORMS = "外部平台"
    PREVENTION = "预防考核"
    TYPES = "各类活动"
    CAMPAIGNS = "专项"


class Timing(Enum):
    """Which days of a period a figure depends on: the last one, all of them, or its whole calendar year."""

    STOCK = "stock"
    FLOW = "flow"
    YEAR = "year"


class Secrecy(Enum):
    """Whether everybody may know a figure, or only those who may know how many youths are assisted."""

    OPEN = "open"
    CASES = "cases"


class Overlap(Enum):
    """Whether every record belongs to one organisation, or the same person may be counted in several."""

    DISJOINT = "disjoint"
    OVERLAPPING = "overlapping"


# The default sentence for a figure below its target.
SHORTFALL = "{label}{n}，未达到{target}的目标"


@dataclass(frozen=True)
class Figure:
    """One figure: which rows it counts within a scope, how they are measured, and its other properties.

    It counts the rows of `source` that match the filter `where`. Figures that differ only in `where` are counted by one
    query, which groups the rows by these columns.

    Properties that must not be forgotten have no default: a line without one of them fails on import.
    """

    key: str
    label: str
    unit: str
    subject: Subject
    timing: Timing
    secrecy: Secrecy
    overlap: Overlap
    definition: str
    source: Callable[[Scope], Rows]
    measure: Measure = count
    where: Mapping[str, object] = field(default_factory=dict, hash=False)
    _: KW_ONLY
    # The key of the figure of which it is a subset, and of the total to which it is one of the addends.
    part_of: str = ""
    addend_of: str = ""
    # Whether it can be counted for a hub, of which nothing but its activities is known.
    of_hubs: bool = False
    # Its rank among the headline figures of a page; 0 for all others.
    headline: int = 0
    # Whether the chart of growth always includes it.
    is_drawn: bool = False
    # Whether it counts work done in the period, so that there is something to report.
    is_work: bool = False
    # Whether fewer than the year before need no explanation, as of what is done only when it is due.
    may_fall: bool = False
    shortfall: str = SHORTFALL

    def __post_init__(self) -> None:
        given = (self.subject, self.timing, self.secrecy, self.overlap)
        if tuple(map(type, given)) != (Subject, Timing, Secrecy, Overlap):
            raise TypeError(f"{self.key}: expected a subject, timing, secrecy and overlap, found {given}")

    @classmethod
    def closed(cls, key: str, **words: str) -> Figure:
        """A figure that is no longer counted, of which only the wording is known."""
        facts: dict[str, Any] = {"subject": Subject.TYPES, "timing": Timing.FLOW, "secrecy": Secrecy.OPEN}
        return cls(key, **facts | {"overlap": Overlap.OVERLAPPING, "source": None} | words)

    @property
    def is_case(self) -> bool:
        """Whether it reveals how many youths are assisted."""
        return self.secrecy is Secrecy.CASES

    @property
    def is_stock(self) -> bool:
        """Whether it is counted as of the period's last day."""
        return self.timing is Timing.STOCK

    @property
    def is_of_type(self) -> bool:
        """Whether it belongs to a single type of activity or campaign, such as the type's sessions."""
        return self.subject in (Subject.TYPES, Subject.CAMPAIGNS)

    def rows(self, scope: Scope) -> Rows:
        """The records that the figure counts within `scope`."""
        return self.source(scope).filter(**self.where)

    def result(self, scope: Scope, targets: Mapping[str, int] | None = None) -> Result:
        """The figure's value and quality within `scope`, with its target if one was set."""
        return self.counted(scope, targets)[0]

    def counted(self, scope: Scope, targets: Mapping[str, int] | None = None) -> tuple[Result, int]:
        """The figure's result within `scope`, and the number of records that it counts."""
        group = self.group(scope)
        return self.result_of_groups([group], targets), group["number"]

    def group(self, scope: Scope) -> dict[str, Any]:
        """The columns of the measure over all records that the figure counts, with the `number` of them."""
        with whole_case_files():
            return self.rows(scope).aggregate(**self.measure.columns | count.columns)

    def result_of_groups(self, groups: Iterable[Mapping[str, Any]], targets: Mapping[str, int] | None = None) -> Result:
        """The result from groups of the source's rows, of which those count that match `where`."""
        own = [group for group in groups if all(group.get(name, value) == value for name, value in self.where.items())]
        return Result(self, *self.measure.of_groups(own), (targets or {}).get(self.key))

    def number(self, scope: Scope) -> int:
        """The number of records that the figure counts within `scope`."""
        with whole_case_files():
            return self.rows(scope).count()

    def parts(self, scope: Scope) -> list[MeasuredPart]:
        """Every record that the figure counts within `scope`, as (key, amount, quality)."""
        with whole_case_files():
            return list(self.measure.each(self.rows(scope)))

    def result_of(self, parts: list[MeasuredPart], targets: Mapping[str, int] | None = None) -> Result:
        """The result computed from such parts: that of exactly these records."""
        return Result(self, *self.measure.whole(parts), (targets or {}).get(self.key))


@dataclass(frozen=True)
class Result:
    """The value of a figure, with its quality and target."""

    figure: Figure
    value: int
    quality: str
    target: int | None = None

    @property
    def is_missing(self) -> bool:
        """Whether there are records but none states a number, so that not even 0 may be shown."""
        return self.quality == INCOMPLETE and self.value == 0

    @property
    def amount(self) -> str:
        """The value formatted as on every page and in every document."""
        return amount(self.value, self.quality)

    @property
    def unit(self) -> str:
        """The unit to follow the amount; empty after 未统计."""
        return "" if self.is_missing else self.figure.unit

    def beyond(self, other: Result) -> str:
        """The signed difference from `other`, formatted as on pages: with 约 where either value is rounded."""
        difference = self.value - other.value
        about = "约" if ROUNDED in (self.quality, other.quality) else ""
        return f"{about}{difference:+}" if difference else "0"

    @property
    def quality_label(self) -> str:
        return QUALITY_LABELS[self.quality]

    def as_dict(self) -> dict[str, Any]:
        """The result as the JSON file represents it."""
        return {
            "label": self.figure.label,
            "unit": self.figure.unit,
            "value": self.value,
            "quality": self.quality,
            "target": self.target,
        }


(
    ORGANISATION,
    MEMBERS,
    UNITS,
    EDUCATION,
    LINKS,
    ASSISTANCE,
    HUBS,
    ACTIVITIES,
    PLATFORMS,
    PREVENTION,
    TYPES,
    CAMPAIGNS,
) = Subject
STOCK, FLOW, YEAR = Timing
OPEN, CASES = Secrecy
DISJOINT, OVERLAPPING = Overlap
