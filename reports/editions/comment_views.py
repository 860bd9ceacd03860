"""Pages of comments: what a superior asks about a signed edition, the answers, and which of them wait."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.roles import RoleKind
from yl_district.pages.pages import end_page, form_page, list_page

from ..figures.readers import may_know_cases
from ..figures.scopes import scope_of
from ..models import Comment, Edition
from .comment_filters import CommentFilter
from .comment_forms import AcceptForm, AnswerForm, AskAgainForm, CommentForm
from .comment_tables import CommentTable
from .passages import passages, place_alike, seen_blocks


def visible_comments(user):
    """The comments that the user may read."""
    return Comment.objects.visible_to(user).with_entries()


def comment_list(request):
    """Lists the comments within reach, the latest first."""
    return list_page(
        request,
        CommentTable,
        CommentFilter,
        Comment.objects.visible_to(request.user).with_edition(),
        title="审阅意见",
        empty_hint="主管领导在定稿页对一句话或一个数字提出的意见列在这里，由报告的编写人答复。",
    )


@require_GET
def comment_detail(request, pk):
    """Shows one comment with all that was said about it, and what its reader can do."""
    comment = get_object_or_404(visible_comments(request.user), pk=pk)
    user, state = request.user, comment.state
    context = {
        "title": f"审阅意见：{comment.edition}",
        "comment": comment,
        "latest": comment.edition.report.edition,
        "may_answer": Comment.objects.to_answer(user).filter(pk=pk).exists(),
        "may_accept": state == Comment.State.ANSWERED and Comment.objects.to_accept(user).filter(pk=pk).exists(),
    }
    return render(request, "reports/comment_detail.html", context)


def comment_create(request, edition_pk, place):
    """Asks about a sentence or a number of one paragraph of an edition."""
    editions = Edition.objects.visible_as(request.user, RoleKind.LEADER).defer("document")
    related = editions.select_related("report__organisation", "report__hub__organisation")
    edition = get_object_or_404(related, pk=edition_pk)
    with_cases, latest = may_know_cases(request.user, scope_of(edition.report)), edition.report.edition
    comment = Comment(edition=edition, place=place)
    comment.passages = passages(edition, place, with_cases)
    comment.latest, comment.may_know_cases = latest, with_cases
    if not comment.passages:
        messages.error(request, f"{edition.label}的第 {place + 1} 段不是可以提意见的正文，请在下面选择一段。")
        return redirect(edition)
    return form_page(
        request,
        CommentForm,
        instance=comment,
        title=f"提意见：{edition}",
        message="已提出意见，等编写人答复。",
        edition=edition,
        paragraph=seen_blocks(edition, with_cases)[place].text,
        latest=latest,
        place_in_latest=None if latest == edition else place_alike(latest, edition, place, with_cases),
        after=f"{edition.get_absolute_url()}#paragraph-{place}",
    )


def comment_answer(request, pk):
    """Answers a comment for those who write the report."""
    comment = get_object_or_404(Comment.objects.changeable_by(request.user).with_entries(), pk=pk)
    form_class = partial(AnswerForm, comment=comment)
    return act_page(
        request, comment, Comment.State.OPEN, form_class, comment.answer, "答复意见", "已答复，等上级确认。"
    )


def comment_ask_again(request, pk):
    """Asks again about an answered comment."""
    comment = get_object_or_404(Comment.objects.acceptable_by(request.user).with_entries(), pk=pk)
    act = comment.ask_again
    return act_page(request, comment, Comment.State.ANSWERED, AskAgainForm, act, "再问", "已再次退回，等编写人答复。")


def comment_accept(request, pk):
    """Settles an answered comment."""
    comment = get_object_or_404(Comment.objects.acceptable_by(request.user).with_entries(), pk=pk)
    return act_page(request, comment, Comment.State.ANSWERED, AcceptForm, comment.accept, "办结意见", "已办结意见。")


def act_page(request, comment, state, form_class, act, title, message):
    """The form of an act on a comment in a state; of a comment in another state it tells who has been there before."""
    if request.method == "GET" and comment.state != state:
        *_, last = comment.entries.all()
        moment = f"{timezone.localtime(last.written_at):%Y-%m-%d %H:%M}"
        told = f"这条意见已由{last.written_by}于 {moment} {last.get_kind_display()}，现在不需要办理。"
        messages.info(request, told)
        return redirect(comment)
    said = list(comment.entries.all())
    return end_page(
        request,
        form_class,
        comment,
        partial(act, request.user),
        title=title,
        message=message,
        comment=comment,
        entries=said,
    )
