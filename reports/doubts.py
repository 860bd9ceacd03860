"""What a superior might ask about: doubtful, missing and contradictory records, each with what to do."""

from datetime import date

from django.db.models import Exists, F, OuterRef

from activities.models import Activity
from members.models import Post
from orgs.models import Organisation, Unit
from outreach.models import cadres_with_links
from yl_district.counts import number_of

from . import figures
from .annex_tables import Annex
from .figures import INCOMPLETE, ROUNDED

HOLLOW = 3
AGE_LIMIT = 28
COLUMNS = [("类别", 16), ("对象", 50), ("情况", 40), ("处理建议", 44)]


def doubt_table(scope, results):
    """Every doubt, kind by kind."""
    return listed(scope, results, [*open_kinds(), case_doubts])


def open_doubt_table(scope, results):
    """Every doubt that tells nothing of a case file."""
    return listed(scope, results, open_kinds())


def nameless_doubt_table(scope, results):
    """Every doubt that names nobody."""
    return listed(scope, results, [figure_doubts, activity_doubts, organisation_doubts, unit_doubts])


def open_kinds():
    """The kinds of doubts that tell nothing of a case file."""
    return [figure_doubts, activity_doubts, organisation_doubts, member_doubts, unit_doubts, link_doubts]


def listed(scope, results, kinds):
    """The annex of these kinds of doubts."""
    rows = [list(row) for kind in kinds for row in kind(scope, results)]
    return Annex("存疑数据", "存疑数据清单（内部掌握）", COLUMNS, rows, note="" if rows else "没有发现存疑数据。")


def figure_doubts(scope, results):
    """Targets not met, and figures that are rounded or incomplete."""
    for result in results.values():
        figure = result.figure
        if result.target is not None and result.value < result.target:
            found = f"完成 {result.value} {figure.unit}，目标 {result.target} {figure.unit}"
            yield "未完成的目标", figure.label, found, "请核对记录是否齐全，或说明未完成的原因"
        if result.quality in (ROUNDED, INCOMPLETE):
            yield "指标", figure.label, result.quality_label, "请补记人次后重新生成，或在报送时注明"


def activity_doubts(scope, results):
    """Activities whose person-times are unrecorded, rounded, or other than typed before the list of sign-ins."""
    doubtful = figures.activities(scope).filter(basis__in=[Activity.Basis.UNRECORDED, Activity.Basis.ROUNDED])
    for activity in doubtful.select_related("type").order_by("held_on", "pk"):
        name = f"{activity.held_on} {activity.name}（{activity.type}）"
        if activity.basis == Activity.Basis.UNRECORDED:
            yield "活动人次", name, f"{activity.session_count} 场未统计人次", "请查签到表补记，确无记录的保持空白"
        else:
            yield "活动人次", name, f"{activity.attendance} 人次为约数", "有签到表的请改为实数"
    signed = figures.activities(scope).filter(sign_in_count__gt=0, stated_attendance__isnull=False)
    for activity in signed.exclude(stated_attendance=F("sign_in_count")).order_by("held_on", "pk"):
        found = f"签到 {activity.sign_in_count} 人，原填报 {activity.stated_attendance} 人次"
        yield "活动人次", f"{activity.held_on} {activity.name}", found, "请补齐签到名单，或确认以签到为准"


def organisation_doubts(scope, results):
    """Communities without a cadre; branches with fewer than three members."""
    for organisation in figures.communities(scope).exclude(pk__in=figures.communities(scope).with_cadre_on(scope.day)):
        yield "团干部", organisation.name, "期末没有在任团干部", "请尽快配备，或补登任职"
    on_roll = figures.members(scope).filter(branch=OuterRef("pk"))
    branches = (
        Organisation.objects.within(scope.organisation)
        .as_of(scope.day)
        .filter(category__in=[Organisation.Category.BRANCH, Organisation.Category.JOINT_BRANCH])
        .annotate(size=number_of(on_roll, "branch"))
        .filter(size__lt=HOLLOW)
    )
    for branch in branches:
        yield (
            "团支部规模",
            branch.name,
            f"期末在册团员 {branch.size} 名，少于 {HOLLOW} 名",
            "请核实团员，或与相近支部联合组建",
        )


def member_doubts(scope, results):
    """Members past the age limit without a post."""
    day = scope.day
    born = date(day.year - AGE_LIMIT, day.month, min(day.day, 28))
    serving = Post.objects.as_of(day).filter(person=OuterRef("person"))
    members = figures.members(scope).filter(~Exists(serving), person__birth_date__lte=born)
    for member in members.select_related("person", "branch").order_by("branch__path", "pk"):
        found = f"期末已满 {member.person.age_on(day)} 周岁，未任团内职务"
        yield "超龄团员", f"{member.person}（{member.branch.name}）", found, "请办理超龄离团"


def unit_doubts(scope, results):
    """Units counted toward the task though founded in another year, and units that nobody reaches."""
    start, end = scope.period.bounds
    units = figures.units(scope).toward_task_of(scope.year).not_retired_on(scope.day)
    for unit in units.exclude(league_founded_on__range=(start, end)).order_by("name", "pk"):
        founded = f"建团日期为 {unit.league_founded_on}" if unit.league_founded_on else "没有建团日期"
        yield (
            "两新组织任务",
            unit.name,
            f"计入 {scope.year} 年任务，{founded}",
            "请核对建团日期或计入任务年度，备好佐证",
        )
    for unit in figures.units(scope).founded_during(scope.period).exclude(task_year=scope.year).order_by("name", "pk"):
        yield "两新组织任务", unit.name, f"本年度建团（{unit.league_founded_on}），未计入任务", "请核对计入任务年度"
    for unit in figures.units(scope).filter(status=Unit.Status.UNREACHABLE).order_by("name", "pk"):
        yield "两新组织", unit.name, "状态为联系不上", "请上门核实，迁址或注销的及时更新"


def link_doubts(scope, results):
    """Cadres below their quota."""
    cadres = cadres_with_links(scope.day).serving_on(scope.day, scope.organisation)
    for cadre in cadres.filter(standing_links__lt=F("quota")).order_by("pk"):
        yield (
            "1+100",
            str(cadre),
            f"联系青年 {cadre.standing_links} 名，指标 {cadre.quota} 名",
            "请补足联系青年并完成绑定",
        )


def case_doubts(scope, results):
    """Youths in the register without a plan or a fixed volunteer, by masked name."""
    register = figures.register(scope).select_related("person", "organisation").order_by("organisation__path", "pk")
    lacking = [
        (
            register.exclude(pk__in=register.with_plan_for(scope.year)),
            f"没有 {scope.year} 年服务计划书",
            "请补签服务计划书",
        ),
        (register.exclude(pk__in=register.paired_on(scope.day)), "没有固定志愿者", "请安排志愿者结对"),
    ]
    for youths, found, advice in lacking:
        for youth in youths:
            yield "精准帮扶", f"{youth.shown_name}（{youth.organisation.name}）", found, advice
