"""The figures of the annual work summary, one line each, in printing order.

A line says which records a figure counts and how; the number, the list behind it, the export and the document all come
from it, so they cannot disagree. A changed definition gets a new key.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import Aggregate, Count, Exists, Min, OuterRef, Q, QuerySet, Sum

from activities.models import Activity, ActivityType, SignIn
from assistance.models import Assistance, AssistedYouth, Scholarship, ServicePlan
from members.models import Member, Person, Post, Volunteer
from orgs.models import Organisation, Supply, Unit, UnitContact
from orgs.roles import RoleKind
from outreach.models import Contact, Link, cadres_with_links
from yl_district.periods import Period
from youthhubs.models import Hub, HubYear

from .models import PlatformEntry, Target

MEASURED, COUNTED, ROUNDED, INCOMPLETE = QUALITIES = ["measured", "counted", "rounded", "incomplete"]
QUALITY_LABELS = {MEASURED: "签到实测", COUNTED: "据实登记", ROUNDED: "含约数", INCOMPLETE: "统计不全"}


def amount(value, quality, unit=""):
    """A value with its unit: with 余 and never as exact where rounded, 未统计 and never 0 where nothing is known."""
    if quality == INCOMPLETE and not value:
        return "未统计"
    if quality == ROUNDED and value >= 10:
        return f"{value // 10 * 10}余{unit}"
    if quality == ROUNDED:
        return f"约{value}{unit}"
    return f"{value}{unit}"


@dataclass(frozen=True)
class Scope:
    """An organisation with everything below it, or one hub, within a period; stocks are taken on its last day."""

    organisation: Organisation
    period: Period
    # One of the organisation's hubs, where the scope is what is held there and nothing else.
    hub: Hub | None = None

    @property
    def day(self) -> date:
        return self.period.end

    @property
    def year(self) -> int:
        return self.period.year

    @property
    def name(self) -> str:
        """The name of the hub or organisation."""
        return (self.hub or self.organisation).name

    @property
    def is_district(self) -> bool:
        """Whether it is the whole district."""
        return self.hub is None and self.organisation.is_root()

    def within(self, period):
        """The same organisation or hub within another period."""
        return replace(self, period=period)


@dataclass(frozen=True)
class Measure:
    """How rows become a number: `count(rows)` gives the value and its quality, `each(rows)` what each row adds.

    `each` yields (key, amount, quality) for every row, from which `whole` makes the value and quality again. `asked`
    names the aggregates by which many figures are counted in one query, and `told` makes of them what `count` gives.
    """

    count: Callable[[QuerySet], tuple[int, str]]
    each: Callable[[QuerySet], Iterable[tuple[int, int, str]]]
    whole: Callable[[list[tuple[int, int, str]]], tuple[int, str]]
    asked: dict[str, Aggregate]
    told: Callable[[dict[str, int]], tuple[int, str]]


def added(parts):
    """The sum of what each row adds."""
    return sum(amount for _, amount, _ in parts), COUNTED


def each_of(field, rows):
    """Every row with the value of `field`."""
    return ((key, value or 0, COUNTED) for key, value in rows.order_by("pk").values_list("pk", field))


def each_once(quality, rows):
    """Every row as one."""
    return ((key, 1, quality) for key in rows.order_by("pk").values_list("pk", flat=True))


def told_value(quality, found):
    """The one value that was asked for, 0 where there was nothing."""
    return found["value"] or 0, quality


count = Measure(
    lambda rows: (rows.count(), COUNTED),
    partial(each_once, COUNTED),
    added,
    {"value": Count("pk")},
    partial(told_value, COUNTED),
)


def total(field):
    """The sum of `field`, 0 without rows."""
    return Measure(
        lambda rows: (rows.aggregate(total=Sum(field))["total"] or 0, COUNTED),
        partial(each_of, field),
        added,
        {"value": Sum(field)},
        partial(told_value, COUNTED),
    )


def smallest(field):
    """The smallest value of `field`, 0 without rows."""
    return Measure(
        lambda rows: (rows.aggregate(smallest=Min(field))["smallest"] or 0, COUNTED),
        partial(each_of, field),
        lambda parts: (min((amount for _, amount, _ in parts), default=0), COUNTED),
        {"value": Min(field)},
        partial(told_value, COUNTED),
    )


PERSON_TIMES = {
    "attendances": Sum("attendance"),
    "unrecorded": Count("pk", filter=Q(basis=Activity.Basis.UNRECORDED)),
    "rounded": Count("pk", filter=Q(basis=Activity.Basis.ROUNDED)),
    "signed": Count("pk", filter=Q(sign_in_count__gt=0)),
    "activities": Count("pk"),
}


def count_person_times(rows):
    """The sum of recorded person-times of activities; the worst basis among them decides the quality."""
    return told_person_times(rows.aggregate(**PERSON_TIMES))


def told_person_times(parts):
    """The same from what PERSON_TIMES counted."""
    return parts["attendances"] or 0, quality_of(parts)


def each_person_times(rows):
    """Every activity with its person-times and what they rest on."""
    bases = {Activity.Basis.UNRECORDED: INCOMPLETE, Activity.Basis.ROUNDED: ROUNDED}
    for key, value, basis, signed in rows.order_by("pk").values_list("pk", "attendance", "basis", "sign_in_count"):
        yield key, value or 0, bases.get(basis, MEASURED if signed else COUNTED)


def worst(parts):
    """The sum of what each row adds; the worst quality among them is the whole's."""
    qualities = {quality for _, _, quality in parts} or {COUNTED}
    return sum(amount for _, amount, _ in parts), max(qualities, key=QUALITIES.index)


person_times = Measure(count_person_times, each_person_times, worst, PERSON_TIMES, told_person_times)


def quality_of(parts):
    """The quality of person-times whose parts were counted by PERSON_TIMES."""
    if parts["unrecorded"]:
        return INCOMPLETE
    if parts["rounded"]:
        return ROUNDED
    return MEASURED if parts["activities"] and parts["signed"] == parts["activities"] else COUNTED


signed_in = Measure(
    lambda rows: (rows.count(), MEASURED),
    partial(each_once, MEASURED),
    lambda parts: (len(parts), MEASURED),
    {"value": Count("pk")},
    partial(told_value, MEASURED),
)
sessions = total("session_count")


@dataclass(frozen=True)
class Figure:
    """One figure: which rows it counts within a scope, and how they are measured."""

    key: str
    label: str
    unit: str
    definition: str
    rows: Callable[[Scope], QuerySet]
    measure: Measure = count

    def result(self, scope, targets=None):
        """The figure's value and quality within `scope`, beside its target, if one was set."""
        value, quality = self.measure.count(self.rows(scope))
        return Result(self, value, quality, (targets or {}).get(self.key))

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


def committee_members(scope):
    posts = Post.objects.at(scope.organisation).titled(Post.COMMITTEE_MEMBER).as_of(scope.day)
    return Person.objects.filter(Exists(posts.filter(person=OuterRef("pk"))))


def communities(scope):
    return Organisation.objects.within(scope.organisation).as_of(scope.day).communities()


def cadres(scope):
    return Person.objects.serving_on(scope.day, scope.organisation)


def linked_cadres(scope):
    return cadres_with_links(scope.day).serving_on(scope.day, scope.organisation)


def supplies(item, scope):
    return Supply.objects.within(scope.organisation).issued_during(scope.period).of_item(item)


def members(scope):
    return Member.objects.within(scope.organisation).as_of(scope.day)


def members_joined(scope):
    return Member.objects.within(scope.organisation).joined_during(scope.period)


def units(scope):
    return Unit.objects.within(scope.organisation)


def activities(scope):
    held = Activity.objects.held_during(scope.period)
    return held.filter(hub=scope.hub) if scope.hub else held.within(scope.organisation)


def activities_of_type(key, scope):
    return activities(scope).of_type(key)


def members_educated(scope):
    signed = SignIn.objects.within(scope.organisation).held_during(scope.period).of_education()
    return members(scope).filter(Exists(signed.filter(person=OuterRef("person"))))


def links(scope):
    return Link.objects.within(scope.organisation).as_of(scope.day)


def contacts(scope):
    return Contact.objects.within(scope.organisation).held_during(scope.period).with_youths_reached()


def register(scope):
    return AssistedYouth.objects.within(scope.organisation).as_of(scope.day)


def plans(scope):
    return ServicePlan.objects.filter(youth__in=register(scope), year=scope.year)


def assistances(scope):
    given = Assistance.objects.within(scope.organisation).held_during(scope.period)
    return given.with_youths_reached(scope.organisation)


def scholarships(scope):
    return Scholarship.objects.within(scope.organisation)


def hubs(scope):
    return Hub.objects.within(scope.organisation).as_of(scope.day)


def people_signed_in(scope):
    signed = SignIn.objects.held_during(scope.period).filter(person=OuterRef("pk"))
    signed = signed.filter(activity__hub=scope.hub) if scope.hub else signed.within(scope.organisation)
    return Person.objects.filter(Exists(signed))


def platform_entries(scope):
    return PlatformEntry.objects.within(scope.organisation).of_open_subjects()


# fmt: off
FIGURES = [
    Figure("committee_members", "团委委员", "名", "期末在本级组织任委员的人", committee_members),
    Figure("communities", "村、社区", "个", "期末存在的村和社区团组织", communities),
    Figure("communities_with_cadre", "已配备团干的村、社区", "个", "其中期末有人任职的",
           lambda scope: communities(scope).with_cadre_on(scope.day)),
    Figure("cadres", "团干部", "名", "期末任职的人，一人多职只计一次", cadres),
    Figure("flags_issued", "配发团旗", "面", "期内配发团旗的数量之和",
           partial(supplies, Supply.FLAG), total("quantity")),
    Figure("badges_issued", "配发团徽", "枚", "期内配发团徽的数量之和",
           partial(supplies, Supply.BADGE), total("quantity")),
    Figure("cadre_meetings", "团干大会", "次", "期内团干大会的场次之和",
           partial(activities_of_type, "cadre_meeting"), sessions),
    Figure("members", "团员总数", "名", "期末在册的团员", members),
    Figure("community_members", "村、社区非在校团员", "名", "期末在册、支部在村或社区、未标明在校的团员",
           lambda scope: members(scope).in_communities().not_in_school()),
    Figure("office_members", "机关团员", "名", "期末在册、支部在机关的团员", lambda scope: members(scope).in_office()),
    Figure("nonpublic_members_joined", "新增非公企业团员", "名", "来源日期在期内、支部在非公企业或社会组织的团员",
           lambda scope: members_joined(scope).in_nonpublic()),
    Figure("units_founded", "新建团组织的两新组织", "家", "建团日期在期内的两新组织",
           lambda scope: units(scope).founded_during(scope.period)),
    Figure("units_toward_task", "完成两新组织任务", "家", "计入任务年度为本年、期末未迁址或注销的两新组织",
           lambda scope: units(scope).toward_task_of(scope.year).not_retired_on(scope.day)),
    Figure("units_retired", "迁址或注销更新", "家", "状态日期在期内的迁址或注销单位",
           lambda scope: units(scope).retired_during(scope.period)),
    Figure("district_contact_points", "区级联系点", "个", "标为区级联系点、期末未迁址或注销的两新组织",
           lambda scope: units(scope).district_contact_points().not_retired_on(scope.day)),
    Figure("unit_contacts", "两新联络", "次", "期内登记的联络",
           lambda scope: UnitContact.objects.within(scope.organisation).held_during(scope.period)),
    Figure("education_sessions", "思想教育活动", "场", "期内计入思想教育的各类活动的场次之和",
           lambda scope: activities(scope).of_education(), sessions),
    Figure("education_reach", "思想教育覆盖团员", "名", "期末在册、期内在思想教育活动中签到的团员",
           members_educated, signed_in),
    Figure("linked_youths", "联系青年", "名", "期末仍在联系的青年", links),
    Figure("cadres_linked", "已绑定团干部", "名", "期末任职、至少有一名已绑定联系青年的团干部",
           lambda scope: linked_cadres(scope).filter(bound_links__gt=0)),
    Figure("cadres_at_quota", "达标团干部", "名",
           "期末任职、联系青年达到指标的团干部（未定的专职 100、其他 10）",
           lambda scope: linked_cadres(scope).at_quota()),
    Figure("youth_contacts", "联系青年", "人次", "期内每次联系的青年数之和（全部＝当日在联系的青年）",
           contacts, total("youths_reached")),
    Figure("assisted_youths", "精准帮扶对象", "名", "期末在库的帮扶对象", register),
    Figure("service_plans", "服务计划书", "份", "期末在库对象的本年度计划书", plans),
    Figure("paired_youths", "结对帮扶对象", "名", "期末在库、有固定志愿者的帮扶对象",
           lambda scope: register(scope).paired_on(scope.day)),
    Figure("assistances", "帮扶", "次", "期内每次帮扶的对象数之和（全部＝当日在库对象）",
           assistances, total("youths_reached")),
    Figure("assistances_per_youth", "每名帮扶次数（最少）", "次", "期末在库对象中期内受帮扶次数的最小值",
           lambda scope: register(scope).with_assistances_during(scope.period), smallest("assistances_received")),
    Figure("youths_bound", "平台绑定帮扶对象", "名", "期末在库、已在平台绑定的帮扶对象",
           lambda scope: register(scope).bound_by(scope.day)),
    Figure("volunteers_bound", "平台绑定志愿者", "名", "期末已在平台绑定的志愿者",
           lambda scope: Volunteer.objects.within(scope.organisation).as_of(scope.day).bound_by(scope.day)),
    Figure("scholarships_granted", "获批奖学金", "名", "批准日期在期内、已批准或发放的申报",
           lambda scope: scholarships(scope).granted_during(scope.period)),
    Figure("scholarship_students", "奖学金平台学生", "名", "本年度在平台的学生，一人只计一次",
           lambda scope: scholarships(scope).of_year(scope.year).on_platform()),
    Figure("hubs", "青年汇", "家", "期末开业的青年汇", hubs),
    Figure("hubs_ordinary", "普通店", "家", "其中本年度为普通店的",
           lambda scope: hubs(scope).of_tier(HubYear.Tier.ORDINARY, scope.year)),
    Figure("hubs_key", "重点店", "家", "其中本年度为重点店的",
           lambda scope: hubs(scope).of_tier(HubYear.Tier.KEY, scope.year)),
    Figure("hub_volunteer_teams", "青年汇志愿者队伍", "支", "其中队伍里有志愿者的",
           lambda scope: hubs(scope).with_team_on(scope.day)),
    Figure("sessions", "活动场次", "场", "期内全部活动的场次之和", activities, sessions),
    Figure("attendances", "参加人次", "人次", "期内全部活动已记录的人次之和", activities, person_times),
    Figure("people_reached", "签到人数", "人", "期内签到的人，一人只计一次", people_signed_in, signed_in),
    Figure("platform_entries", "平台录入", "条", "录入日期在期内的平台录入，个案不计",
           lambda scope: platform_entries(scope).entered_during(scope.period)),
    Figure("platform_bindings", "平台绑定", "条", "绑定日期在期内的平台录入，个案不计",
           lambda scope: platform_entries(scope).bound_during(scope.period)),
]
# fmt: on


def type_figures(types):
    """Two figures for each activity type: its sessions and its person-times."""
    for kind in types:
        rows = partial(activities_of_type, kind.key)
        yield Figure(f"sessions.{kind.key}", f"{kind.name}场次", "场", f"期内{kind.name}的场次之和", rows, sessions)
        label, definition = f"{kind.name}人次", f"期内{kind.name}已记录的人次之和"
        yield Figure(f"attendances.{kind.key}", label, "人次", definition, rows, person_times)


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


# A branch has so few assisted youths that their number would tell who they are.
CASE_FIGURES = frozenset(
    {
        "assisted_youths",
        "service_plans",
        "paired_youths",
        "assistances",
        "assistances_per_youth",
        "youths_bound",
        "scholarships_granted",
        "scholarship_students",
    }
)


def may_know_cases(user, scope):
    """Whether the user may know how many youths are assisted there, which is not the same as who they are."""
    return scope.hub is None and user.reaches_as(scope.organisation, RoleKind.STAFF, RoleKind.LEADER)


# What a hub has of its own: what is held there.
HUB_FIGURES = frozenset({"education_sessions", "sessions", "attendances", "people_reached"})


def figures_of(scope, with_cases=True):
    """The figures that can be counted within `scope`, by key; those of case files where asked for."""
    figures = all_figures().items()
    if scope.hub:
        return {key: figure for key, figure in figures if key in HUB_FIGURES or "." in key}
    return {key: figure for key, figure in figures if with_cases or key not in CASE_FIGURES}


def results(scope, with_cases=True):
    """Every figure's result within `scope`, by key, in printing order; those of case files where asked for."""
    targets = targets_of(scope)
    return {key: figure.result(scope, targets) for key, figure in figures_of(scope, with_cases).items()}


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
