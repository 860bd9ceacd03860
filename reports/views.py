"""The year at a glance, the figures with the records behind them, and the annual summary."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from orgs.roles import RECORD_KEEPERS
from yl_district.audit.downloads import download

from .annexes import write_annexes
from .checks import unexplained
from .documents import Unprintable, printed_summary
from .figures.charts import MEASURES, by_month, by_type
from .figures.counting import results, write_figures
from .figures.lines import HEADLINES, MOST_HEADLINES
from .figures.readers import may_know_cases
from .figures.scopes import asked_scope, place_key, places_of, scope_query
from .models import Report
from .printing.pdf import write_pdf
from .printing.word import write_docx
from .summary import compose, title_of
from .targets.progress import paces_beside


def home(request):
    """The year at a glance."""
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
        "months": by_month(scope),
        "types": by_type(scope),
    }
    return render(request, "reports/home.html", context)


# Where work begins for those who read no figures.
BEGINNINGS = ["activity_list", "case_grant_list", "account_list", "access_entry_list"]


def home_without_figures(request):
    """Leads those who read no figures to where their work begins; somebody without a role is told whom to ask."""
    for url_name in BEGINNINGS:
        if request.user.may_open(url_name):
            return redirect(url_name)
    return render(request, "reports/home_without_role.html", {"title": "年度一览"})


def summary_detail(request):
    """The annual summary, each number of which opens the records behind it."""
    scope, form = asked_scope(request)
    summary = compose(scope, timezone.localdate(), may_know_cases(request.user, scope))
    kind = Report.form_of(scope.period)
    report = Report.objects.visible_to(request.user).of_scope(scope).filter(form=kind).first()
    places = places_of(request.user, RECORD_KEEPERS) if kind and not report else {}
    context = {
        "title": summary.title,
        "summary": summary,
        "report": report,
        "may_begin": request.user.may_open("report_create") and place_key(scope.organisation, scope.hub) in places,
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
    }
    return render(request, "reports/summary_detail.html", context)


def summary_export(request, kind):
    """The summary as a Word or PDF file, its annexes as an Excel file, or its figures as JSON."""
    scope, _ = asked_scope(request)
    today, with_cases = timezone.localdate(), may_know_cases(request.user, scope)
    summary = partial(printed_summary, scope, today, with_cases)
    writers = {
        "docx": ("", lambda stream: tell_of_layout(request, write_docx(summary(), stream))),
        "pdf": ("", lambda stream: write_pdf(summary(), stream)),
        "xlsx": ("附表", lambda stream: write_annexes(scope, stream, today, request.user)),
        "json": ("指标", lambda stream: write_figures(scope, stream, with_cases)),
    }
    label, write = writers[kind]
    name = f"{title_of(scope)}{label}"
    try:
        return download(request, f"{name}.{kind}", name, write)
    except Unprintable as problem:
        messages.error(request, str(problem))
        return redirect(f"{reverse('summary_detail')}?{scope_query(scope)}")


def tell_of_layout(request, problem):
    """Says on the next page that the layout of a Word file failed, where it did."""
    if problem:
        messages.warning(request, problem)
