"""The tables of the summary's annexes; their totals equal the figures."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, Sum, prefetch_related_objects
from django.db.models.functions import ExtractQuarter

from activities.models import Activity
from assistance.models import Assistance, AssistedYouth
from members.models import Post
from orgs.models import STATUS_LINE, VERIFIED_LINE, Unit, UnitChange
from outreach.models import cadres_with_links
from yl_district.database.actors import whole_case_files
from yl_district.pinyin import NAME_ORDER, name_order

from ..figures import sources
from ..figures.measures import COUNTED, INCOMPLETE, ROUNDED, amount
from ..figures.membership_roll import INTAKES, LEAVINGS, roll_by_branch


@dataclass(frozen=True)
class FormulaCell:
    """A cell that Excel computes: `formula`, with `{row}` for its row's number, and the cached result."""

    formula: str
    value: str


class Amount(str):
    """A number that needs words, such as `300余`; aligned as a number."""


@dataclass(frozen=True)
class DrawnAmount:
    """A number that reads as `text`, such as `300余`, in a cell that holds its certain part, which a chart draws."""

    value: int
    text: str

    @property
    def cell_format(self):
        """The cell's number format, which adds the words."""
        before, _, after = self.text.partition(str(self.value))
        return "".join([before and f'"{before}"', "0", after and f'"{after}"'])


Cell = str | int | date | FormulaCell | DrawnAmount | None


@dataclass(frozen=True)
class Chart:
    """A chart of a sheet's rows: horizontal (`bar`) or vertical (`column`) bars of the numbers in columns `series`."""

    kind: str
    title: str
    series: tuple[int, ...]


@dataclass(frozen=True)
class Annex:
    """One sheet: its title, its columns as (heading, width), its rows, and whether the last row is their total.

    `unit` is what its numbers count, where no column says it.
    """

    name: str
    title: str
    columns: list[tuple[str, int]]
    rows: list[list[Cell]]
    has_total: bool = False
    note: str = ""
    charts: tuple[Chart, ...] = ()
    unit: str = ""


def yes_or_no(fact):
    """A boolean as a cell; unknown (None) is empty."""
    return "" if fact is None else "是" if fact else "否"


def figure_table(scope, results):
    """Every figure with its value, quality and target."""
    columns = [
        ("序号", 6),
        ("指标", 26),
        ("数值", 10),
        ("单位", 7),
        ("数据质量", 12),
        ("目标", 8),
        ("完成情况", 10),
    ]
    rows = []
    for number, result in enumerate(results.values(), 1):
        text = amount(result.value, result.quality)
        value = result.value if text == str(result.value) else Amount(text)
        done = "" if result.target is None else "完成" if result.value >= result.target else "未完成"
        figure = result.figure
        rows.append([number, figure.label, value, figure.unit, result.quality_label, result.target, done])
    return Annex("指标与目标", "指标与目标完成情况表", columns, rows)


def member_changes(scope, results):
    """The roll by branch: opening + joined - left = closing."""
    rows = [[roll.name, *roll.counts] for roll in roll_by_branch(scope)]
    headings = ["年初数", *(label for label, _ in INTAKES), *(label for label, _ in LEAVINGS), "年末数"]
    columns = [("团支部", 32), *((heading, 10) for heading in headings)]
    note = "年初数＋新发展＋存量核实＋补录＋转入＋来源未注明－转出－超龄离团－其他减少＝年末数"
    total = ["合计", *(sum(row[column] for row in rows) for column in range(1, len(columns)))]
    return Annex("团员增减", "团员增减变动表", columns, [*rows, total], True, note, unit="人")


def checked_member_changes(scope, results):
    """The same with a last column in which a formula verifies each row."""
    annex = member_changes(scope, results)
    rows = [[*row, balance_cell(row)] for row in annex.rows]
    columns = [*annex.columns, ("核对", 10)]
    return replace(annex, name="团员增减核对", title="团员增减核对表", columns=columns, rows=rows)


def balance_cell(row):
    """The formula cell of a row of the roll, for the sheet's columns B (opening) to K (closing)."""
    _, opening, *changes, closing = row
    joined, left = sum(changes[: len(INTAKES)]), sum(changes[len(INTAKES) :])
    holds = opening + joined - left == closing
    return FormulaCell(
        '=IF(B{row}+SUM(C{row}:G{row})-SUM(H{row}:J{row})=K{row},"平衡","不平衡")', "平衡" if holds else "不平衡"
    )


def unit_table(scope, results):
    """The two-new organisations, their status and mark as contact point as of the last day."""
    headings = (
        "单位名称 统一社会信用代码 类别 建立党组织 职工总数 青年数 团组织形式 团支部 建团日期 计入任务年度 区级联系点"
    )
    headings += " 状态 状态日期 最近核实日期 期内联络次数"
    wide = {"单位名称": 30, "统一社会信用代码": 22, "团支部": 26}
    columns = [(heading, wide.get(heading, 11)) for heading in headings.split()]
    contacts = Count("contacts", filter=Q(contacts__held_on__range=scope.passed.bounds))
    listed = Exists(Unit.objects.listed_on(scope.day).filter(pk=OuterRef("pk")))
    within = Unit.objects.within(scope.organisation).select_related("branch")
    units = within.annotate(times=contacts, is_listed=listed).order_by(*NAME_ORDER)
    standing = UnitChange.objects.within(scope.organisation).standing_on(scope.day, *STATUS_LINE, *VERIFIED_LINE)
    last = {(change.unit_id, change.line): change for change in standing}
    rows = [
        [
            unit.name,
            unit.credit_code or "",
            unit.get_kind_display(),
            yes_or_no(unit.has_party_branch),
            unit.employees,
            unit.youths,
            unit.get_league_form_display(),
            unit.branch.name if unit.branch else "",
            unit.league_founded_on,
            unit.task_year,
            yes_or_no(unit.is_listed),
            *status_cells(last.get((unit.pk, STATUS_LINE))),
            verified_on(last.get((unit.pk, VERIFIED_LINE))),
            unit.times,
        ]
        for unit in units
    ]
    return Annex("两新组织台账", "两新组织团建工作台账", columns, rows)


def verified_on(change):
    """The day of a verification, None without one."""
    return change and change.happened_on


def status_cells(change):
    """A unit's status after a change, none where it has always been in business, and its day."""
    if change is None:
        return [Unit.Status.NORMAL.label, None]
    return [change.state_label, change.happened_on]


def link_table(scope, results):
    """Cadres with quota, links and contacts; those no longer serving only if they have links or contacts counted."""
    columns = [("团干部", 12), ("所在组织及职务", 44), ("指标", 9), ("联系青年", 9), ("已绑定", 9), ("联系次数", 9)]
    columns += [("联系人次", 9), ("是否达标", 9)]
    contacts = defaultdict(list)
    for cadre, reached in sources.contacts(scope).values_list("cadre", "youths_reached"):
        contacts[cadre].append(reached)
    posts = defaultdict(list)
    serving = Post.objects.within(scope.organisation).as_of(scope.day)
    for post in serving.select_related("organisation").order_by("organisation__path", "pk"):
        posts[post.person_id].append(f"{post.organisation.name}{post.title}")
    counted = Q(Exists(serving.filter(person=OuterRef("pk"))))
    counted |= Q(pk__in=sources.links(scope).values("cadre")) | Q(pk__in=sources.contacts(scope).values("cadre"))
    rows = []
    for cadre in cadres_with_links(scope.day).filter(counted).order_by(*NAME_ORDER):
        is_serving = cadre.pk in posts
        rows.append(
            [
                str(cadre),
                "、".join(posts[cadre.pk]) if is_serving else "已离任",
                cadre.quota if is_serving else None,
                cadre.standing_links,
                cadre.bound_links,
                len(contacts[cadre.pk]),
                sum(contacts[cadre.pk]),
                yes_or_no(cadre.standing_links >= cadre.quota) if is_serving else "",
            ]
        )
    total = ["合计", "", *(sum(row[column] or 0 for row in rows) for column in range(2, 7)), ""]
    return Annex("1+100联系情况", "“1+100”团干部直接联系青年情况表", columns, [*rows, total], True, unit="名、次、人次")


def assistance_table(scope, results):
    """Assisted youths by masked name, with the assistances received by kind; the total equals the figure."""
    kinds = Assistance.Kind.choices
    columns = [
        ("序号", 6),
        ("姓名", 10),
        ("所在组织", 26),
        ("是否在库", 9),
        ("服务计划书", 11),
        ("固定志愿者", 11),
        ("平台绑定", 9),
    ]
    columns += [*((label, 9) for _, label in kinds), ("合计", 8)]
    rows = []
    youths = assistances_by_kind(scope)
    prefetch_related_objects([youth for youth, _ in youths], "organisation", "person")
    youths.sort(key=lambda each: (each[0].organisation.path, each[0].person.name_sort))
    for number, (youth, received) in enumerate(youths, 1):
        counts = [received[kind] for kind, _ in kinds]
        facts = [
            youth.removed_on is None or youth.removed_on > scope.day,
            youth.has_plan,
            youth.is_paired,
            youth.bound_on is not None and youth.bound_on <= scope.day,
        ]
        name = youth.shown_name
        rows.append([number, name, youth.organisation.name, *map(yes_or_no, facts), *counts, sum(counts)])
    total = ["合计", "", "", "", "", "", "", *(sum(row[column] for row in rows) for column in range(7, len(columns)))]
    note = "姓名已作遮蔽；年内出库的对象也列出，其所受帮扶计入合计。"
    return Annex("精准帮扶名册", "精准帮扶对象受帮扶情况表", columns, [*rows, total], True, note, unit="次")


def assistance_totals(scope, results):
    """The assistances of all youths by kind; the total equals the figure."""
    received = Counter()
    for _, counts in assistances_by_kind(scope):
        received.update(counts)
    rows = [[label, received[kind]] for kind, label in Assistance.Kind.choices]
    note = "只列合计，不列个案。"
    columns = [("帮扶类别", 20), ("次数", 10)]
    return Annex("精准帮扶", "精准帮扶情况表", columns, [*rows, ["合计", received.total()]], True, note, unit="次")


@whole_case_files()
def assistances_by_kind(scope):
    """[(youth, received)] of every youth concerned, with a Counter of the assistances in the period, by kind."""
    period = scope.passed
    given = Assistance.objects.filter(held_on__range=period.bounds)
    youths = AssistedYouth.objects.within(scope.organisation)
    named = defaultdict(Counter)
    through = Assistance.youths.through.objects.filter(
        assistance__in=given.filter(with_everyone=False), assistedyouth__in=youths
    )
    pairs = through.values_list("assistedyouth", "assistance__kind").annotate(times=Count("pk")).order_by()
    for youth, kind, times in pairs:
        named[youth][kind] += times
    shared = list(given.filter(with_everyone=True).values_list("held_on", "kind"))
    in_period = Q(registered_on__lte=period.end) & (Q(removed_on__isnull=True) | Q(removed_on__gt=period.start))
    helped = Exists(through.filter(assistedyouth=OuterRef("pk")))
    youths = youths.filter(in_period | helped).annotate(
        has_plan=Exists(AssistedYouth.objects.with_plan_for(scope.year).filter(pk=OuterRef("pk"))),
        is_paired=Exists(AssistedYouth.objects.paired_on(scope.day).filter(pk=OuterRef("pk"))),
    )
    found = []
    for youth in youths:
        received = named[youth.pk]
        for day, kind in shared:
            if youth.registered_on <= day and (youth.removed_on is None or youth.removed_on > day):
                received[kind] += 1
        found.append((youth, received))
    return found


@dataclass(frozen=True)
class Tally:
    """Sessions and person-times of several activities."""

    sessions: int = 0
    attendance: int = 0
    unrecorded: int = 0
    rounded: int = 0

    def __add__(self, other):
        return Tally(
            self.sessions + other.sessions,
            self.attendance + other.attendance,
            self.unrecorded + other.unrecorded,
            self.rounded + other.rounded,
        )

    @property
    def cells(self):
        """Sessions and person-times as two cells: empty without sessions, 未统计 where nobody counted the people."""
        if not self.sessions:
            return [None, None]
        quality = INCOMPLETE if self.unrecorded else ROUNDED if self.rounded else COUNTED
        text = amount(self.attendance, quality)
        if self.unrecorded and self.attendance:
            text += "（不全）"
        return [self.sessions, self.attendance if text == str(self.attendance) else Amount(text)]


OTHER_HOSTS, SUBTOTAL = "其他主办组织", "小计"
GRAND_TOTAL = (1 << 31, "总计", "")


def activity_table(scope, results):
    """Sessions and person-times by type, hub and quarter, with a total for each type and a grand total."""
    groups = sources.activities(scope).order_by().annotate(quarter=ExtractQuarter("held_on"))
    groups = groups.values_list("type__position", "type__name", "hub__name", "quarter").annotate(
        sessions=Sum("session_count"),
        person_times=Sum("attendance"),
        unrecorded=Count("pk", filter=Q(basis=Activity.Basis.UNRECORDED)),
        rounded=Count("pk", filter=Q(basis=Activity.Basis.ROUNDED)),
    )
    tallies = defaultdict(lambda: defaultdict(Tally))
    for position, kind, hub, quarter, sessions, attendance, unrecorded, rounded in groups:
        tally = Tally(sessions, attendance or 0, unrecorded, rounded)
        for row in [(position, kind, hub or OTHER_HOSTS), (position, kind, SUBTOTAL), GRAND_TOTAL]:
            for column in (quarter, 0):
                tallies[row][column] += tally
    columns = [("活动类型", 16), ("青年汇", 26)]
    for label in ["一季度", "二季度", "三季度", "四季度", "合计"]:
        columns += [(f"{label}场次", 10), (f"{label}人次", 14)]
    # Hubs by name, then activities of other organisations, then the type's total.
    order = sorted(tallies, key=lambda row: (row[:2], row[2] == SUBTOTAL, row[2] == OTHER_HOSTS, name_order(row[2])))
    rows = [
        [kind, hub, *(cell for column in (1, 2, 3, 4, 0) for cell in tallies[position, kind, hub][column].cells)]
        for position, kind, hub in order
    ]
    note = "“余”为约数；“未统计”为没有登记人次，不是 0；“不全”为部分场次没有登记人次，所列为已登记部分。"
    return Annex("活动统计", "活动场次、人次统计表", columns, rows, bool(rows), note, unit="场、人次")
