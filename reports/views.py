"""The year at a glance, the figures with the records behind them, and the annual summary."""

from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.roles import RECORD_KEEPERS
from yl_district.audit.downloads import download
from yl_district.pages.list_exports import FORMATS, export_table
from yl_district.pages.pages import rows_response

from .annexes import write_annexes
from .charts import MEASURES, by_month, by_type
from .checks import unexplained
from .documents import Unprintable, printed_summary
from .evidence import records_behind
from .figure_tables import table_of
from .figures import (
    CASE_FIGURES,
    HEADLINES,
    MOST_HEADLINES,
    figures_of,
    may_know_cases,
    results,
    targets_of,
    write_figures,
)
from .models import Report
from .pace import paces_beside
from .pdf import write_pdf
from .scopes import asked_scope, place_key, places_of, scope_query
from .summary import compose, title_of
from .word import write_docx


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


def figure_list(request):
    """Every figure of a year, with its target and quality."""
    scope, form = asked_scope(request)
    context = {
        "title": f"{scope.period.name}指标",
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        "results": results(scope, may_know_cases(request.user, scope)).values(),
    }
    return render(request, "reports/figure_list.html", context)


def figure_detail(request, key):
    """One figure and exactly the records it counts."""
    scope, form = asked_scope(request)
    figure = figures_of(scope, may_know_cases(request.user, scope)).get(key)
    if figure is None:
        raise Http404
    result, number = figure.counted(scope, targets_of(scope))
    context = {
        "title": figure.label,
        "figure": figure,
        "result": result,
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        **records_behind(request, figure, scope, number),
    }
    if context["is_closed"]:
        return render(request, "reports/figure_detail.html", context)
    context["exports"] = export_ways(request, key, scope)
    return rows_response(request, "reports/figure_detail.html", "_rows.html", context)


def export_ways(request, key, scope):
    """Where the records behind a figure are handed out as a file, sorted as they are; those of case files nowhere."""
    if key in CASE_FIGURES or not request.user.may_open("figure_export"):
        return {}
    sorts = urlencode([("sort", name) for name in request.GET.getlist("sort")])
    address = f"{reverse('figure_export', args=[key])}?{scope_query(scope)}{sorts and f'&{sorts}'}"
    return {kind: f"{address}&format={kind}" for kind in FORMATS} | {"note": "含列表的全部各页，栏目与本页相同。"}


@require_GET
def figure_export(request, key):
    """The records behind a figure that the reader sees, as the page shows them, as a file; no page gives out cases."""
    scope, _ = asked_scope(request)
    figure = figures_of(scope, with_cases=False).get(key)
    if figure is None:
        raise Http404
    rows = figure.rows(scope).visible_to(request.user)
    return export_table(
        request,
        table_of(figure, rows.model, request.user),
        rows,
        name=f"{scope.name}{scope.period.name}{figure.label}",
        back=f"{reverse('figure_detail', args=[key])}?{scope_query(scope)}",
    )


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
