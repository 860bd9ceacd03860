"""A figure and its result."""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum

from django.db.models import QuerySet

from .measures import INCOMPLETE, QUALITY_LABELS, ROUNDED, Measure, amount, count
from .scopes import Scope


class Subject(Enum):
    """The field of work that a figure is about, under which it is offered to whoever writes a text."""

    ORGANISATION = "组织与团干部"
    MEMBERS = "团员"
    UNITS = "两新组织"
    EDUCATION = "思想教育"
    LINKS = "联系青年"
    ASSISTANCE = "精准帮扶"
    HUBS = "青年汇"
    ACTIVITIES = "活动合计"
    PLATFORMS = "外部平台"
    TYPES = "各类活动"


class Timing(Enum):
    """What of a period decides: its last day, all its days, or the calendar year to which it belongs."""

    STOCK = "stock"
    FLOW = "flow"
    YEAR = "year"


class Secrecy(Enum):
    """Whether everybody may know a figure, or those alone who may know how many youths are assisted."""

    OPEN = "open"
    CASES = "cases"


class Overlap(Enum):
    """Whether each record belongs to one place alone, or one person may be counted in several places."""

    DISJOINT = "disjoint"
    OVERLAPPING = "overlapping"


# How a text says that a figure is below its target.
SHORTFALL = "{label}{n}，未达到{target}的目标"


@dataclass(frozen=True)
class Figure:
    """One figure: which rows it counts within a scope, how they are measured, and what else is true of it.

    They are the rows of `source`, of these those alone whose columns hold what `where` says. Figures that differ in
    `where` alone are counted by one query, which groups the rows by these columns.

    What nobody may forget to say has no default: a line without it does not import.
    """

    key: str
    label: str
    unit: str
    subject: Subject
    timing: Timing
    secrecy: Secrecy
    overlap: Overlap
    definition: str
    source: Callable[[Scope], QuerySet]
    measure: Measure = count
    where: Mapping[str, object] = field(default_factory=dict, hash=False)
    _: KW_ONLY
    # The key of a figure of which it counts some, and of one that is the sum of all that name it here.
    part_of: str = ""
    addend_of: str = ""
    # Whether a hub has it: nothing is known of a hub but what is held there.
    of_hubs: bool = False
    # Its rank among the main numbers of a page; 0 for all others.
    headline: int = 0
    # Whether the chart of what grew and fell always draws it.
    is_drawn: bool = False
    # Whether it counts work done in the period, so that there is something to report.
    is_work: bool = False
    shortfall: str = SHORTFALL

    def __post_init__(self):
        given = (self.subject, self.timing, self.secrecy, self.overlap)
        if tuple(map(type, given)) != (Subject, Timing, Secrecy, Overlap):
            raise TypeError(f"{self.key}: expected a subject, timing, secrecy and overlap, found {given}")

    @classmethod
    def closed(cls, key, **words):
        """A figure that is no longer kept, of which nothing but its words is known."""
        facts = {"subject": Subject.TYPES, "timing": Timing.FLOW, "secrecy": Secrecy.OPEN}
        return cls(key, **facts, overlap=Overlap.OVERLAPPING, source=None, **words)

    @property
    def is_case(self):
        """Whether it tells how many youths are assisted."""
        return self.secrecy is Secrecy.CASES

    @property
    def is_stock(self):
        """Whether it is counted as the world stood on the period's last day."""
        return self.timing is Timing.STOCK

    @property
    def is_of_type(self):
        """Whether it is kept for one type of activity, as its sessions and person-times are."""
        return self.subject is Subject.TYPES

    def rows(self, scope):
        """The records that the figure counts within `scope`."""
        return self.source(scope).filter(**self.where)

    def result(self, scope, targets=None):
        """The figure's value and quality within `scope`, beside its target, if one was set."""
        return self.counted(scope, targets)[0]

    def counted(self, scope, targets=None):
        """The figure's result within `scope`, and the number of records that it counts."""
        group = self.rows(scope).aggregate(**self.measure.columns | count.columns)
        return self.result_of_groups([group], targets), group["number"]

    def result_of_groups(self, groups, targets=None):
        """The result to which those groups of the source's rows come that the figure counts."""
        own = [group for group in groups if all(group.get(name, value) == value for name, value in self.where.items())]
        return Result(self, *self.measure.of_groups(own), (targets or {}).get(self.key))

    def parts(self, scope):
        """Every record that the figure counts within `scope`: its key, what it adds, and how sure that is."""
        return list(self.measure.each(self.rows(scope)))

    def result_of(self, parts, targets=None):
        """The result to which such parts come, which is that of the very records in them."""
        return Result(self, *self.measure.whole(parts), (targets or {}).get(self.key))


@dataclass(frozen=True)
class Result:
    """What a figure came to."""

    figure: Figure
    value: int
    quality: str
    target: int | None = None

    @property
    def is_missing(self):
        """Whether records exist but none of them states a number, so that not even 0 may be said."""
        return self.quality == INCOMPLETE and self.value == 0

    @property
    def amount(self):
        """The value as every page and document writes it."""
        return amount(self.value, self.quality)

    @property
    def unit(self):
        """The unit behind the amount, empty behind 未统计."""
        return "" if self.is_missing else self.figure.unit

    def beyond(self, other):
        """By how much more was recorded than of `other`, as pages write it: with 约 where either is rounded."""
        difference = self.value - other.value
        about = "约" if ROUNDED in (self.quality, other.quality) else ""
        return f"{about}{difference:+}" if difference else "0"

    @property
    def quality_label(self):
        return QUALITY_LABELS[self.quality]

    def as_dict(self):
        """The figure as the JSON file states it."""
        return {
            "label": self.figure.label,
            "unit": self.figure.unit,
            "value": self.value,
            "quality": self.quality,
            "target": self.target,
        }


ORGANISATION, MEMBERS, UNITS, EDUCATION, LINKS, ASSISTANCE, HUBS, ACTIVITIES, PLATFORMS, TYPES = Subject
STOCK, FLOW, YEAR = Timing
OPEN, CASES = Secrecy
DISJOINT, OVERLAPPING = Overlap
