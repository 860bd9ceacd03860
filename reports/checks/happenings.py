"""Activities whose person-times are missing, rounded, or other than typed before the list of sign-ins."""

from django.db.models import F

from activities.models import Activity

from .. import figures
from .inspection import Found, record
from .sums import dated, touched


def activities_unrecorded(inspection):
    """Activities without person-times."""
    for activity in of_basis(inspection, Activity.Basis.UNRECORDED):
        yield of_activity(inspection, activity, f"{activity.session_count} 场未统计人次")


def activities_rounded(inspection):
    """Activities whose person-times are rounded."""
    for activity in of_basis(inspection, Activity.Basis.ROUNDED):
        yield of_activity(inspection, activity, f"{activity.attendance} 人次为约数")


def of_basis(inspection, basis):
    """The activities whose person-times rest on this."""
    return ordered(inspection, figures.activities(inspection.scope).filter(basis=basis))


def ordered(inspection, rows):
    """Activities in the order in which they were held, with their types."""
    return inspection.opened(rows).select_related("type").order_by("held_on", "pk")


def of_activity(inspection, activity, found):
    """What is found of an activity, named with its type."""
    url = inspection.page("activity_update", activity.pk, of=activity)
    return Found(record(activity), f"{dated(activity)}（{activity.type}）", found, url, touched(activity))


def lists_unlike_typed(inspection):
    """Activities with another number of sign-ins than was typed before."""
    signed = figures.activities(inspection.scope).filter(sign_in_count__gt=0, stated_attendance__isnull=False)
    for activity in ordered(inspection, signed.exclude(stated_attendance=F("sign_in_count"))):
        found = f"签到 {activity.sign_in_count} 人，原填报 {activity.stated_attendance} 人次"
        url = inspection.page("activity_detail", activity.pk, of=activity)
        yield Found(record(activity), dated(activity), found, url, touched(activity))
