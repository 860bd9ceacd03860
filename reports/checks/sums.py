"""Arithmetic: numbers counted in two ways must be equal."""

from collections import defaultdict

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import ExtractQuarter, ExtractYear

from activities.models import Activity, SignIn
from yl_district.audit.access_log import subject_of

from ..figures import sources
from ..figures.membership_roll import roll_by_branch
from .inspection import RawFinding, about


def rolls_out_of_balance(inspection):
    """Yields branches whose opening and changes do not add up to the closing; closings that are not the figure."""
    rolls = list(roll_by_branch(inspection.scope))
    for roll in rolls:
        if roll.expected != roll.closing:
            found = f"期初 {roll.opening} ＋增加 {sum(roll.joined)} －减少 {sum(roll.left)} ＝ {roll.expected}"
            url = inspection.page("member_list", organisation=roll.key, standing="")
            yield RawFinding(f"orgs.organisation:{roll.key}", roll.name, f"{found}，期末在册 {roll.closing} 名", url)
    closing, members = sum(roll.closing for roll in rolls), inspection.value("members")
    if closing != members:
        found = f"各支部期末合计 {closing} 名，团员总数 {members} 名"
        yield RawFinding(about("members"), "团员总数", found, inspection.figure_page("members"))


def parts_not_the_whole(inspection):
    """Yields figures that differ from the sum of their addends, and subsets larger than the figure they belong to."""
    yield from sums_not_the_whole(inspection)
    yield from parts_beyond_the_whole(inspection)


def sums_not_the_whole(inspection):
    """Yields figures that differ from the sum of their addends."""
    results, addends = inspection.results, defaultdict(list)
    for key, result in results.items():
        if result.figure.addend_of:
            addends[result.figure.addend_of].append(key)
    for whole, parts in addends.items():
        if sum(map(inspection.value, parts)) != inspection.value(whole):
            sides = " ＋".join(f"{results[key].figure.label} {results[key].value}" for key in parts)
            found = f"{sides} ≠ {results[whole].figure.label} {results[whole].value}"
            yield RawFinding(about(whole), results[whole].figure.label, found, hub_page(inspection), (whole, *parts))


def parts_beyond_the_whole(inspection):
    """Yields figures larger than the figure of which they count a subset."""
    results = inspection.results
    for part, result in results.items():
        whole = result.figure.part_of
        if whole in results and inspection.value(part) > inspection.value(whole):
            label = result.figure.label
            found = f"{label} {result.value} ＞ {results[whole].figure.label} {results[whole].value}"
            yield RawFinding(about(part), label, found, inspection.figure_page(part), (part, whole))


def hub_page(inspection):
    """The page for entering a hub's tier of the year, or else the records counted."""
    return inspection.page("hub_list") or inspection.figure_page("hubs")


def sessions_not_equal(inspection):
    """Yields a finding where sessions or person-times by type, quarter or hub do not add up to the total."""
    rows = sources.activities(inspection.scope).order_by()
    quarters = rows.annotate(year=ExtractYear("held_on"), quarter=ExtractQuarter("held_on")).values("year", "quarter")
    ways = {"按季度": summed(quarters), "按青年汇": summed(rows.values("hub"))}
    for place, (key, unit) in enumerate([("sessions", "场"), ("attendances", "人次")]):
        types = [inspection.value(name) for name in inspection.results if name.startswith(f"{key}.")]
        sums = {"按类型": sum(types)} | {way: numbers[place] for way, numbers in ways.items()}
        total = inspection.value(key)
        if set(sums.values()) != {total}:
            sides = "，".join(f"{way}合计 {number} {unit}" for way, number in sums.items())
            label = inspection.results[key].figure.label
            yield RawFinding(about(key), label, f"{sides}，{label} {total} {unit}", inspection.figure_page(key), (key,))


def summed(groups):
    """The sums of sessions and person-times over groups of activities."""
    found = list(groups.annotate(held=Sum("session_count"), came=Sum("attendance")))
    return sum(row["held"] for row in found), sum(row["came"] or 0 for row in found)


def fewer_times_than_people(inspection):
    """Yields a finding if more people signed in than there are person-times."""
    times, people = inspection.value("attendances"), inspection.value("people_reached")
    if times < people:
        found = f"参加 {times} 人次，签到 {people} 人"
        yield RawFinding(about("attendances"), "参加人次", found, inspection.figure_page("attendances"))


def head_counts_unlike_lists(inspection):
    """Yields activities whose stored head count differs from the number of their sign-ins."""
    scope = inspection.scope
    signed = SignIn.objects.held_during(scope.passed)
    signed = signed.filter(activity__hub=scope.hub) if scope.hub else signed.within(scope.organisation)
    counted = signed.order_by().values("activity").annotate(rows=Count("pk"))
    unlike = dict(counted.exclude(rows=F("activity__sign_in_count")).values_list("activity", "rows"))
    bare = Q(sign_in_count__gt=0) & ~Exists(SignIn.objects.present().filter(activity=OuterRef("pk")))
    rows = inspection.opened(sources.activities(scope).filter(bare | Q(pk__in=list(unlike))))
    for activity in rows.order_by("held_on", "pk"):
        found = f"登记签到 {activity.sign_in_count} 人次，名单 {unlike.get(activity.pk, 0)} 人"
        url = inspection.page("activity_detail", activity.pk, of=activity)
        yield RawFinding(subject_of(activity), dated(activity), found, url, attendance_figures(activity))


def attendance_figures(activity):
    """The figures that include an activity's person-times."""
    return ("attendances", f"attendances.{activity.type.key}")


def dated(activity: Activity):
    """An activity by date and name."""
    return f"{activity.held_on} {activity.name}"
