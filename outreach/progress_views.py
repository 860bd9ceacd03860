"""The board of 1+100: how far each cadre has come, and all of an organisation or a committee member together."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.roles import RoleKind
from yl_district.pages.pages import list_page

from .filters import LinkProgressFilter
from .progress import cadres_on_board, groups_by, with_places
from .tables import LinkProgressTable

GROUPS_ON_BOARD = 25
BOARD_WAYS = [
    ("link_progress_places", "按组织"),
    ("link_progress_list", "按团干部"),
    ("link_progress_liaisons", "按联系委员"),
]


@require_GET
def link_progress_list(request):
    """Each serving cadre's links and contacts against quota, quarter and norm."""
    day = timezone.localdate()
    cadres = with_places(cadres_on_board(request.user, day, RoleKind.STAFF), request.user, day)
    return list_page(request, LinkProgressTable, LinkProgressFilter, cadres, title="1+100 进展", ways=ways_of(request))


@require_GET
def link_progress_places(request):
    """The same added up for each organisation."""
    return groups_page(request, "organisation")


@require_GET
def link_progress_liaisons(request):
    """The same added up for each committee member who looks after organisations."""
    return groups_page(request, "liaison")


def groups_page(request, kind):
    """The page of one kind of groups."""
    groups = groups_by(kind, request.user, timezone.localdate())
    page = Paginator(groups, GROUPS_ON_BOARD).get_page(request.GET.get("page"))
    context = {"title": "1+100 进展", "page": page, "kind": kind, "ways": ways_of(request)}
    return render(request, "outreach/link_progress_groups.html", context)


def ways_of(request):
    """(address, label, whether it is this page) of each way in which the user may look at the board."""
    shown, ways = request.resolver_match.url_name, BOARD_WAYS
    return [(reverse(name), label, name == shown) for name, label in ways if request.user.may_open(name)]
