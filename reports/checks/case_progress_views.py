"""The page of how far the assistances to each youth have come in a year."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from activities.plans import year_of_address
from yl_district.audit.access_log import Action, record

from .case_progress import progress_of, wanted_in


@require_GET
def case_progress(request):
    """Draws for each youth whose file is open what was received in the year, and what is due by today."""
    record(Action.CASE_VIEW, "case_progress", request=request)
    today = timezone.localdate()
    year = min(year_of_address(request.GET.get("year", ""), today), today.year)
    rows = progress_of(request.user, year, today)
    context = {
        "title": f"{year} 年帮扶进度",
        "year": year,
        "is_this_year": year == today.year,
        "today": today,
        "rows": rows,
        "wanted": wanted_in(year),
        "received": sum(row.received for row in rows),
        "due": sum(row.due for row in rows),
        "behind": sum(row.is_behind for row in rows),
        "all_wanted": sum(row.wanted for row in rows),
    }
    return render(request, "reports/case_progress.html", context)
