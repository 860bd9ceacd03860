"""Pages for requesting many grants at once, deciding on them and ending them."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from yl_district.audit.access_log import Action, record, subject_of
from yl_district.pages.pages import configured_table, end_page, form_page, list_page, rows_response

from .filters import CaseGrantRoundFilter
from .grant_round_forms import (
    CaseGrantRenewForm,
    CaseGrantRoundDecisionForm,
    CaseGrantRoundEndForm,
    CaseGrantRoundForm,
)
from .grant_rounds import decide_round, end_round
from .models import RENEWED_WITHIN, CaseGrant, CaseGrantRound, GrantRequestQuerySet
from .tables import CaseGrantRoundTable, CaseGrantTable


def case_grant_round_list(request):
    """The user's own requests for many grants and those that they may decide on."""
    return list_page(
        request,
        CaseGrantRoundTable,
        CaseGrantRoundFilter,
        CaseGrantRound.objects.visible_to(request.user),
        title="批量授权",
        empty_hint="一次申请查阅一个组织在库的全部帮扶对象，由他人一次审批。",
        may_ask=request.user.may_open("case_grant_round_create"),
    )


def case_grant_round_detail(request, pk):
    """One request, its outcome, and the grants that came of it."""
    rounds = CaseGrantRound.objects.visible_to(request.user).select_related("user", "organisation", "decided_by")
    grant_round = get_object_or_404(rounds, pk=pk)
    grants = CaseGrant.objects.visible_to(request.user).filter(grant_round=grant_round)
    context = {
        "title": f"批量授权：{grant_round.organisation}",
        "grant_round": grant_round,
        "may_decide": rounds_of_others(request.user).undecided().filter(pk=pk).exists(),
        "may_end": grant_round.state in ("待审批", "已批准"),
    }
    if not grant_round.is_approved:
        return render(request, "assistance/case_grant_round_detail.html", context)
    context["table"] = configured_table(request, CaseGrantTable, grants)
    return rows_response(request, "assistance/case_grant_round_detail.html", "assistance/_granted.html", context)


def case_grant_round_create(request):
    """Requests the files of everybody in an organisation's register."""
    return form_page(
        request,
        CaseGrantRoundForm,
        title="申请批量授权",
        message="已提交申请，等待他人审批。",
    )


def case_grant_round_renew(request):
    """Requests the user's own grants anew."""
    return form_page(
        request,
        CaseGrantRenewForm,
        title="申请续期个案授权",
        message="已提交续期申请，等待他人审批。",
        renewed_within=RENEWED_WITHIN.days,
    )


def case_grant_round_decide(request, pk):
    """Approves or declines another user's request for many grants, having told whose files it asks for."""
    grant_round = get_object_or_404(rounds_of_others(request.user), pk=pk)
    if request.method != "POST" and grant_round.state != "待审批":
        messages.info(request, f"这一申请{grant_round.state}，不必再审批。")
        return redirect(grant_round)
    record(Action.CASE_VIEW, subject_of(grant_round), request=request, detail="审批")
    return end_page(
        request,
        partial(CaseGrantRoundDecisionForm, grant_round=grant_round),
        grant_round,
        partial(decide_round, grant_round, request=request),
        title=f"审批批量授权：{grant_round.organisation}",
        message="已登记审批结果。",
        grant_round=grant_round,
    )


def case_grant_round_end(request, pk):
    """Withdraws a request for many grants, or ends all that came of it."""
    rounds = CaseGrantRound.objects.visible_to(request.user).filter(ended_on=None)
    grant_round = get_object_or_404(rounds.exclude(is_approved=False), pk=pk)
    is_undecided = grant_round.is_approved is None
    return end_page(
        request,
        CaseGrantRoundEndForm,
        grant_round,
        partial(end_round, grant_round, request=request),
        title=f"{'撤回批量授权申请' if is_undecided else '终止批量授权'}：{grant_round.organisation}",
        message="已撤回申请。" if is_undecided else "已终止这一批授权。",
        grant_round=grant_round,
    )


def rounds_of_others(user):
    """Returns the requests of other users on which the user decides."""
    rounds = CaseGrantRound.objects.visible_as(user, *GrantRequestQuerySet.seen_by)
    return rounds.exclude(user=user).select_related("user", "organisation")
