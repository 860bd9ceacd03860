"""The figures of the annual work summary, one line each, in printing order.

A line says which records a figure counts and how, and everything else that is true of the figure; the number, the list
behind it, the export and the document all come from it, so they cannot disagree. A changed definition gets a new key.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import Aggregate, Count, Min, Q, QuerySet, Sum

from activities.models import Activity, ActivityType
from members.models import Volunteer
from orgs.models import Organisation, Supply, UnitContact
from orgs.roles import RoleKind
from youthhubs.models import HubYear

from .figure_rows import (
    activities,
    assistances,
    cadres,
    committee_members,
    communities,
    contacts,
    hubs,
    linked_cadres,
    links,
    members,
    members_educated,
    members_joined,
    people_signed_in,
    plans,
    platform_entries,
    register,
    register_with_assistances,
    scholarships,
    supplies,
    units,
)
from .models import Target
from .scopes import Scope

MEASURED, COUNTED, ROUNDED, INCOMPLETE = QUALITIES = ["measured", "counted", "rounded", "incomplete"]
QUALITY_LABELS = {MEASURED: "签到实测", COUNTED: "据实登记", ROUNDED: "含约数", INCOMPLETE: "统计不全"}


def amount(value, quality, unit=""):
    """A value with its unit: with 余 and never as exact where rounded, 未统计 and never 0 where nothing is known."""
    if quality == INCOMPLETE and not value:
        return "未统计"
    if quality == ROUNDED and value >= 10:
        return f"{known(value, quality)}余{unit}"
    if quality == ROUNDED:
        return f"约{value}{unit}"
    return f"{value}{unit}"


def known(value, quality):
    """A value as far as it is sure: of a rounded one the tens."""
    return value // 10 * 10 if quality == ROUNDED and value >= 10 else value


@dataclass(frozen=True)
class Measure:
    """How rows become a number: parts, each of them an amount and its quality, from which `whole` makes the number.

    A part is a row, of which `each` yields (key, amount, quality), or a group of rows, which `of_group` reads from its
    `columns`: so a list of records and a query that adds them up come to the same.
    """

    columns: Mapping[str, Aggregate]
    of_group: Callable[[Mapping], tuple[int, str]]
    each: Callable[[QuerySet], Iterable[tuple[int, int, str]]]
    whole: Callable[[list[tuple[int | None, int, str]]], tuple[int, str]]

    def of_groups(self, groups):
        """The value and quality of all rows of these groups together."""
        return self.whole([(None, *self.of_group(group)) for group in groups])

    def of_values(self, values):
        """The value of a whole whose parts came to these values."""
        return self.whole([(None, value, COUNTED) for value in values])[0]

    @property
    def is_least(self):
        """Whether the whole is the smallest of its parts instead of their sum."""
        return self.whole is least


def worst(parts):
    """The sum of the parts; the worst quality among them is the whole's."""
    qualities = {quality for _, _, quality in parts} or {COUNTED}
    return sum(amount for _, amount, _ in parts), max(qualities, key=QUALITIES.index)


def least(parts):
    """The smallest of the parts, 0 without any."""
    return min((amount for _, amount, _ in parts), default=0), COUNTED


def each_of(field, rows):
    """Every row with the value of `field`."""
    return ((key, value or 0, COUNTED) for key, value in rows.order_by("pk").values_list("pk", field))


def each_once(quality, rows):
    """Every row as one."""
    return ((key, 1, quality) for key in rows.order_by("pk").values_list("pk", flat=True))


def number(quality):
    """The number of rows."""
    return Measure(
        {"number": Count("pk")},
        lambda group: (group["number"], quality),
        partial(each_once, quality),
        lambda parts: (worst(parts)[0], quality),
    )


def of_field(aggregate, field, whole):
    """What `aggregate` makes of a field, 0 without rows."""
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


def each_person_times(rows):
    """Every activity with its person-times and what they rest on."""
    bases = {Activity.Basis.UNRECORDED: INCOMPLETE, Activity.Basis.ROUNDED: ROUNDED}
    for key, value, basis, signed in rows.order_by("pk").values_list("pk", "attendance", "basis", "sign_in_count"):
        yield key, value or 0, bases.get(basis, MEASURED if signed else COUNTED)


def quality_of(parts):
    """The quality of person-times whose parts were counted by PERSON_TIMES."""
    if parts["unrecorded"]:
        return INCOMPLETE
    if parts["rounded"]:
        return ROUNDED
    return MEASURED if parts["activities"] and parts["signed"] == parts["activities"] else COUNTED


count, signed_in = number(COUNTED), number(MEASURED)
total, smallest = partial(of_field, Sum, whole=worst), partial(of_field, Min, whole=least)
sessions = total("session_count")
# The sum of recorded person-times; the worst basis among the activities decides the quality.
person_times = Measure(
    PERSON_TIMES, lambda group: (group["attendances"] or 0, quality_of(group)), each_person_times, worst
)


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
SESSIONS_SHORTFALL = "{name}{n}，未达到{target}的目标"
ATTENDANCES_SHORTFALL = "{name}的参加者{n}，未达到{target}的目标"


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

# fmt: off
FIGURES = [
    Figure("committee_members", "团委委员", "名", ORGANISATION, STOCK, OPEN, OVERLAPPING,
           "期末在本级组织任委员的人", committee_members),
    Figure("communities", "村、社区", "个", ORGANISATION, STOCK, OPEN, DISJOINT,
           "期末存在的村和社区团组织", communities),
    Figure("communities_with_cadre", "已配备团干的村、社区", "个", ORGANISATION, STOCK, OPEN, DISJOINT,
           "其中期末有人任职的", lambda scope: communities(scope).with_cadre_on(scope.day), part_of="communities"),
    Figure("cadres", "团干部", "名", ORGANISATION, STOCK, OPEN, OVERLAPPING,
           "期末任职的人，一人多职只计一次", cadres, headline=2, is_drawn=True),
    Figure("flags_issued", "配发团旗", "面", ORGANISATION, FLOW, OPEN, DISJOINT,
           "期内配发团旗的数量之和", supplies, total("quantity"), {"item": Supply.FLAG}),
    Figure("badges_issued", "配发团徽", "枚", ORGANISATION, FLOW, OPEN, DISJOINT,
           "期内配发团徽的数量之和", supplies, total("quantity"), {"item": Supply.BADGE}),
    Figure("cadre_meetings", "团干大会", "次", ORGANISATION, FLOW, OPEN, DISJOINT,
           "期内团干大会的场次之和", activities, sessions, {"type__key": "cadre_meeting"}),
    Figure("members", "团员总数", "名", MEMBERS, STOCK, OPEN, DISJOINT,
           "期末在册的团员", members, headline=1, is_drawn=True),
    Figure("community_members", "村、社区非在校团员", "名", MEMBERS, STOCK, OPEN, DISJOINT,
           "期末在册、支部在村或社区、未标明在校的团员",
           lambda scope: members(scope).in_communities().not_in_school(), part_of="members"),
    Figure("office_members", "机关团员", "名", MEMBERS, STOCK, OPEN, DISJOINT,
           "期末在册、支部在机关的团员", lambda scope: members(scope).in_office(), part_of="members"),
    Figure("members_joined", "新增团员", "名", MEMBERS, FLOW, OPEN, DISJOINT,
           "来源日期在期内的团员", members_joined),
    Figure("nonpublic_members_joined", "新增非公企业团员", "名", MEMBERS, FLOW, OPEN, DISJOINT,
           "来源日期在期内、支部在非公企业或社会组织的团员", lambda scope: members_joined(scope).in_nonpublic(),
           is_work=True),
    Figure("units_founded", "新建团组织的两新组织", "家", UNITS, FLOW, OPEN, DISJOINT,
           "建团日期在期内的两新组织", lambda scope: units(scope).founded_during(scope.period),
           headline=10, is_drawn=True, is_work=True),
    Figure("units_toward_task", "完成两新组织任务", "家", UNITS, YEAR, OPEN, DISJOINT,
           "计入任务年度为本年、期末未迁址或注销的两新组织",
           lambda scope: units(scope).toward_task_of(scope.year).not_retired_on(scope.day), is_drawn=True),
    Figure("units_retired", "迁址或注销更新", "家", UNITS, FLOW, OPEN, DISJOINT,
           "状态日期在期内的迁址或注销单位", lambda scope: units(scope).retired_during(scope.period),
           shortfall="核实更新迁址或注销的两新组织{n}，未达到{target}的目标"),
    Figure("district_contact_points", "区级联系点", "个", UNITS, STOCK, OPEN, DISJOINT,
           "标为区级联系点、期末未迁址或注销的两新组织",
           lambda scope: units(scope).district_contact_points().not_retired_on(scope.day)),
    Figure("unit_contacts", "两新联络", "次", UNITS, FLOW, OPEN, DISJOINT,
           "期内登记的联络", lambda scope: UnitContact.objects.within(scope.organisation).held_during(scope.period),
           is_work=True),
    Figure("education_sessions", "思想教育活动", "场", EDUCATION, FLOW, OPEN, DISJOINT,
           "期内计入思想教育的各类活动的场次之和", activities, sessions, {"type__is_education": True},
           part_of="sessions", of_hubs=True, headline=11),
    Figure("education_reach", "思想教育覆盖团员", "名", EDUCATION, FLOW, OPEN, DISJOINT,
           "期末在册、期内在思想教育活动中签到的团员", members_educated, signed_in,
           part_of="members", headline=12, is_drawn=True),
    Figure("linked_youths", "联系青年", "名", LINKS, STOCK, OPEN, OVERLAPPING,
           "期末仍在联系的青年", links, headline=3, is_drawn=True),
    Figure("cadres_linked", "已绑定团干部", "名", LINKS, STOCK, OPEN, OVERLAPPING,
           "期末任职、至少有一名已绑定联系青年的团干部", linked_cadres, where={"is_bound": True}, part_of="cadres"),
    Figure("cadres_at_quota", "达标团干部", "名", LINKS, STOCK, OPEN, OVERLAPPING,
           "期末任职、联系青年达到指标的团干部（未定的专职 100、其他 10）",
           linked_cadres, where={"is_at_quota": True}, part_of="cadres"),
    Figure("youth_contacts", "联系青年", "人次", LINKS, FLOW, OPEN, OVERLAPPING,
           "期内每次联系的青年数之和（全部＝当日在联系的青年）", contacts, total("youths_reached"),
           headline=9, is_drawn=True, is_work=True),
    Figure("assisted_youths", "精准帮扶对象", "名", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库的帮扶对象", register, headline=4),
    Figure("service_plans", "服务计划书", "份", ASSISTANCE, YEAR, CASES, DISJOINT,
           "期末在库对象的本年度计划书", plans, part_of="assisted_youths"),
    Figure("paired_youths", "结对帮扶对象", "名", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库、有固定志愿者的帮扶对象", lambda scope: register(scope).paired_on(scope.day),
           part_of="assisted_youths"),
    Figure("assistances", "帮扶", "次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "期内每次帮扶的对象数之和（全部＝当日在库对象）", assistances, total("youths_reached"),
           is_drawn=True, is_work=True, shortfall="帮扶困难青少年{n}，未达到{target}的目标"),
    Figure("assistances_per_youth", "每名帮扶次数（最少）", "次", ASSISTANCE, FLOW, CASES, DISJOINT,
           "期末在库对象中期内受帮扶次数的最小值", register_with_assistances, smallest("assistances_received"),
           shortfall="帮扶最少的对象全年受帮扶{n}，未达到每名{target}的目标"),
    Figure("youths_bound", "平台绑定帮扶对象", "名", ASSISTANCE, STOCK, CASES, DISJOINT,
           "期末在库、已在平台绑定的帮扶对象", lambda scope: register(scope).bound_by(scope.day),
           part_of="assisted_youths"),
    Figure("volunteers_bound", "平台绑定志愿者", "名", ASSISTANCE, STOCK, OPEN, DISJOINT,
           "期末已在平台绑定的志愿者",
           lambda scope: Volunteer.objects.within(scope.organisation).as_of(scope.day).bound_by(scope.day)),
    Figure("scholarships_granted", "获批奖学金", "名", ASSISTANCE, FLOW, CASES, DISJOINT,
           "批准日期在期内、已批准或发放的申报", lambda scope: scholarships(scope).granted_during(scope.period),
           shortfall="获批奖学金的学生{n}，未达到{target}的目标"),
    Figure("scholarship_students", "奖学金平台学生", "名", ASSISTANCE, YEAR, CASES, DISJOINT,
           "本年度在平台的学生，一人只计一次", lambda scope: scholarships(scope).of_year(scope.year).on_platform()),
    Figure("hubs", "青年汇", "家", HUBS, STOCK, OPEN, DISJOINT,
           "期末开业的青年汇", hubs, headline=5, is_drawn=True),
    Figure("hubs_ordinary", "普通店", "家", HUBS, STOCK, OPEN, DISJOINT,
           "其中本年度为普通店的", lambda scope: hubs(scope).of_tier(HubYear.Tier.ORDINARY, scope.year),
           addend_of="hubs"),
    Figure("hubs_key", "重点店", "家", HUBS, STOCK, OPEN, DISJOINT,
           "其中本年度为重点店的", lambda scope: hubs(scope).of_tier(HubYear.Tier.KEY, scope.year), addend_of="hubs"),
    Figure("hub_volunteer_teams", "青年汇志愿者队伍", "支", HUBS, STOCK, OPEN, DISJOINT,
           "其中队伍里有志愿者的", lambda scope: hubs(scope).with_team_on(scope.day), part_of="hubs"),
    Figure("sessions", "活动场次", "场", ACTIVITIES, FLOW, OPEN, DISJOINT,
           "期内全部活动的场次之和", activities, sessions,
           of_hubs=True, headline=6, is_drawn=True, is_work=True, shortfall=SESSIONS_SHORTFALL),
    Figure("attendances", "参加人次", "人次", ACTIVITIES, FLOW, OPEN, DISJOINT,
           "期内全部活动已记录的人次之和", activities, person_times,
           of_hubs=True, headline=7, is_drawn=True, shortfall=ATTENDANCES_SHORTFALL),
    Figure("people_reached", "签到人数", "人", ACTIVITIES, FLOW, OPEN, OVERLAPPING,
           "期内签到的人，一人只计一次", people_signed_in, signed_in,
           of_hubs=True, headline=8, is_drawn=True, shortfall="有签到记录的{n}，未达到{target}的目标"),
    Figure("platform_entries", "平台录入", "条", PLATFORMS, FLOW, OPEN, OVERLAPPING,
           "录入日期在期内的平台录入，个案不计", lambda scope: platform_entries(scope).entered_during(scope.period)),
    Figure("platform_bindings", "平台绑定", "条", PLATFORMS, FLOW, OPEN, OVERLAPPING,
           "绑定日期在期内的平台录入，个案不计", lambda scope: platform_entries(scope).bound_during(scope.period)),
]


def type_figures(types):
    """Two figures for each activity type: its sessions and its person-times."""
    for kind in types:
        of_type = {"type__key": kind.key}
        yield Figure(f"sessions.{kind.key}", f"{kind.name}场次", "场", TYPES, FLOW, OPEN, DISJOINT,
                     f"期内{kind.name}的场次之和", activities, sessions, of_type,
                     of_hubs=True, shortfall=SESSIONS_SHORTFALL)
        yield Figure(f"attendances.{kind.key}", f"{kind.name}人次", "人次", TYPES, FLOW, OPEN, DISJOINT,
                     f"期内{kind.name}已记录的人次之和", activities, person_times, of_type,
                     of_hubs=True, shortfall=ATTENDANCES_SHORTFALL)
# fmt: on


# A branch has so few assisted youths that their number would tell who they are.
CASE_FIGURES = frozenset(figure.key for figure in FIGURES if figure.is_case)
# The main numbers of a page, the first ones first, and how many of them fit on it.
HEADLINES = [figure.key for figure in sorted(FIGURES, key=lambda figure: figure.headline) if figure.headline]
MOST_HEADLINES = 8


def all_figures():
    """Every figure by key, in printing order, with those of the activity types kept at present."""
    figures = [*FIGURES, *type_figures(ActivityType.objects.all())]
    return {figure.key: figure for figure in figures}


def figure_choices():
    """Every figure's key with its Chinese label and unit, for choosing one."""
    return [(key, f"{figure.label}（{figure.unit}）") for key, figure in all_figures().items()]


def targets_of(scope):
    """The targets of the scope's year by figure; they are set for the district and a year, so no part has any."""
    if not scope.is_district or scope.period.part != "year":
        return {}
    return dict(Target.objects.filter(year=scope.year).values_list("figure", "value"))


def may_know_cases(user, scope):
    """Whether the user may know how many youths are assisted there, which is not the same as who they are."""
    return scope.hub is None and user.reaches_as(scope.organisation, RoleKind.STAFF, RoleKind.LEADER)


def figures_of(scope, with_cases=True):
    """The figures that can be counted within `scope`, by key; those of case files where asked for."""
    kept = {key: figure for key, figure in all_figures().items() if figure.of_hubs or not scope.hub}
    return {key: figure for key, figure in kept.items() if with_cases or not figure.is_case}


def results(scope, with_cases=True):
    """Every figure's result within `scope`, by key, in printing order; those of case files where asked for."""
    targets, figures = targets_of(scope), figures_of(scope, with_cases)
    groups = groups_of(scope, figures.values())
    return {key: figure.result_of_groups(groups[figure.source], targets) for key, figure in figures.items()}


def groups_of(scope, figures):
    """For each source of the figures its rows in groups, as far as `where` tells them apart, with what is measured."""
    kin = defaultdict(list)
    for figure in figures:
        kin[figure.source].append(figure)
    found = {}
    for source, alike in kin.items():
        names = sorted({name for figure in alike for name in figure.where})
        columns = {name: column for figure in alike for name, column in figure.measure.columns.items()}
        rows = source(scope).order_by()
        found[source] = list(rows.values(*names).annotate(**columns)) if names else [rows.aggregate(**columns)]
    return found


def figures_as_dict(scope, results):
    """The figures of a scope as the JSON file states them."""
    figures = {key: result.as_dict() for key, result in results.items()}
    start, end = map(str, scope.period.bounds)
    return {"year": scope.year, "start": start, "end": end, "scope": scope.name, "figures": figures}


def write_results(scope, results, stream):
    """Writes what the figures of a scope came to as JSON to a binary stream."""
    stream.write(json.dumps(figures_as_dict(scope, results), ensure_ascii=False, indent=2).encode() + b"\n")


def write_figures(scope, stream, with_cases=True):
    """Writes the figures of a scope as JSON to a binary stream."""
    write_results(scope, results(scope, with_cases), stream)


def root_organisation():
    """The district's own organisation; raises ValidationError while none has been entered."""
    root = Organisation.objects.filter(depth=1).first()
    if root is None:
        raise ValidationError("还没有团组织。请先导入台账，或新建本级组织。")
    return root
