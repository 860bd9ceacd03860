"""Pages of assessments: the list, one checklist with its ratings, and the steps from the checklist to the result."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.roles import RoleKind
from yl_district.attachments.models import with_attachment_counts
from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import delete_page, end_page, form_page, list_page

from ..figures.tables import AssessmentTable
from ..models import Assessment, AssessmentItem, AssessmentStep
from .filters import AssessmentFilter
from .forms import (
    AssessmentCopyForm,
    AssessmentForm,
    AssessmentUpdateForm,
    ConcludeForm,
    FinishReviewForm,
    HandInForm,
    SendBackForm,
)
from .progress import shown_to, totals_of
from .resources import AssessmentItemResource

FILLING, RATED, REVIEWED, CONCLUDED = Assessment.State


def assessment_list(request):
    """Lists assessments, the latest year first."""
    assessments = Assessment.objects.visible_to(request.user)
    return list_page(
        request,
        AssessmentTable,
        AssessmentFilter,
        assessments,
        title="预防考核",
        empty_hint="上级下发的预防青少年违法犯罪考核清单，逐年登记或导入后列在这里。",
    )


@require_GET
def assessment_export(request, book=None):
    """Exports the items of the assessments listed."""
    assessments = Assessment.objects.visible_to(request.user)
    return export_page(
        request,
        AssessmentItemResource,
        AssessmentTable,
        AssessmentFilter,
        assessments,
        book=book,
        through="assessment",
    )


@require_GET
def assessment_detail(request, pk):
    """Shows one assessment: its items with their points and numbers, the totals, and what was done with it."""
    assessment = visible_assessment(request, pk)
    items = list(with_attachment_counts(AssessmentItem.objects.filter(assessment=assessment)).order_by("number", "pk"))
    standing = [item for item in items if not item.ended_on]
    user, today = request.user, timezone.localdate()
    context = {
        "title": str(assessment),
        "assessment": assessment,
        "shown": shown_to(user, assessment, standing, today),
        "ended": [item for item in items if item.ended_on],
        "to_be_rated": [item for item in standing if item.is_to_be_rated],
        "totals": totals_of(standing),
        "steps": assessment.steps.select_related("written_by"),
        "may_change": Assessment.objects.changeable_by(user).filter(pk=pk).exists(),
        "may_review": Assessment.objects.reviewable_by(user).filter(pk=pk).exists(),
    }
    return render(request, "reports/assessment_detail.html", context)


def assessment_create(request):
    """Creates an assessment without items."""
    own = request.user.organisations_as(RoleKind.STAFF)
    initial = {"organisation": own[0].pk if own else None, "year": timezone.localdate().year}
    title, message = "登记考核清单", "已登记考核清单，请逐项录入，或导入。"
    return form_page(request, AssessmentForm, initial=initial, title=title, message=message)


def assessment_copy(request, pk):
    """Creates an assessment with the items of another one."""
    copied = changeable_assessment(request, pk)
    initial = {name: getattr(copied, name) for name in ("name", "issued_by")}
    initial |= {"organisation": copied.organisation_id, "year": copied.year + 1}
    title, message = f"照搬考核清单：{copied}", "已照搬考核清单，评分没有照搬。"
    return form_page(request, AssessmentCopyForm.of(copied), initial=initial, title=title, message=message)


def assessment_update(request, pk):
    """Corrects the name, source or deadline of an assessment."""
    assessment = changeable_assessment(request, pk)
    return form_page(
        request,
        AssessmentUpdateForm,
        instance=assessment,
        title=f"修改考核：{assessment}",
        message="已保存考核。",
    )


def assessment_delete(request, pk):
    """Deletes a checklist that nothing has been done with."""
    assessment = changeable_assessment(request, pk)
    return delete_page(
        request,
        assessment,
        title=f"删除考核清单：{assessment}",
        message="已删除考核清单。",
        act=assessment.discard,
    )


def assessment_submit(request, pk):
    """Hands in the self-rating."""
    assessment = changeable_assessment(request, pk)
    act = partial(assessment.hand_in, request.user)
    return assessment_step_page(
        request, assessment, [FILLING], HandInForm, act, "提交自评", "已提交自评，等主管领导审核。"
    )


def assessment_return(request, pk):
    """Returns the self-rating to those who gave it."""
    assessment = reviewable_assessment(request, pk)
    states, act = [RATED, REVIEWED], partial(assessment.send_back, request.user)
    return assessment_step_page(
        request, assessment, states, SendBackForm, act, "退回自评", "已退回，可以修改清单和自评。"
    )


def assessment_review(request, pk):
    """Ends the review."""
    assessment = reviewable_assessment(request, pk)
    act = partial(assessment.finish_review, request.user)
    return assessment_step_page(request, assessment, [RATED], FinishReviewForm, act, "完成审核", "已完成审核。")


def assessment_conclude(request, pk):
    """Records the result, or corrects it."""
    assessment = changeable_assessment(request, pk)
    states, act = [REVIEWED, CONCLUDED], partial(assessment.conclude, request.user)
    names = ("result_on", "grade", "result_points", "result_by")
    initial = {name: getattr(assessment, name) for name in names}
    title = "更正考核结果" if assessment.state == CONCLUDED else "登记考核结果"
    return assessment_step_page(
        request, assessment, states, ConcludeForm, act, title, "已登记考核结果。", initial=initial
    )


def assessment_step_page(request, assessment, states, form_class, act, title, message, **options):
    """The form of a step; of an assessment in another state it tells who has been there before."""
    if request.method == "GET" and assessment.state not in states:
        messages.info(request, assessment_state_words(assessment))
        return redirect(assessment)
    title = f"{title}：{assessment}"
    return end_page(request, form_class, assessment, act, title=title, message=message, **options)


def assessment_state_words(assessment):
    """What state the assessment is in, and by whom."""
    last = AssessmentStep.objects.filter(assessment=assessment).select_related("written_by").last()
    if last is None:
        return f"这份考核现在是“{assessment.get_state_display()}”，还不到这一步。"
    moment = f"{timezone.localtime(last.written_at):%Y-%m-%d %H:%M}"
    return (
        f"这份考核现在是“{assessment.get_state_display()}”（{last.written_by}于 {moment} "
        f"{last.get_kind_display()}），不需要办理这一步。"
    )


def visible_assessment(request, pk):
    """The assessment; raises Http404 where the user may not see it."""
    return get_object_or_404(Assessment.objects.visible_to(request.user).select_related("organisation"), pk=pk)


def changeable_assessment(request, pk):
    """The assessment; raises Http404 where the user does not keep it."""
    return get_object_or_404(Assessment.objects.changeable_by(request.user).select_related("organisation"), pk=pk)


def reviewable_assessment(request, pk):
    """The assessment; raises Http404 where the user does not review it."""
    return get_object_or_404(Assessment.objects.reviewable_by(request.user).select_related("organisation"), pk=pk)
