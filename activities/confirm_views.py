"""The pages that confirm the list of who came to an activity, with all that follows from it, and open it again."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone

from yl_district.pages.forms import ActionForm
from yl_district.pages.pages import end_page

from .actions import confirm_list, reopen_list
from .closing import gained, still_missing
from .effects import EFFECTS
from .views import visible_activity


class ListConfirmForm(ActionForm):
    """What is to follow from the list of who came to `activity`, as far as there is something to choose."""

    def __init__(self, *args, activity, **options):
        super().__init__(*args, **options)
        self.activity = activity
        for effect in EFFECTS:
            effect.offer(self)


class ListReopenForm(ActionForm):
    """Nothing but the reason where figures of closed years move."""


def activity_confirm(request, pk):
    """Confirms the list of who came; of a confirmed one it changes what follows from it."""
    activity = visible_activity(request, pk)
    if not activity.is_measured:
        messages.info(request, "先登记谁来了，再确认名单。")
        return redirect(activity)
    page = end_page(
        request,
        partial(ListConfirmForm, activity=activity),
        activity,
        partial(confirm_list, activity, request.user, timezone.localdate()),
        title=f"{'名单计入的记录' if activity.is_confirmed else '确认名单'}：{activity.name}",
        message="已确认名单。",
        pending=activity.arrivals.pending().count(),
        missing=still_missing(activity),
        gained=gained(activity, request.user),
    )
    log_view(activity, request)
    return page


def activity_reopen(request, pk):
    """Opens a confirmed list again, and takes back what followed from it."""
    activity = visible_activity(request, pk)
    if not activity.is_confirmed:
        messages.info(request, "这次活动的名单还没有确认。")
        return redirect(activity)
    lines = [line for effect in EFFECTS for line in effect.taken_back(activity, request.user)]
    page = end_page(
        request,
        ListReopenForm,
        activity,
        partial(reopen_list, activity, request.user),
        title=f"撤销确认：{activity.name}",
        message="已撤销确认，签到名单保留。",
        lines=lines,
    )
    log_view(activity, request)
    return page


def log_view(activity, request):
    """Logs what a page on the list has shown, where that has to be logged."""
    for effect in EFFECTS:
        effect.log_view(activity, request)
