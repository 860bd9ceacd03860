"""The home page: a year at a glance."""

from django.shortcuts import redirect, render
from django.utils import timezone

from assistance.retention import due_files, warned_until

from .checks import unexplained
from .figures.charts import MEASURES, bars_by_month, bars_by_type
from .figures.counting import results
from .figures.lines import HEADLINES, MOST_HEADLINES
from .figures.readers import may_know_cases
from .figures.scopes import asked_scope, places_of, scope_query
from .targets.progress import paces_beside


def home(request):
    """The headline figures, targets, open findings and charts of a period."""
    if not places_of(request.user):
        return home_without_figures(request)
    scope, form = asked_scope(request)
    values = results(scope, may_know_cases(request.user, scope))
    context = {
        "title": f"{scope.period.name}一览",
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        "headlines": [values[key] for key in HEADLINES[:MOST_HEADLINES] if key in values],
        "targets": paces_beside(scope, values, timezone.localdate()),
        "open_findings": len(unexplained(scope, values, request.user, timezone.localdate())),
        "measures": MEASURES,
        "months": bars_by_month(scope),
        "files_due": request.user.may_open("case_retention") and len(due_files(warned_until(timezone.localdate()))),
        "types": bars_by_type(scope),
    }
    return render(request, "reports/home.html", context)


# The pages on which users who read no figures may start, in order of preference.
BEGINNINGS = ["activity_list", "case_grant_list", "account_list", "access_entry_list"]


def home_without_figures(request):
    """Redirects to the first page of BEGINNINGS that the user may open, or tells a user without a role whom to ask."""
    for url_name in BEGINNINGS:
        if request.user.may_open(url_name):
            return redirect(url_name)
    return render(request, "reports/home_without_role.html", {"title": "年度一览"})
