"""Pages for requesting, deciding on and ending grants to open case files."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from yl_district.audit.access_log import Action, record, subject_of
from yl_district.pages.pages import end_page, form_page, list_page

from .actions import decide_grant, end_grant
from .filters import CaseGrantFilter
from .forms import CaseGrantDecisionForm, CaseGrantEndForm, CaseGrantForm
from .models import AssistedYouth, CaseGrant, Scholarship, open_grants
from .tables import CaseGrantTable


def case_grant_list(request):
    """The user's own requests and those they may decide on; by default those undecided or in force."""
    grants = CaseGrant.objects.visible_to(request.user)
    return list_page(
        request,
        CaseGrantTable,
        CaseGrantFilter,
        grants,
        title="个案授权",
        empty_hint="查阅帮扶对象的个案须先申请，由他人批准后在期限内有效。",
        may_ask=request.user.may_open("case_grant_create"),
    )


def case_grant_detail(request, pk):
    """One request, its outcome, and the files it opens."""
    grant = visible_grant(request, pk)
    day = timezone.localdate()
    is_open = open_grants(request.user).filter(pk=pk).exists()
    if is_open:
        record(Action.CASE_VIEW, subject_of(grant), request=request)
    cases = AssistedYouth.objects.visible_to(request.user).filter(person=grant.person_id) if is_open else []
    context = {
        "title": f"个案授权：{grant.shown_name}",
        "grant": grant,
        "state": grant.state_on(day),
        "is_open": is_open,
        "cases": cases,
        "has_standing_case": any(case.removed_on is None for case in cases),
        "scholarships": Scholarship.objects.visible_to(request.user).filter(student=grant.person_id) if is_open else [],
        "may_decide": grant.state_on(day) == "待审批" and may_decide(request.user, grant),
        "may_end": grant.state_on(day) in ("待审批", "有效"),
    }
    return render(request, "assistance/case_grant_detail.html", context)


def case_grant_create(request):
    """Requests access to a youth's file, or permission to start one."""
    return form_page(
        request,
        CaseGrantForm,
        title="申请个案授权",
        message="已提交申请，等待他人审批。",
        instance=CaseGrant(user=request.user),
        after=reverse("case_grant_list"),
    )


def case_grant_decide(request, pk):
    """Approves or declines another user's request."""
    grant = get_object_or_404(decidable(request.user), pk=pk)
    record(Action.CASE_VIEW, subject_of(grant), request=request, detail="审批")
    return end_page(
        request,
        partial(CaseGrantDecisionForm, grant=grant),
        grant,
        partial(decide_grant, grant, request=request),
        title=f"审批个案授权：{grant.shown_name}",
        message="已登记审批结果。",
        grant=grant,
    )


def case_grant_end(request, pk):
    """Ends a grant or withdraws a request."""
    grant = get_object_or_404(CaseGrant.objects.visible_to(request.user).filter(ended_on__isnull=True), pk=pk)
    return end_page(
        request,
        CaseGrantEndForm,
        grant,
        partial(end_grant, grant, request=request),
        title=f"终止个案授权：{grant.shown_name}",
        message="已终止授权。",
        grant=grant,
    )


def visible_grant(request, pk):
    """Returns the request if the user may see it; raises Http404 otherwise."""
    grants = CaseGrant.objects.visible_to(request.user)
    return get_object_or_404(grants.select_related("user", "organisation", "decided_by"), pk=pk)


def decidable(user):
    """Returns the undecided requests of other users that the user may decide on."""
    undecided = CaseGrant.objects.visible_as(user, *CaseGrant.objects.all().seen_by).undecided()
    return undecided.exclude(user=user).select_related("user", "organisation")


def may_decide(user, grant):
    """Whether the user may decide on this request."""
    return decidable(user).filter(pk=grant.pk).exists()
