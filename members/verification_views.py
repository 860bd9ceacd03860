"""Pages of rounds in which branches verify their rosters."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from orgs.models import Organisation
from yl_district.pages.pages import configured_table, end_page, form_page, list_page, rows_response, wants_fragment
from yl_district.pages.record_choices import is_key

from .filters import VerificationRoundFilter
from .models import Verification, VerificationRound
from .tables import VerificationRoundTable, VerificationTable
from .verification_forms import (
    VerificationAnswersForm,
    VerificationRoundCloseForm,
    VerificationRoundForm,
    VerificationRoundTextForm,
)
from .verification_progress import chase_text, progress_of_branches
from .verifying import answer_address

# The part of the page of a round that is asked for anew while branches answer.
PROGRESS = "progress"


def verification_round_list(request):
    """The rounds that ask the user's branches, or that the user's organisation has opened."""
    rounds = VerificationRound.objects.visible_to(request.user)
    return list_page(
        request,
        VerificationRoundTable,
        VerificationRoundFilter,
        rounds,
        title="团员核实",
        empty_hint="由委机关发起一轮核实，各团支部在手机上逐名核对团员名册。",
    )


def verification_round_create(request):
    """Opens a round."""
    message = "已发起核实，各团支部的工作台会提醒。"
    return form_page(request, VerificationRoundForm, title="发起团员核实", message=message)


def verification_round_update(request, pk):
    """Changes the name, the day and the words of a round that is open."""
    one = changeable_round(request, pk)
    return form_page(
        request, VerificationRoundTextForm, instance=one, title=f"修改核实：{one}", message="已保存核实的要求。"
    )


def verification_round_close(request, pk):
    """Closes a round; what was answered is kept."""
    one = changeable_round(request, pk)
    return end_page(
        request,
        VerificationRoundCloseForm,
        one,
        lambda: one.close(request.user, timezone.localdate()),
        title=f"结束核实：{one}",
        message="已结束这一轮核实，结果保留。",
        branches=[each for each in progress_of_branches(one, request.user, timezone.localdate()) if each.left],
    )


def verification_round_detail(request, pk):
    """One round: how far each branch has come, and who found what of whom."""
    one = visible_round(request, pk)
    day = one.closed_on or timezone.localdate()
    branches = progress_of_branches(one, request.user, day)
    changeable = VerificationRound.objects.changeable_by(request.user).filter(pk=pk).exists()
    answers = Verification.objects.visible_to(request.user).filter(round=one)
    result = request.GET.get("result", "")
    context = {
        "title": one.name,
        "round": one,
        "is_changeable": changeable and one.is_open,
        "branches": [(each, answer_address(one, each.key)) for each in branches],
        "due": sum(each.due for each in branches),
        "done": sum(each.done for each in branches),
        "results": result_tabs(branches, result),
        "empty_title": "还没有核实结果",
        "table": configured_table(request, VerificationTable, answers.filter(result=result) if result else answers),
    }
    if one.is_open and changeable:
        context["chase"] = chase_text(one, branches, request.user, day)
        context["link"] = request.build_absolute_uri(one.get_absolute_url())
    if wants_fragment(request) and PROGRESS in request.GET:
        return render(request, "members/_verification_progress.html", context)
    return rows_response(request, "members/verification_round_detail.html", "_rows.html", context)


def result_tabs(branches, shown):
    """(value, label, number, whether shown) of all answers and of those of each result that there are any of."""
    numbers = {one: sum(each.found[one] for each in branches) for one in Verification.Result}
    tabs = [("", "全部", sum(numbers.values())), *((one.value, one.label, n) for one, n in numbers.items() if n)]
    return [(value, label, number, value == shown) for value, label, number in tabs]


def verification_round_answer(request, pk):
    """The members of a branch, to be ticked as verified; whoever is wrong is corrected, taken off or added."""
    one = visible_round(request, pk)
    branch = asked_branch(request, one)
    if branch is None:
        return redirect(one)
    build = partial(VerificationAnswersForm, verification_round=one, branch=branch)

    def answer(members, result, note, seen):
        for member in members:
            one.answer(member, result, request.user, timezone.localdate(), note)

    return end_page(
        request,
        build,
        one,
        answer,
        title=f"核实：{branch}",
        message="已登记核实结果。",
        after=answer_address(one, branch.pk),
        round=one,
        branch=branch,
    )


def asked_branch(request, verification_round):
    """The branch named in the URL, or the only one, None of several; raises Http404 where the round does not ask it."""
    branches = Organisation.objects.visible_to(request.user).within(verification_round.organisation).branches()
    key = request.GET.get("branch", "")
    if key:
        return get_object_or_404(branches, pk=key if is_key(key) else None)
    found = list(branches[:2])
    return found[0] if len(found) == 1 else None


def visible_round(request, pk):
    """Returns the round if the user may see it; raises Http404 otherwise."""
    rounds = VerificationRound.objects.visible_to(request.user)
    return get_object_or_404(rounds.select_related("organisation", "opened_by", "closed_by"), pk=pk)


def changeable_round(request, pk):
    """Returns the round if the user may change it; raises Http404 otherwise."""
    rounds = VerificationRound.objects.changeable_by(request.user)
    return get_object_or_404(rounds.select_related("organisation"), pk=pk)
