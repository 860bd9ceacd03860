"""Activities whose person-times are missing, rounded, on no list, or other than entered before the sign-in list."""

from django.db.models import F, Q

from activities.models import Activity
from yl_district.audit.access_log import subject_of

from ..figures import sources
from .inspection import RawFinding
from .sums import attendance_figures, dated


def doubtful(inspection):
    """The activities that any of these checks reports, in the order in which they were held."""
    return inspection.once("activities", lambda: find_doubtful(inspection))


def find_doubtful(inspection):
    """The same, found now."""
    inexact = Q(basis__in=[Activity.Basis.UNRECORDED, Activity.Basis.ROUNDED])
    unlike = Q(sign_in_count__gt=0, stated_attendance__isnull=False) & ~Q(stated_attendance=F("sign_in_count"))
    rows = inspection.opened(sources.activities(inspection.scope).filter(inexact | unlike | Q(sign_in_count=0)))
    return list(rows.select_related("type").order_by("held_on", "pk"))


def activities_unrecorded(inspection):
    """Yields activities without person-times."""
    for activity in doubtful(inspection):
        if activity.basis == Activity.Basis.UNRECORDED:
            yield of_activity(inspection, activity, f"{activity.session_count} 场未统计人次")


def activities_rounded(inspection):
    """Yields activities with rounded person-times."""
    for activity in doubtful(inspection):
        if activity.basis == Activity.Basis.ROUNDED:
            yield of_activity(inspection, activity, f"{activity.attendance} 人次为约数")


def activities_without_list(inspection):
    """Yields activities of whose people the number is exact, but nobody is named."""
    for activity in doubtful(inspection):
        if activity.basis == Activity.Basis.EXACT and not activity.is_measured:
            url = inspection.page("activity_roster", activity.pk, of=activity)
            found = f"{activity.attendance} 人次，没有签到名单"
            yield of_activity(inspection, activity, found, url)


def activities_planned_past(inspection):
    """Yields activities whose day has come, and of which nobody said that they were held or cancelled."""
    scope = inspection.scope
    rows = Activity.objects.filter(state=Activity.State.PLANNED, held_on__range=scope.passed.bounds)
    rows = rows.filter(hub=scope.hub) if scope.hub else rows.within(scope.organisation)
    for activity in inspection.opened(rows).select_related("type").order_by("held_on", "pk"):
        url = inspection.page("activity_detail", activity.pk, of=activity)
        yield RawFinding(subject_of(activity), dated(activity), "日期已过，仍为计划", url)


def of_activity(inspection, activity, found, url=None):
    """A finding about an activity, whose name includes its type; mended on its form unless `url` says where."""
    if url is None:
        url = inspection.page("activity_update", activity.pk, of=activity)
    return RawFinding(
        subject_of(activity), f"{dated(activity)}（{activity.type}）", found, url, attendance_figures(activity)
    )


def lists_unlike_typed(inspection):
    """Yields activities whose number of sign-ins differs from the number entered before."""
    for activity in doubtful(inspection):
        stated, signed = activity.stated_attendance, activity.sign_in_count
        if signed and stated not in (None, signed):
            url = inspection.page("activity_detail", activity.pk, of=activity)
            found = f"签到 {signed} 人，原填报 {stated} 人次"
            yield RawFinding(subject_of(activity), dated(activity), found, url, attendance_figures(activity))
