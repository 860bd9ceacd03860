"""The page on which those who came to an activity are ticked on its roster."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from yl_district.pages.filters import LONGEST_SEARCH
from yl_district.pages.pages import act_form, carry_out, confirm_saved

from .roster_forms import PastedListForm, RosterForm
from .rosters import LONGEST_ROSTER, Roster, rows_to_tick
from .views import visible_activity


def activity_roster(request, pk):
    """Signs in those ticked on the roster; whoever is on the list already stays as they are."""
    activity = visible_activity(request, pk)
    if not activity.takes_list(timezone.localdate()):
        messages.info(request, say_why_not(activity))
        return redirect(activity)
    text = request.GET.get("search", "").strip()[:LONGEST_SEARCH]
    roster = Roster(activity, request.user)
    build = partial(act_form, request, RosterForm, activity=activity, roster=roster)
    form = build()
    if request.method == "POST":
        form, target = carry_out(request, build, lambda form: form.save(), after=activity)
        if target:
            confirm_saved(request, form, "" if form.repeated else form.said)
            return redirect(target)
    return roster_page(request, activity, form, Roster(activity, request.user, text) if text else roster, text)


def say_why_not(activity):
    """Why nobody can be signed in at an activity that takes no list."""
    if activity.is_planned:
        return "登记为已举办后，才能登记谁来了。"
    return "这次活动已取消，不登记谁来了；其实办了的，请先在“修改”中把状态改为已举办。"


def roster_page(request, activity, form, roster, text):
    """Renders the roster, without those on the list; none of it where it is too long to be ticked."""
    listed = set(activity.sign_ins.values_list("person", flat=True))
    people = roster.people.exclude(pk__in=listed)
    number = people.count()
    shown = list(people) if number <= LONGEST_ROSTER else []
    groups, came_last = roster_rows(roster, shown, form.ticked)
    context = {
        "title": f"谁来了：{activity.name}",
        "activity": activity,
        "form": form,
        "paste": PastedListForm(user=request.user, day=timezone.localdate()),
        "groups": groups,
        "rows": [row for _, rows in groups for row in rows],
        "came_last": came_last,
        "rest": "" if text else ",".join(str(key) for group, rows in groups if group.is_host_roll for key, *_ in rows),
        "number": number,
        "signed": len(listed),
        "is_too_long": number > LONGEST_ROSTER,
        "text": text,
        "back": activity.get_absolute_url(),
    }
    return render(request, "activities/activity_roster.html", context, status=form.http_status)


def roster_rows(roster, people, ticked):
    """Returns [(group, its `rows_to_tick`)], each of the people once, and the keys of those who came last time."""
    places = roster.places(people)
    first = {key: group for group, found in reversed(places) for key in found}
    rows = {group: [] for group, _ in places}
    for key, row in rows_to_tick(people, {key for key, group in first.items() if group.is_kept}, ticked).items():
        rows[first[key]].append(row)
    came_last = {key for group, found in places if not group.is_kept for key in found}
    return [(group, found) for group, found in rows.items() if found], came_last
