"""The page of a committee: who looks after which organisations, and what these lack."""

from datetime import date

import django_filters as filters
from django.core.validators import MinValueValidator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.models import Domain, Organisation, Supply
from yl_district.days import FIRST_YEAR
from yl_district.pages.choice_answers import choices_asked_for
from yl_district.pages.filters import PageFilter, RecordFilter
from yl_district.pages.forms import refuse_after

from .board import (
    LACKS,
    MOST_ON_BOARD,
    BoardLine,
    board_groups,
    board_tree,
    organisations_on_board,
    posts_of_committees,
)
from .models import Liaison, LiaisonPersonQuerySet, Person

BOARD_VIEWS = {"": "按联系委员", "tree": "按层级"}


class BoardFilter(PageFilter):
    """Which organisations the board shows, and as of which day."""

    todo = filters.ChoiceFilter(label="待办", choices=[("any", "有待办的"), *LACKS.items()], method="as_they_are")
    liaison = RecordFilter(label="联系委员", queryset=LiaisonPersonQuerySet(Person), method="by_liaison")
    category = filters.ChoiceFilter(label="组织类别", choices=Organisation.Category)
    domain = filters.ChoiceFilter(label="所属领域", choices=Domain)
    day = filters.DateFilter(
        label="截至",
        method="as_they_are",
        validators=[MinValueValidator(date(FIRST_YEAR, 1, 1), f"请填写 {FIRST_YEAR} 年以后的日期。")],
    )

    def __init__(self, data, queryset, *, user, day):
        super().__init__(data, queryset, user=user, day=day)
        refuse_after(self.form.fields["day"], day)

    @property
    def looked_for(self):
        """What is asked for and was understood, by the names of the fields."""
        self.form.is_valid()
        return self.form.cleaned_data

    @property
    def shown_day(self):
        """The day as of which the board is shown: today unless another is asked for."""
        return self.looked_for.get("day") or self.day

    def as_they_are(self, organisations, name, value):
        """All of them: the lines are looked through once they are known."""
        return organisations

    def by_liaison(self, organisations, name, value):
        """Organisations that somebody looks after on the day shown."""
        return organisations.filter(
            pk__in=Liaison.objects.as_of(self.shown_day).filter(person=value).values("organisation")
        )


@require_GET
def organisation_board(request):
    """The committee's members with the organisations in the care of each; or the tree of the organisations."""
    board = BoardFilter(request.GET, Organisation.objects.none(), user=request.user, day=timezone.localdate())
    if looked_up := choices_asked_for(request.GET, board.form):
        return looked_up
    day, todo = board.shown_day, board.looked_for.get("todo") or ""
    found = board.filter_queryset(organisations_on_board(request.user, day))[: MOST_ON_BOARD + 1]
    lines = [BoardLine(organisation, day) for organisation in found]
    posts, view = posts_of_committees(request.user, day), request.GET.get("view", "")
    shown = [line for line in lines[:MOST_ON_BOARD] if line.fits(todo)]
    context = {
        "title": "联系分工",
        "filter": board,
        "day": day,
        "posts": posts,
        "number": len(shown),
        "unfinished": sum(bool(line.marks) for line in shown),
        "is_cut": len(lines) > MOST_ON_BOARD,
        "most": MOST_ON_BOARD,
        "ways": board_ways(request, view),
        "flag": Supply.FLAG,
        "may_update": request.user.is_committee_staff,
    }
    if view == "tree":
        context["tree"] = board_tree(lines[:MOST_ON_BOARD], todo)
    else:
        context["groups"] = board_groups(shown, posts)
    return render(request, "members/organisation_board.html", context)


def board_ways(request, view):
    """(address, label, whether it is this one) of each way of looking at the board, with the same filters."""
    ways = []
    for key, label in BOARD_VIEWS.items():
        query = request.GET.copy()
        query.pop("view", None)
        if key:
            query["view"] = key
        ways.append((f"{request.path}?{query.urlencode()}" if query else request.path, label, key == view))
    return ways
