"""Assisted youths without a plan, a talk on needs, a volunteer or enough assistances, and contradictory records.

Youths appear only by masked name, and only if their file is open to the reader; of others only the number is shown.
"""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, prefetch_related_objects

from assistance.models import Assistance, AssistedYouth
from yl_district.audit.access_log import subject_of

from ..figures import sources
from .inspection import RawFinding, about

A_YEAR = 12
# Month and day from which needs should have been asked for, as the year's plan follows from them.
ASKED_FROM = (4, 1)


def youths(inspection, rows):
    """The youths in the order of their organisations; none where even their number may not be known."""
    rows = rows if inspection.with_cases else rows.none()
    found = list(inspection.opened(rows).select_related("organisation").order_by("pk"))
    prefetch_related_objects([youth for youth in found if youth.is_open], "person")
    return sorted(found, key=lambda youth: (youth.organisation.path, youth.person.name_sort if youth.is_open else ""))


def of_youth(inspection, youth, found, url_name, *arguments):
    """A finding about a youth, by masked name; without a name where it is not open to the reader."""
    name = f"{youth.shown_name}（{youth.organisation.name}）" if youth.is_open else ""
    return RawFinding(
        subject_of(youth), name, found, inspection.page(url_name, *arguments, of=youth), is_open=youth.is_open
    )


def registered_youths(inspection):
    """The youths in the register on the last day, with the facts that several checks need."""
    return inspection.once("register", lambda: find_registered_youths(inspection))


def find_registered_youths(inspection):
    """The same, found now."""
    scope = inspection.scope
    cases = AssistedYouth.objects.filter(pk=OuterRef("pk"))
    rows = sources.case_register(scope).with_assistances_during(scope.passed)
    rows = rows.annotate(
        has_plan=Exists(cases.with_plan_for(scope.year)),
        has_talk=Exists(cases.asked_during(scope.year)),
        has_volunteer=Exists(cases.paired_on(scope.day)),
    )
    return youths(inspection, rows)


def youths_without_plan(inspection):
    """Yields youths in the register without a plan for the year."""
    for youth in registered_youths(inspection):
        if not youth.has_plan:
            found = f"没有 {inspection.scope.year} 年服务计划书"
            yield of_youth(inspection, youth, found, "service_plan_create", youth.pk)


def youths_not_asked(inspection):
    """Yields youths in the register whose needs nobody asked for in the year, while it runs."""
    year = inspection.scope.year
    if not inspection.is_running or inspection.until < date(year, *ASKED_FROM):
        return
    for youth in registered_youths(inspection):
        if not youth.has_talk:
            yield of_youth(inspection, youth, f"{year} 年尚未征集需求", "needs_talk_create", youth.pk)


def youths_without_volunteer(inspection):
    """Yields youths in the register without a fixed volunteer."""
    for youth in registered_youths(inspection):
        if not youth.has_volunteer:
            yield of_youth(inspection, youth, "没有固定志愿者", "pairing_create", youth.pk)


def youths_behind_pace(inspection):
    """Yields youths in the register with fewer assistances than one for each month so far."""
    start, until = inspection.scope.period.start, inspection.until
    for youth in registered_youths(inspection):
        due = assistances_due(max(start, youth.registered_on), until)
        if youth.assistances_received < due:
            found = f"已帮扶 {youth.assistances_received} 次，按每年 {A_YEAR} 次应为 {due} 次"
            yield of_youth(inspection, youth, found, "assistance_create")


def assistances_due(start, until, a_year=A_YEAR):
    """The assistances due between two days: the share of those of a year for the whole months between them."""
    after = until + timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month - (after.day < start.day)
    return max(months, 0) * a_year // 12


def assistances_not_adding_up(inspection):
    """Yields a finding if the figure of assistances differs from the sum over the youths in the register then."""
    if not inspection.with_cases:
        return
    scope, total = inspection.scope, inspection.value("assistances")
    given = Assistance.objects.held_during(scope.passed)
    cases = AssistedYouth.objects.within(scope.organisation)
    named = named_youths(given, cases).exclude(outside_register("assistance__held_on")).count()
    spans = list(cases.values_list("registered_on", "removed_on"))
    days = given.filter(with_everyone=True).values_list("held_on", flat=True)
    shared = sum(begin <= day and (end is None or end > day) for day in days for begin, end in spans)
    if named + shared != total:
        found = f"逐人合计 {named + shared} 次，帮扶总数 {total} 次"
        yield RawFinding(about("assistances"), "帮扶", found, inspection.figure_page("assistances"))


def named_youths(given, cases):
    """Pairs of an assistance and a youth named in it."""
    named = given.filter(with_everyone=False)
    return Assistance.youths.through.objects.filter(assistance__in=named, assistedyouth__in=cases)


def outside_register(day):
    """The condition that a day is outside the youth's time in the register."""
    return Q(assistedyouth__registered_on__gt=F(day)) | Q(assistedyouth__removed_on__lt=F(day))


def youths_helped_outside_register(inspection):
    """Yields youths named in an assistance before or after their time in the register."""
    given = Assistance.objects.held_during(inspection.scope.passed)
    cases = AssistedYouth.objects.within(inspection.scope.organisation)
    pairs = named_youths(given, cases).filter(outside_register("assistance__held_on"), assistedyouth=OuterRef("pk"))
    for youth in youths(inspection, cases.filter(Exists(pairs))):
        yield of_youth(inspection, youth, "有帮扶记录不在入库期内", "assisted_youth_detail", youth.pk)


def youths_bound_before_entry(inspection):
    """Yields youths in the register bound in the platform before they were registered."""
    for youth in registered_youths(inspection):
        if youth.bound_on and youth.bound_on < youth.registered_on:
            found = f"绑定日期 {youth.bound_on} 早于入库日期 {youth.registered_on}"
            yield of_youth(inspection, youth, found, "assisted_youth_update", youth.pk)
