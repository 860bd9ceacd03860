"""Pages on which two records of one human being become one, and two again."""

from functools import partial

from django.shortcuts import get_object_or_404, render

from yl_district.audit.access_log import Action, record, subject_of
from yl_district.pages.pages import end_page
from yl_district.privacy.sealed_links import with_related

from .duplicate_views import shown_people, writable_pair
from .merge_actions import merge_people, take_back_merge
from .merge_forms import PersonMergeForm, PersonUnmergeForm
from .merge_traces import left_behind, to_be_left
from .merging import relations_to
from .models import Person, PersonMerge

# Of what hangs on people these are told elsewhere, or say nothing about them.
TOLD_ELSEWHERE = {"memberships", "posts", "case_grants", "merges", "namesakes_as_first", "namesakes_as_second"}
MOST_SHOWN = 5


def person_merge_create(request, pk, twin_pk):
    """Merges two records of one human being into the first."""
    kept, lost = writable_pair(request.user, pk, twin_pk)
    shown = shown_people(request.user, [kept.pk, lost.pk])
    sides = [(shown[one.pk], hanging_words(request, one)) for one in (kept, lost)]
    return end_page(
        request,
        partial(PersonMergeForm, kept=kept, lost=lost),
        kept,
        partial(merge_people, kept, lost, request=request),
        title=f"合并：{kept}（{kept.pk} 号记录、{lost.pk} 号记录）",
        message="已合并为一条记录。合并错了的，可以在此人页面撤销。",
        sides=sides,
    )


def hanging_words(request, person):
    """[(kind, number, the first of them in words)] of what the user sees of all that hangs on a person."""
    found, case_kinds = [], {"assistance_cases", "scholarships"}
    for relation in relations_to(Person):
        if relation.name in TOLD_ELSEWHERE:
            continue
        rows = relation.related_model._default_manager.visible_to(request.user)
        rows = list(with_related(rows.filter(**{relation.field.name: person}).order_by("pk")))
        for row in rows if relation.name in case_kinds else ():
            record(Action.CASE_VIEW, subject_of(row), request=request)
        if rows:
            found.append((rows[0]._meta.verbose_name, len(rows), [str(row) for row in rows[:MOST_SHOWN]]))
    return found


def person_merge_detail(request, pk):
    """What a merge has done, and what has become of it."""
    merge = visible_merge(request, pk)
    find = left_behind if merge.undone_at else to_be_left
    context = {"title": "人员合并", "merge": merge, "left": find(merge, request.user)}
    return render(request, "members/person_merge_detail.html", context)


def person_merge_undo(request, pk):
    """Takes a merge back."""
    merge = visible_merge(request, pk)
    return end_page(
        request,
        PersonUnmergeForm,
        merge,
        partial(take_back_merge, merge, request=request),
        title=f"撤销合并：{merge.kept}",
        message="已撤销合并，恢复为两条记录。",
        left=to_be_left(merge, request.user),
    )


def visible_merge(request, pk):
    """Returns the merge if the user may see it; raises Http404 otherwise."""
    merges = PersonMerge.objects.visible_to(request.user).select_related("kept", "merged_by", "undone_by")
    return get_object_or_404(merges, pk=pk)
