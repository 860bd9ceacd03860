"""Pages of case files, visible only to holders of a grant; each view is recorded in the access log."""

from functools import partial

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from activities.models import Activity
from activities.plans import is_year
from yl_district.audit.access_log import Action, record, subject_of
from yl_district.pages.pages import (
    configured_table,
    delete_page,
    end_page,
    form_page,
    list_page,
    rows_response,
    wants_fragment,
)
from yl_district.periods import Period

from .actions import close_case, delete_assistance, fix_volunteer
from .filters import AssistanceFilter, AssistedYouthFilter
from .forms import (
    AssistanceForm,
    AssistedYouthEndForm,
    AssistedYouthForm,
    PairingEndForm,
    PairingForm,
)
from .list_effects import not_on_list
from .models import Assistance, AssistedYouth, Pairing, open_grants
from .receipts import receipts_shown
from .retention import day_due
from .suggestions import suitable_activities
from .tables import AssistanceTable, AssistedYouthTable

# Of the activities that suit a youth, on the page of the file; the form has the others.
MOST_SHOWN_SUITABLE = 3


def assisted_youth_list(request):
    """The list of assisted youths; by default those in the register today."""
    youths = AssistedYouth.objects.visible_to(request.user)
    return case_list_page(request, AssistedYouthTable, AssistedYouthFilter, youths, title="帮扶对象")


def assisted_youth_detail(request, pk):
    """One case file: the youth, plans, pairings and assistances received, of one year where the address names it."""
    youth = visible_youth(request, pk)
    received = Assistance.objects.visible_to(request.user).received_by(youth)
    year = request.GET.get("year", "")
    if is_year(year):
        received = received.held_during(Period.of_year(int(year)))
    context = {
        "title": youth.shown_name,
        "youth": youth,
        "standing_pairing": youth.pairing_on(timezone.localdate()),
        "pairings": youth.pairings.with_visit_days().select_related("volunteer__person"),
        "today": timezone.localdate(),
        "plans": youth.plans.prefetch_related("measure_rows", "attachments"),
        "talks": youth.needs_talks.select_related("volunteer__person", "asked_by"),
        "unanswered": youth.needs_talks.before_any_plan().values_list("pk", flat=True),
        "year": int(year) if is_year(year) else None,
        "applications": youth.project_applications.select_related("project"),
        "suggestions": youth.suggested_activities.all(),
        "suitable": suitable_activities(youth, request.user, timezone.localdate())[:MOST_SHOWN_SUITABLE],
        "table": configured_table(request, AssistanceTable, received),
    }
    return rows_response(request, "assistance/assisted_youth_detail.html", "assistance/_received.html", context)


def assisted_youth_create(request, grant_pk):
    """Adds the youth of a grant to the register."""
    grant = open_grant(request, grant_pk)
    return form_page(
        request,
        AssistedYouthForm,
        instance=AssistedYouth(person=grant.person),
        initial={"organisation": grant.organisation_id},
        title="登记帮扶对象",
        message="已登记帮扶对象。",
        after=grant.get_absolute_url(),
    )


def open_grant(request, pk):
    """Returns the user's own grant if in force; raises Http404 otherwise."""
    return get_object_or_404(open_grants(request.user), pk=pk)


def assisted_youth_update(request, pk):
    """Corrects or completes a case file."""
    youth = visible_youth(request, pk)
    return form_page(
        request, AssistedYouthForm, instance=youth, title=f"修改帮扶对象：{youth}", message="已保存帮扶对象资料。"
    )


def assisted_youth_end(request, pk):
    """Removes a youth from the register, having told what ends by that and how long the file is kept."""
    youth, day = visible_youth(request, pk), timezone.localdate()
    return end_page(
        request,
        AssistedYouthEndForm,
        youth,
        partial(close_case, youth),
        title=f"办理出库：{youth}",
        message="已办理出库，记录保留。",
        pairing=youth.pairing_on(day),
        granted=open_grants(request.user).filter(person=youth.person_id).order_by("-expires_on").first(),
        kept_until=day_due(AssistedYouth(removed_on=day)),
        years=settings.CASE_RETENTION_YEARS,
    )


def visible_youth(request, pk):
    """Returns the case file if the user may see it, and logs the view; raises Http404 otherwise."""
    youths = AssistedYouth.objects.visible_to(request.user).with_person()
    return log_case_view(request, get_object_or_404(youths, pk=pk))


def pairing_create(request, youth_pk):
    """Assigns a fixed volunteer to a youth; the previous pairing ends that day."""
    youth = visible_youth(request, youth_pk)
    return end_page(
        request,
        PairingForm,
        youth,
        partial(fix_volunteer, youth),
        title=f"确定固定志愿者：{youth}",
        message="已确定固定志愿者。",
        standing=youth.pairing_on(timezone.localdate()),
    )


def pairing_end(request, pk):
    """Ends a pairing without replacement."""
    pairings = Pairing.objects.visible_to(request.user).select_related("youth", "volunteer__person")
    pairing = log_case_view(request, get_object_or_404(pairings, pk=pk))
    return end_page(
        request,
        PairingEndForm,
        pairing,
        pairing.end,
        title=f"结束结对：{pairing}",
        message="已结束结对，记录保留。",
        after=pairing.youth.get_absolute_url(),
    )


def assistance_list(request):
    """The list of assistances, latest first."""
    assistances = Assistance.objects.visible_to(request.user)
    return case_list_page(request, AssistanceTable, AssistanceFilter, assistances, title="帮扶记录")


def assistance_detail(request, pk):
    """One assistance."""
    assistance = visible_assistance(request, pk)
    activity = Activity.objects.visible_to(request.user).filter(pk=assistance.activity_id).first()
    receipts, is_whole = receipts_shown(assistance, request.user), assistance.is_open_as_a_whole_to(request.user)
    context = {
        "title": str(assistance),
        "assistance": assistance,
        "activity": activity,
        "missing": not_on_list(assistance, activity) if activity else [],
        "youths": assistance.youths.all(),
        "volunteers": assistance.volunteers.select_related("person"),
        "receipts": receipts,
        "signed_count": sum(receipt is not None for _, receipt in receipts),
        "is_whole": is_whole,
        "may_delete": not assistance.with_everyone or is_whole,
    }
    return render(request, "assistance/assistance_detail.html", context)


def assistance_create(request):
    """Logs an assistance; an htmx request gets the youths to choose from for the day in the query string."""
    record(Action.CASE_VIEW, "assistance_create", request=request)
    if request.method == "GET" and wants_fragment(request):
        return youths_fragment(request)
    return form_page(request, AssistanceForm, title="登记帮扶", message="已登记帮扶记录。", initial=request.GET.dict())


def assistance_update(request, pk):
    """Corrects or completes an assistance."""
    assistance = visible_assistance(request, pk)
    if request.method == "GET" and wants_fragment(request):
        return youths_fragment(request, assistance)
    return form_page(
        request, AssistanceForm, instance=assistance, title=f"修改帮扶记录：{assistance}", message="已保存帮扶记录。"
    )


def assistance_delete(request, pk):
    """Deletes an assistance logged by mistake.

    Raises Http404 for one given to everyone unless the user may open the files of all.
    """
    assistance = visible_assistance(request, pk)
    if assistance.with_everyone and not assistance.is_open_as_a_whole_to(request.user):
        raise Http404
    return delete_page(
        request,
        assistance,
        title="删除帮扶记录",
        message="已删除帮扶记录。",
        act=partial(delete_assistance, assistance, request.user),
    )


def visible_assistance(request, pk):
    """Returns the assistance if the user may see it, and logs the view; raises Http404 otherwise."""
    assistances = Assistance.objects.visible_to(request.user)
    return log_case_view(request, get_object_or_404(assistances, pk=pk))


def youths_fragment(request, assistance=None):
    """Renders the youths to choose from for the day currently in the form."""
    chosen = {"held_on": request.GET.get("held_on", "")}
    form = AssistanceForm(instance=assistance, initial=chosen, user=request.user, day=timezone.localdate())
    return render(request, "assistance/_youths.html", {"form": form})


def log_case_view(request, case_record):
    """Returns the case record after logging the view."""
    record(Action.CASE_VIEW, subject_of(case_record), request=request)
    return case_record


def case_list_page(request, table_class, filter_class, rows, *, title, **context):
    """Renders a list of case records after logging the view."""
    record(Action.CASE_VIEW, request.resolver_match.url_name, request=request)
    return list_page(request, table_class, filter_class, rows, title=title, **context)
