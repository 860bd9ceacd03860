"""Pages of the items of a checklist, of their self-rating and their review."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yl_district.pages.pages import delete_page, end_page, form_page

from ..models import AssessmentItem
from ..models.assessments import plain_points
from .forms import AssessmentItemEndForm, AssessmentItemForm, RatingForm, ReviewForm
from .progress import former_ratings, shown_to
from .views import FILLING, RATED, assessment_state_words, changeable_assessment


@require_GET
def assessment_item_detail(request, pk):
    """Shows one item: what it asks for, what the records show, its evidence, and all ratings."""
    item, user = visible_item(request, pk), request.user
    [shown] = shown_to(user, item.assessment, [item], timezone.localdate())
    context = {
        "title": f"{item}：{item.assessment}",
        "item": item,
        "shown": shown,
        "former": former_ratings(item),
        "may_change": AssessmentItem.objects.changeable_by(user).filter(pk=pk).exists(),
        "may_review": AssessmentItem.objects.reviewable_by(user).filter(pk=pk).exists(),
    }
    return render(request, "reports/assessment_item_detail.html", context)


def assessment_item_create(request, assessment_pk):
    """Adds an item to a checklist."""
    assessment = changeable_assessment(request, assessment_pk)
    if away := away_unless(request, assessment, FILLING):
        return away
    last = assessment.items.standing().order_by("number").last()
    initial = {"number": last.number + 1, "section": last.section} if last else {"number": 1}
    return form_page(
        request,
        AssessmentItemForm,
        instance=AssessmentItem(assessment=assessment),
        initial=initial,
        title=f"录入考核项目：{assessment}",
        message="已录入考核项目。",
        after=assessment.get_absolute_url(),
    )


def assessment_item_update(request, pk):
    """Changes an item; a rating that it has stays, and the item is to be rated anew."""
    item = changeable_item(request, pk)
    if away := away_unless(request, item.assessment, FILLING, item):
        return away
    return form_page(
        request,
        AssessmentItemForm,
        instance=item,
        title=f"修改考核项目：{item}",
        message="已保存考核项目。",
    )


def assessment_item_end(request, pk):
    """Takes an item out of its checklist."""
    item = changeable_item(request, pk)
    initial = {"ended_on": timezone.localdate()}
    title, message = f"撤销考核项目：{item}", "已撤销考核项目，评过的分仍保留。"
    return item_act_page(request, item, FILLING, AssessmentItemEndForm, item.withdraw, title, message, initial=initial)


def assessment_item_delete(request, pk):
    """Deletes an item that has never been rated."""
    item = changeable_item(request, pk)
    return delete_page(
        request,
        item,
        title=f"删除考核项目：{item}",
        message="已删除考核项目。",
        act=item.discard,
        after=item.assessment.get_absolute_url(),
    )


def assessment_item_rate(request, pk):
    """Gives the office's own points for an item, which begin with what the records show."""
    item = changeable_item(request, pk)
    [shown] = shown_to(request.user, item.assessment, [item], timezone.localdate())
    points = item.self_points if item.self_points is not None and not item.is_changed else shown.proposed
    initial = {"self_points": points_shown(points), "self_words": item.self_words}
    return item_act_page(request, item, FILLING, RatingForm, item.rate, f"自评：{item}", "已保存自评。", initial, shown)


def assessment_item_review(request, pk):
    """Gives the superior's points for an item."""
    item = get_object_or_404(with_assessment(AssessmentItem.objects.reviewable_by(request.user)), pk=pk)
    [shown] = shown_to(request.user, item.assessment, [item], timezone.localdate())
    points = item.self_points if item.reviewed_points is None else item.reviewed_points
    initial = {"reviewed_points": points_shown(points), "review_words": item.review_words}
    act = partial(item.review, request.user)
    return item_act_page(request, item, RATED, ReviewForm, act, f"审核：{item}", "已保存审核分。", initial, shown)


def item_act_page(request, item, state, form_class, act, title, message, initial=None, shown=None):
    """The form of an act on an item, which leads back to the item's place in its checklist."""
    if away := away_unless(request, item.assessment, state, item):
        return away
    after = f"{item.assessment.get_absolute_url()}#item-{item.pk}"
    return end_page(
        request, form_class, item, act, title=title, message=message, initial=initial, after=after, shown=shown
    )


def away_unless(request, assessment, state, item=None):
    """A redirect with words on the state where the page has nothing to do in it, else None."""
    if request.method != "GET" or (assessment.state == state and not (item and item.ended_on)):
        return None
    is_ended = item is not None and item.ended_on
    messages.info(request, f"这一项已于 {item.ended_on} 撤销。" if is_ended else assessment_state_words(assessment))
    return redirect(item or assessment)


def points_shown(points):
    """Points as a form begins with them."""
    return None if points is None else plain_points(points)


def with_assessment(items):
    """The items with their assessments and organisations."""
    return items.select_related("assessment__organisation")


def visible_item(request, pk):
    """The item; raises Http404 where the user may not see it."""
    return get_object_or_404(with_assessment(AssessmentItem.objects.visible_to(request.user)), pk=pk)


def changeable_item(request, pk):
    """The item; raises Http404 where the user does not keep it."""
    return get_object_or_404(with_assessment(AssessmentItem.objects.changeable_by(request.user)), pk=pk)
