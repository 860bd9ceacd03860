"""The poster, a one-page visual summary: as a page for screen and print, and as a PDF file."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yl_district.audit.downloads import download
from yl_district.kept.results import one_moment

from ..figures.readers import may_know_cases
from ..figures.scopes import asked_scope, scope_query
from .pdf.posters import write_poster
from .posters import poster
from .printed import Unprintable


@require_GET
@one_moment()
def summary_poster(request):
    """Shows the poster, with a link to the records behind each number."""
    scope, form = asked_scope(request)
    shown = poster(scope, timezone.localdate(), may_know_cases(request.user, scope))
    context = {"title": shown.title, "poster": shown, "scope": scope, "form": form, "query": scope_query(scope)}
    return render(request, "reports/summary_poster.html", context)


@require_GET
def summary_poster_export(request):
    """Downloads the poster as a PDF file."""
    scope, _ = asked_scope(request)
    shown = poster(scope, timezone.localdate(), may_know_cases(request.user, scope))
    try:
        return download(request, f"{shown.title}.pdf", shown.title, lambda stream: write_poster(shown, stream))
    except Unprintable as problem:
        messages.error(request, str(problem))
        return redirect(f"{reverse('summary_poster')}?{scope_query(scope)}")
