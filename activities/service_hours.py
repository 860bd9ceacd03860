"""The hours of volunteers: from arriving to leaving, or those of the activity where neither was written down."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.db import transaction

from yl_district.pages.forms import prepare_field

from .effects import ListEffect
from .models import Activity, SignIn


class HoursEffect(ListEffect):
    """Has volunteers of whom neither arriving nor leaving is written down come and go with the activity."""

    def offer(self, form: Any) -> None:
        """Asks when the activity began and ended, where there are such volunteers."""
        waiting = [one for one in volunteers_of([form.activity.pk]) if one.is_timed_by_list or not has_times(one)]
        if not waiting:
            return
        for name, label in (("starts_at", "开始时间"), ("ends_at", "结束时间")):
            form.fields[name] = forms.TimeField(label=label, required=False)
            form.initial[name] = getattr(form.activity, name)
            prepare_field(form.fields[name])
        note = f"{len(waiting)} 名志愿者没有登记到达和离开，按活动的时间计入服务时长；留空则不计。"
        form.fields["starts_at"].help_text = note
        form.groups = [*form.groups, ("志愿服务时长", "starts_at", "ends_at")]

    def confirm(self, activity: Activity, user: Any, chosen: dict[str, Any]) -> None:
        """Keeps the activity's times."""
        if "starts_at" in chosen:
            activity.starts_at, activity.ends_at = chosen["starts_at"], chosen["ends_at"]
            activity.full_clean()
            activity.save()

    def settle(self, activities: Collection[int]) -> None:
        """Writes the times, and takes away those that it wrote and that no longer follow."""
        settle_hours(activities)

    def taken_back(self, activity: Activity, user: Any) -> list[str]:
        """How many volunteers lose their hours."""
        timed = activity.sign_ins.visible_to(user).filter(is_timed_by_list=True)
        number = timed.count()
        return [f"{number} 名志愿者按活动时间计的服务时长将收回。"] if number else []


def has_times(sign_in: SignIn) -> bool:
    """Whether it is written down when the person arrived or left."""
    return bool(sign_in.arrived or sign_in.departed)


def volunteers_of(activities: Collection[int]) -> list[SignIn]:
    """The sign-ins at these activities of people who came as volunteers."""
    rows = SignIn.objects.present().filter(activity__in=activities).select_related("activity").order_by("pk")
    return [one for one in rows if one.capacity == SignIn.Capacity.VOLUNTEER]


@transaction.atomic
def settle_hours(activities: Collection[int]) -> None:
    """Has the volunteers of confirmed lists without times of their own come and go with the activity, and no others."""
    wanted = {one.pk: one for one in volunteers_of(activities) if is_told(one.activity)}
    timed = SignIn.objects.filter(activity__in=activities, is_timed_by_list=True).order_by("pk")
    for one in [row for row in timed if row.pk not in wanted]:
        one.arrived = one.departed = ""
        one.is_timed_by_list = None
        one.save()
    for one in wanted.values():
        times = f"{one.activity.starts_at:%H:%M}", f"{one.activity.ends_at:%H:%M}"
        if (one.is_timed_by_list or not has_times(one)) and (one.arrived, one.departed) != times:
            one.arrived, one.departed = times
            one.is_timed_by_list = True
            one.save()


def is_told(activity: Activity) -> bool:
    """Whether the list is confirmed, and the activity's times are known."""
    return activity.is_confirmed and activity.starts_at is not None and activity.ends_at is not None
