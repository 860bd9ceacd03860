"""Organisations short of cadres, members or whoever looks after them, and two-new ones with doubtful records."""

from django.db.models import Exists, OuterRef, Q

from members.models import Liaison, Verification, VerificationRound
from orgs.models import COMMUNITY_DOMAINS, FEWEST_MEMBERS, HOLLOW_CATEGORIES, Organisation
from yl_district.audit.access_log import subject_of
from yl_district.counts import number_of
from yl_district.periods import Period, years_before
from yl_district.pinyin import NAME_ORDER

from ..figures import sources
from .inspection import RawFinding


def standing_organisations(scope):
    """The organisations of the scope that exist on its last day."""
    return Organisation.objects.within(scope.organisation).as_of(scope.day)


def organisations_without_cadre(inspection):
    """Yields villages, communities and branches without a serving cadre."""
    scope = inspection.scope
    wanted = standing_organisations(scope).filter(Q(domain__in=COMMUNITY_DOMAINS) | Q(category__in=HOLLOW_CATEGORIES))
    for organisation in inspection.opened(
        wanted.exclude(pk__in=standing_organisations(scope).with_cadre_on(scope.day))
    ):
        url = inspection.page("post_create", of=organisation, organisation=organisation.pk)
        yield RawFinding(subject_of(organisation), organisation.name, "期末没有在任团干部", url)


def branches_hollow(inspection):
    """Yields branches with fewer than FEWEST_MEMBERS members."""
    scope = inspection.scope
    on_roll = sources.members(scope).filter(branch=OuterRef("pk"))
    branches = (
        standing_organisations(scope).filter(category__in=HOLLOW_CATEGORIES).annotate(size=number_of(on_roll, "branch"))
    )
    for branch in inspection.opened(branches.filter(size__lt=FEWEST_MEMBERS)):
        found = f"期末在册团员 {branch.size} 名，少于 {FEWEST_MEMBERS} 名"
        yield RawFinding(
            subject_of(branch), branch.name, found, inspection.page("organisation_detail", branch.pk, of=branch)
        )


def branches_unverified(inspection):
    """Yields branches that a round asked within the last year, and that have verified nobody in it."""
    scope = inspection.scope
    year = Period(years_before(scope.day, 1), scope.day)
    on_roll = sources.members(scope).filter(branch=OuterRef("pk"))
    answers = Verification.objects.answered_during(year).filter(member__branch=OuterRef("pk"))
    asked = VerificationRound.objects.closed_between(*year.bounds).asking("path")
    branches = standing_organisations(scope).branches().filter(Exists(asked), Exists(on_roll), ~Exists(answers))
    for branch in inspection.opened(branches):
        found = "近一年上级开展过核实，这个支部没有任何核实结果"
        yield RawFinding(
            subject_of(branch), branch.name, found, inspection.page("organisation_detail", branch.pk, of=branch)
        )


def liaisons_left(inspection):
    """Yields organisations that somebody looks after who is in no committee above them on the last day."""
    scope = inspection.scope
    liaisons = Liaison.objects.within(scope.organisation).as_of(scope.day).of_nobody_in_office(scope.day)
    rows = inspection.opened(liaisons).select_related("organisation", "person")
    for liaison in rows.order_by("organisation__path"):
        found = f"联系委员{liaison.person}期末不在上级团组织任书记、委员"
        url = inspection.page("organisation_liaison", liaison.organisation_id, of=liaison)
        yield RawFinding(subject_of(liaison), liaison.organisation.name, found, url)


def units_founded_in_other_years(inspection):
    """Yields units counted toward the task of the year that were not founded in the period."""
    scope = inspection.scope
    start, end = scope.period.bounds
    units = sources.units_toward_task(scope)
    for unit in units_by_name(inspection, units.exclude(league_founded_on__range=(start, end))):
        founded = f"建团日期为 {unit.league_founded_on}" if unit.league_founded_on else "没有建团日期"
        yield of_unit(inspection, unit, f"计入 {scope.year} 年任务，{founded}")


def units_founded_uncounted(inspection):
    """Yields units founded in the period that are not counted toward the task of its year."""
    scope = inspection.scope
    for unit in units_by_name(
        inspection, sources.units(scope).founded_during(scope.passed).exclude(task_year=scope.year)
    ):
        yield of_unit(inspection, unit, f"本年度建团（{unit.league_founded_on}），未计入任务")


def units_unreachable(inspection):
    """Yields units that are out of reach on the last day."""
    scope = inspection.scope
    for unit in units_by_name(inspection, sources.units(scope).unreachable_on(scope.day)):
        yield of_unit(inspection, unit, "状态为联系不上")


def units_by_name(inspection, units):
    """Units in the order of their names."""
    return inspection.opened(units).order_by(*NAME_ORDER)


def of_unit(inspection, unit, found):
    """A finding about a unit."""
    return RawFinding(subject_of(unit), unit.name, found, inspection.page("unit_update", unit.pk, of=unit))
