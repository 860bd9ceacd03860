"""What is worth a look before the list of an activity is confirmed: what is missing, and whom its campaign gains."""

from django.urls import reverse

from members.models import Member, Post
from yl_district.attachments.models import Attachment
from yl_district.history.tracking import kind_of

from .coverage import coverage_of, proofs_toward, sign_ins_toward
from .models import Activity, Campaign


def still_missing(activity):
    """Returns (what is missing, the address where it is added) of each thing that a complete record has."""
    form = reverse("activity_update", args=[activity.pk])
    evidence = [Attachment.Kind.PHOTO, Attachment.Kind.SIGN_IN_SHEET]
    stated = activity.stated_attendance or 0
    asked = [
        (not (activity.starts_at and activity.ends_at), "开始和结束时间", form),
        (not (activity.venue or activity.is_online), "地点", form),
        (not activity.content, "内容", form),
        (
            stated > activity.sign_in_count,
            f"原填报 {stated} 人次，名单上只有 {activity.sign_in_count} 人",
            reverse("activity_roster", args=[activity.pk]),
        ),
        (
            not activity.attachments.filter(kind__in=evidence).exists(),
            "照片或签到表扫描件",
            reverse("attachment_create", args=[kind_of(Activity), activity.pk]),
        ),
    ]
    return [(words, address) for is_missing, words, address in asked if is_missing]


def gained(activity, user):
    """Returns how many of those who came the activity's campaign is to reach, and how many it had not reached before.

    Counted are those whom the user sees. None where the activity is no part of a campaign that is to reach somebody.
    """
    day, campaign = activity.held_on, activity.campaign
    coverage = campaign and coverage_of(campaign)
    if not coverage or not Campaign.objects.under_way_on(day).filter(pk=campaign.pk).exists():
        return None
    standing = Member if coverage.is_of_members else Post
    came = activity.sign_ins.present().order_by().values("person")
    due = standing.objects.visible_to(user).as_of(day).filter(person__in=came)
    people = set(due.order_by().values_list("person", flat=True))
    before = (sign_ins_toward(campaign.pk, day).exclude(activity=activity.pk), proofs_toward(campaign.pk, day))
    reached = {one for rows in before for one in rows.filter(person__in=people).values_list("person", flat=True)}
    return len(people), len(people - reached)
