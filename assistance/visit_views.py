"""Pages of pairings and visits, visible only to holders of a grant; each view is recorded in the access log."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yl_district.audit.access_log import subject_of
from yl_district.audit.downloads import download
from yl_district.pages.pages import configured_table, end_page, form_page, rows_response

from .filters import PairingFilter, VisitFilter
from .list_effects import helped_beside
from .models import PASS_WAITS, Pairing, Visit
from .pledge_papers import PLEDGE_TITLE, write_pledge
from .tables import PairingTable, VisitTable
from .views import case_list_page, log_case_view
from .visit_forms import PairingTermsForm, VisitCancelForm, VisitConfirmForm, VisitCountForm, VisitForm
from .visiting import cancel_visit, count_visit, take_back_count


def pairing_list(request):
    """The list of pairings, by default those in force, with the day on which a visit is due."""
    pairings = Pairing.objects.visible_to(request.user).with_visit_days()
    return case_list_page(
        request,
        PairingTable,
        PairingFilter,
        pairings,
        title="结对",
        empty_hint="固定志愿者在帮扶对象的页面上确定。",
    )


def pairing_detail(request, pk):
    """One pairing: the pledge, how often visits are due, the volunteer's link, and all visits."""
    pairing = visible_pairing(request, pk)
    visit_pass = pairing.visit_passes.filter(ended_at__isnull=True).first()
    context = {
        "title": f"结对：{pairing}",
        "pairing": pairing,
        "today": timezone.localdate(),
        "visit_pass": visit_pass,
        "pass_lapsed": visit_pass and visit_pass.issued_at + PASS_WAITS < timezone.now(),
        "may_issue": pairing.takes_pass_on(timezone.localdate()),
        "is_pledge_attached": pairing.attachments.exists(),
        "table": configured_table(
            request, VisitTable, Visit.objects.visible_to(request.user).filter(pairing=pairing), exclude=("youth",)
        ),
    }
    return rows_response(request, "assistance/pairing_detail.html", "assistance/_visits.html", context)


def pairing_update(request, pk):
    """Notes the pledge of a pairing's volunteer and how often visits are due."""
    pairing = visible_pairing(request, pk)
    return form_page(
        request, PairingTermsForm, instance=pairing, title=f"保密承诺和走访间隔：{pairing}", message="已保存。"
    )


@require_safe
def pairing_pledge(request, pk):
    """The pledge of secrecy as a Word file for the pairing's volunteer to sign; it tells of no youth."""
    pairing = visible_pairing(request, pk)
    write = partial(write_pledge, pairing.volunteer, timezone.localdate())
    return download(request, f"{PLEDGE_TITLE}.docx", subject_of(pairing), write)


def visible_pairing(request, pk):
    """Returns the pairing if the user may see it, and logs the view; raises Http404 otherwise."""
    pairings = Pairing.objects.visible_to(request.user).with_visit_days().select_related("youth", "volunteer__person")
    return log_case_view(request, get_object_or_404(pairings, pk=pk))


def visit_list(request):
    """The list of visits, those that wait first."""
    visits = Visit.objects.visible_to(request.user)
    return case_list_page(
        request, VisitTable, VisitFilter, visits, title="走访", empty_hint="走访在结对的页面上安排和登记。"
    )


def visit_detail(request, pk):
    """One visit."""
    visit = visible_visit(request, pk)
    context = {
        "title": f"走访：{visit}",
        "visit": visit,
        "state_words": visit.state_on(timezone.localdate()).label,
    }
    return render(request, "assistance/visit_detail.html", context)


def visit_create(request, pairing_pk):
    """Plans a visit of a pairing, or logs one that was done."""
    pairing = visible_pairing(request, pairing_pk)
    return form_page(
        request,
        VisitForm,
        instance=Visit(pairing=pairing),
        title=f"登记走访：{pairing}",
        message="已登记走访。",
        after=pairing.get_absolute_url(),
    )


def visit_update(request, pk):
    """Logs that a planned visit was done, or corrects it."""
    visit = visible_visit(request, pk)
    return form_page(request, VisitForm, instance=visit, title=f"登记走访：{visit}", message="已保存走访。")


def visit_cancel(request, pk):
    """Cancels a visit, with the reason."""
    visit = visible_visit(request, pk)
    return end_page(
        request,
        VisitCancelForm,
        visit,
        partial(cancel_visit, visit, request.user),
        title=f"取消走访：{visit}",
        message="已取消走访，记录保留。",
        initial={"day": timezone.localdate()},
    )


def visit_count(request, pk):
    """Counts a visit as an assistance."""
    visit = visible_visit(request, pk)
    youth = visit.pairing.youth
    return end_page(
        request,
        VisitCountForm,
        visit,
        partial(count_visit, visit),
        title=f"计入帮扶：{visit}",
        message="已计入帮扶记录。",
        initial={"content": visit.observations},
        beside=bool(visit.done_on) and helped_beside([youth], visit.done_on, None),
    )


def visit_uncount(request, pk):
    """Takes back the assistance as which a visit counts."""
    visit = visible_visit(request, pk)
    return end_page(
        request,
        VisitConfirmForm,
        visit,
        partial(take_back_count, visit, request.user),
        title=f"撤销计入帮扶：{visit}",
        message="已撤销，帮扶记录已删除。",
    )


def visible_visit(request, pk):
    """Returns the visit if the user may see it, and logs the view; raises Http404 otherwise."""
    visits = Visit.objects.visible_to(request.user)
    visits = visits.select_related("pairing__youth", "pairing__volunteer__person", "logged_by")
    return log_case_view(request, get_object_or_404(visits, pk=pk))
