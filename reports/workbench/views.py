"""The page on which everybody begins."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from assistance.retention import due_files, warned_until
from yl_district.kept.results import one_moment

from ..checks import CHECKS, Severity
from ..checks.counted_findings import counted_groups
from ..figures.charts import MEASURES, bars_by_month, bars_by_type
from ..figures.counting import results
from ..figures.lines import HEADLINES, MOST_HEADLINES
from ..figures.readers import may_know_cases
from ..figures.scopes import ScopeForm, scope_query
from ..targets.progress import BEHIND, OVERDUE, paces_beside
from .buttons import buttons_for
from .decided import decided_of
from .owed import owed_by, own_links_of
from .reminders import reminder_text, reminders_for
from .waiting import waiting_for, year_to_open

# The checks whose findings the page counts: those that have to be answered, and the cells of lists to be completed.
COUNTED_CHECKS = [check for check in CHECKS if check.severity != Severity.NOTE or check.key == "awaited"]


@one_moment()
def home(request):
    """What waits for the user, what the user owes, what was decided, and the figures of the year at hand."""
    user, today = request.user, timezone.localdate()
    if not user.capacities:
        return render(request, "reports/home_without_role.html", {"title": "工作台"})
    own = own_links_of(user, today)
    context = {
        "title": "工作台",
        "today": today,
        "buttons": buttons_for(user),
        "waiting": [*waiting_for(user, today), *year_to_open(user, today)],
        "owed": owed_by(user, today, own),
        "own_links": own,
        "decisions": decided_of(user, timezone.now()),
        "files_due": user.may_open("case_retention") and len(due_files(warned_until(today))),
    }
    form = ScopeForm(request.GET, user=user, today=today)
    if form.scope:
        context |= figures_of_year(user, form, today)
    return render(request, "reports/home.html", context)


@require_GET
def reminders(request):
    """The text by which branches are reminded of what they owe."""
    today = timezone.localdate()
    found = reminders_for(request.user, today)
    context = {"title": "催办", "back": reverse("home"), "reminders": found, "text": reminder_text(found, today)}
    return render(request, "reports/reminders.html", context)


def figures_of_year(user, form, today):
    """The headline figures, targets, number of findings and charts of the period asked for, or of the year at hand."""
    scope = form.scope
    values = results(scope, may_know_cases(user, scope))
    found = counted_groups(scope, values, user, today, COUNTED_CHECKS)
    targets = paces_beside(scope, values, today)
    return {
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        "headlines": [values[key] for key in HEADLINES[:MOST_HEADLINES] if key in values],
        "targets": targets,
        "targets_behind": sum(pace.state in (BEHIND, OVERDUE) for pace in targets),
        "open_findings": sum(group.open_count for group in found),
        "awaited_rows": sum(group.number for group in found if group.check.key == "awaited"),
        "measures": MEASURES,
        "months": bars_by_month(scope),
        "types": bars_by_type(scope),
    }
