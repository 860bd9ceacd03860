"""The pages on which a pasted list of those who came is read, and signed in once it is confirmed."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode

from yl_district.pages.pages import act_form, carry_out, confirm_saved

from .pasted_matches import matched
from .pasted_people import pasted_people
from .roster_forms import LONGEST_PASTED, MOST_PASTED_PEOPLE, PastedListForm, PastedSignInsForm
from .roster_views import say_why_not
from .rosters import Roster
from .views import visible_activity


def activity_paste(request, pk):
    """Reads a pasted list and shows whom it means; signs them in once that is confirmed."""
    activity, today = visible_activity(request, pk), timezone.localdate()
    if not activity.takes_list(today):
        messages.info(request, say_why_not(activity))
        return redirect(activity)
    listed = request.POST.get("listed", "")[:LONGEST_PASTED]
    if listed and "again" not in request.POST:
        return sign_in_pasted(request, activity, listed)
    data = None if listed else request.POST or None
    form = PastedListForm(data, initial={"pasted": listed}, user=request.user, day=today)
    if form.is_valid():
        build = builder(request, activity, form.cleaned_data["pasted"])
        return page_of_matches(request, activity, build(), form.cleaned_data["pasted"], form.found.passed_over)
    form.focus()
    title, back = f"粘贴名单：{activity.name}", reverse("activity_roster", args=[activity.pk])
    return render(request, "activities/activity_paste.html", {"title": title, "form": form, "back": back})


def builder(request, activity, text):
    """A function that builds the form of a pasted text."""
    roster = Roster(activity, request.user)
    matches = matched(pasted_people(text).people[:MOST_PASTED_PEOPLE], activity, roster, request.user)
    capacities = roster.capacities([key for match in matches for key in match.candidates])

    return partial(act_form, request, PastedSignInsForm, activity=activity, matches=matches, capacities=capacities)


def sign_in_pasted(request, activity, text):
    """Signs in those of a list that has been shown."""
    build = builder(request, activity, text)
    form, target = carry_out(request, build, lambda form: form.save(), after=activity)
    if not target:
        return page_of_matches(request, activity, form, text, pasted_people(text).passed_over)
    confirm_saved(request, form, "" if form.repeated else said_of_pasted(activity, form))
    return redirect(target)


def said_of_pasted(activity, form):
    """The message about those signed in; the names left out lead to the form for one person."""
    left = [
        (f"{activity.get_absolute_url()}?{urlencode({'more': '', 'name': one})}#rows", one) for one in form.left_out
    ]
    if not left:
        return form.said
    links = format_html_join("、", '<a href="{}">{}</a>', left)
    return format_html("{}没有登记：{}。点姓名可以逐个登记。", form.said, links)


def page_of_matches(request, activity, form, text, passed_over):
    """The page that shows whom a pasted list means."""
    states = [
        (match.is_open, match.person is not None, bool(match.listed), match.is_repeated) for match in form.matches
    ]
    context = {
        "title": f"核对名单：{activity.name}",
        "activity": activity,
        "form": form,
        "found": sum(is_open and is_known for is_open, is_known, *_ in states),
        "unsure": sum(is_open and not is_known for is_open, is_known, *_ in states),
        "on_list": sum(is_listed for _, _, is_listed, _ in states),
        "unknown": sum(not (match.candidates) for match in form.matches),
        "listed": text,
        "passed_over": passed_over,
        "back": reverse("activity_roster", args=[activity.pk]),
    }
    return render(request, "activities/activity_pasted.html", context, status=form.http_status)
