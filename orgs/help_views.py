"""The help of the pages, and a quick start for each role."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yl_district.pages.navigation import SECTIONS

from .help_pages import QUICK_START, help_names, help_of
from .roles import RoleKind


@require_GET
def help_list(request):
    """Every text: the quick starts, one's own first, and by the menu's sections those of pages open to the user."""
    groups = [
        (section.label, [(each.label, help_of(each.url_name)) for each in section.pages_for(request.user)])
        for section in SECTIONS
    ]
    own = [kind for kind in RoleKind if request.user.holds(kind)]
    others = [kind for kind in RoleKind if kind not in own]
    context = {
        "title": "帮助",
        "own": [(kind.label, f"{QUICK_START}{kind}") for kind in own],
        "others": [(kind.label, f"{QUICK_START}{kind}") for kind in others],
        "groups": [(label, found) for label, pages in groups if (found := [one for one in pages if one[1]])],
    }
    return render(request, "orgs/help_list.html", context)


@require_GET
def help_detail(request, key):
    """One text; raises Http404 where there is none of this name."""
    if key not in help_names():
        raise Http404
    return render(request, f"help/{key}.html")
