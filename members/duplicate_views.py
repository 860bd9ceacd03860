"""Pages of people who are likely registered twice."""

from functools import partial

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from orgs.models.reach import reach_of
from yl_district.kept.results import kept_result
from yl_district.pages.filters import LONGEST_SEARCH
from yl_district.pages.pages import delete_page, end_page
from yl_district.pages.record_choices import KEY_DIGITS
from yl_district.pinyin import search

from .duplicates import Alike, likely_duplicates
from .merge_forms import NamesakesForm
from .models import Member, Namesakes, Person, PersonMerge, Post

PAIRS_PER_PAGE, LATEST_MERGES, MOST_OFFERED = 20, 20, 20


def duplicate_list(request):
    """The pairs of people whom the user sees and who are likely one."""
    user = request.user
    page = Paginator(pairs_seen(user), PAIRS_PER_PAGE).get_page(request.GET.get("page"))
    people = shown_people(user, {key for first, second, _ in page for key in (first, second)})
    context = {
        "title": "疑似重复",
        "page": page,
        "pairs": [
            Alike(people[first], people[second], tuple(agreeing))
            for first, second, agreeing in page
            if first in people and second in people
        ],
        "merges": PersonMerge.objects.visible_to(user).select_related("kept", "merged_by")[:LATEST_MERGES],
        "declared": Namesakes.objects.visible_to(user).select_related("first", "second", "declared_by"),
    }
    return render(request, "members/duplicate_list.html", context)


def pairs_seen(user):
    """(key, key, in what they agree) of each pair of people whom the user sees, the latest registered first.

    Kept until a register changes, but for whoever may open a case file.
    """
    if Person.objects.with_open_case(user).exists():
        return keys_of_pairs(Person.objects.written_by(user), user)
    asked = ("duplicates", user.pk, reach_of(user), timezone.localdate())
    # The same people, told without asking what is open.
    return kept_result(asked, partial(keys_of_pairs, Person.objects.kept_openly_by(user), user))


def keys_of_pairs(people, user):
    """The same of these people, compared now."""
    return [(pair.first.pk, pair.second.pk, pair.agreeing) for pair in likely_duplicates(people, user)]


def shown_people(user, keys):
    """The people by key, with what the user sees of their memberships and posts."""
    seen = (
        Prefetch("memberships", Member.objects.visible_to(user).select_related("branch")),
        Prefetch("posts", Post.objects.visible_to(user).select_related("organisation")),
    )
    return Person.objects.filter(pk__in=keys).prefetch_related(*seen).in_bulk()


def person_twin_list(request, pk):
    """The people with whom one can be merged: those of the name, or those found by another search."""
    people = Person.objects.written_by(request.user)
    person = get_object_or_404(people, pk=pk)
    text = request.GET.get("search", person.name).strip()[:LONGEST_SEARCH]
    # By name alone: a number would stand in the address. No name has a NUL, which PostgreSQL does not take.
    is_name = bool(text) and "\0" not in text
    found = search(people.exclude(pk=pk), text, by_number=False).order_by("pk") if is_name else people.none()
    keys = list(found.values_list("pk", flat=True)[:MOST_OFFERED])
    shown = shown_people(request.user, keys)
    context = {
        "title": f"与谁合并：{person}",
        "person": person,
        "search": request.GET.get("search", ""),
        "found": [shown[key] for key in keys],
    }
    return render(request, "members/person_twin_list.html", context)


def namesakes_create(request, pk, twin_pk):
    """Declares that two people are not the same."""
    person, twin = writable_pair(request.user, pk, twin_pk)

    def declare():
        first, second = sorted([person, twin], key=lambda one: one.pk)
        if not Namesakes.objects.of_both(person, twin).exists():
            Namesakes.objects.create(first=first, second=second, declared_by=request.user)

    return end_page(
        request,
        NamesakesForm,
        person,
        declare,
        title=f"不是同一人：{person}、{twin}",
        message="已记下这两人不是同一人，不再列为疑似重复。",
        after=reverse("duplicate_list"),
    )


def namesakes_delete(request, pk):
    """Takes back that two people are not the same."""
    namesakes = get_object_or_404(Namesakes.objects.visible_to(request.user).select_related("first", "second"), pk=pk)
    return delete_page(
        request,
        namesakes,
        title=f"撤销“不是同一人”：{namesakes}",
        message="已撤销，这两人会重新列为疑似重复。",
        after=reverse("duplicate_list"),
    )


def writable_pair(user, pk, twin_pk):
    """Two different people whose data the user may change; raises Http404 otherwise."""
    if max(len(str(key)) for key in (pk, twin_pk)) > KEY_DIGITS:
        raise Http404
    found = Person.objects.written_by(user).in_bulk([pk, twin_pk])
    if len(found) != 2:
        raise Http404
    return found[pk], found[twin_pk]
