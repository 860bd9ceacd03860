"""Pages of whoever keeps an activity: its code for visitors, and what has come in by it."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from orgs.accounts.slips import qr_code
from yl_district.pages.pages import act_form, carry_out, confirm_saved, redirect_after
from yl_district.pages.record_choices import is_key

from .actions import confirm_arrivals
from .arrival_forms import ArrivalsForm, SignInCodeForm, row_name
from .arrival_matches import capacities_on, matches_of
from .arrivals import close_code, open_code, places_taken, scanned_for
from .models import Arrival, SignInCode
from .views import visible_activity

# So many rows are decided on at once.
ARRIVALS_AT_ONCE = 50


@require_GET
def sign_in_code_detail(request, activity_pk):
    """Shows the code of an activity for scanning and printing; leads to the form that opens it where it is closed."""
    activity = visible_activity(request, activity_pk)
    code = SignInCode.objects.open_at(timezone.now()).filter(activity=activity).first()
    if code is None:
        return redirect("sign_in_code_create", activity.pk)
    address = request.build_absolute_uri(reverse("arrival_create", args=[code.token]))
    act = scanned_for(activity)
    context = {
        "title": f"扫码{act}：{activity.name}",
        "act": act,
        "activity": activity,
        "code": code,
        "address": address,
        "qr_code": qr_code(address, f"扫码{act}的二维码"),
        "pending": activity.arrivals.pending().scanned().count(),
        "signed_up": places_taken(activity.pk),
    }
    return render(request, "activities/sign_in_code_detail.html", context)


def sign_in_code_create(request, activity_pk):
    """Opens the code of an activity, or changes until when it is open."""
    activity = visible_activity(request, activity_pk)
    if not activity.is_to_come(timezone.localdate()):
        messages.info(request, "活动当天才能打开扫码签到；还没到日子的，可以先打开扫码报名。")
        return redirect(activity)
    code = SignInCode.objects.open_at(timezone.now()).filter(activity=activity).first()
    initial = {"with_number": bool(code and code.number)}
    build = partial(act_form, request, SignInCodeForm, initial=initial, activity=activity)
    form, act = build(), scanned_for(activity)
    if request.method == "POST":
        after = reverse("sign_in_code_detail", args=[activity.pk])
        form, target = carry_out(request, build, partial(open_by_form, activity), after=after)
        if target:
            return redirect_after(request, form, f"扫码{act}已打开。", target)
    context = {
        "title": f"打开扫码{act}：{activity.name}",
        "form": form,
        "back": activity.get_absolute_url(),
        "code": code,
    }
    return render(request, "activities/sign_in_code_create.html", context, status=form.http_status)


def open_by_form(activity, form):
    """Opens the code as the form says."""
    open_code(activity, form.closes_at(), form.cleaned_data["with_number"], form.user)


@require_POST
def sign_in_code_close(request, activity_pk):
    """Closes the code of an activity."""
    activity = visible_activity(request, activity_pk)
    if close_code(activity):
        messages.success(request, f"扫码{scanned_for(activity)}已关闭。")
    return redirect(activity)


def activity_arrivals(request, pk):
    """Confirms or dismisses what has come in by the code of an activity."""
    activity = visible_activity(request, pk)
    pending = Arrival.objects.visible_to(request.user).filter(activity=activity).pending()
    build = partial(arrivals_form, request, activity, pending)
    if request.method == "POST":
        form, target = carry_out(request, build, partial(confirm_by_form, activity), after=request.path)
        if target:
            confirm_saved(request, form, "" if form.repeated else told_outcome(form.outcome))
            return redirect(target if pending.exists() else activity)
    else:
        form = build()
    number = pending.count()
    context = {
        "title": f"待认的扫码签到：{activity.name}",
        "activity": activity,
        "form": form,
        "number": number,
        "more": max(0, number - ARRIVALS_AT_ONCE),
        "guests": activity.arrivals.visible_to(request.user).guests(),
        "back": activity.get_absolute_url(),
    }
    return render(request, "activities/activity_arrivals.html", context, status=form.http_status)


def arrivals_form(request, activity, pending, data=None):
    """Returns the form about the first arrivals that wait, or about those of them that `data` answers for."""
    rows = pending if data is None else pending.filter(pk__in=keys_answered(data))
    matches = matches_of(list(rows.signed_up_first()[:ARRIVALS_AT_ONCE]), activity, request.user)
    return act_form(request, ArrivalsForm, data, matches=matches, is_held=activity.is_held)


def keys_answered(data):
    """Returns the keys of the arrivals for which a form has an answer."""
    keys = [name.removeprefix(row_name("")) for name in data if name.startswith(row_name(""))]
    return [int(key) for key in keys if is_key(key)]


def confirm_by_form(activity, form):
    """Does what the form decides, and notes what came of it."""
    decisions = form.decisions()
    people = [one for one in decisions.values() if not isinstance(one, str) and one.pk]
    form.outcome = confirm_arrivals(activity, decisions, capacities_on(activity, form.user, people), form.user)


def told_outcome(outcome):
    """Returns in words how many rows became what."""
    states = Arrival.State
    words = {states.CONFIRMED: "已确认到场 {} 人", states.GUEST: "登记来宾 {} 人", states.DISMISSED: "不认 {} 条"}
    told = [words[state].format(number) for state, number in outcome.items()]
    return f"{'，'.join(told)}。" if told else "没有改动。"
