"""The summary of a period as a page and as files."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from orgs.roles import RECORD_KEEPERS
from yl_district.audit.downloads import download
from yl_district.kept.results import one_moment

from ..documents.summary import compose, title_of
from ..figures.counting import write_figures
from ..figures.places import Places, ScopePlace
from ..figures.readers import may_know_cases
from ..figures.scopes import asked_scope, scope_query
from ..models import Report
from .annexes import write_annexes
from .pdf import write_pdf
from .printed import Unprintable, printed_summary
from .word import write_docx


@one_moment()
def summary_detail(request):
    """Shows the summary, with a link to the records behind each number."""
    scope, form = asked_scope(request)
    summary = compose(scope, timezone.localdate(), may_know_cases(request.user, scope))
    kind = Report.form_of(scope.period)
    report = Report.objects.visible_to(request.user).of_scope(scope).filter(form=kind).first()
    own = ScopePlace(scope.organisation, scope.hub).key
    begins = kind and not report and request.user.may_open("report_create")
    context = {
        "title": summary.title,
        "summary": summary,
        "report": report,
        "may_begin": begins and Places(request.user, RECORD_KEEPERS).place(own) is not None,
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
    }
    return render(request, "reports/summary_detail.html", context)


def summary_export(request, kind):
    """Downloads the summary as a Word or PDF file, its annexes as an Excel file, or its figures as JSON."""
    scope, _ = asked_scope(request)
    today, with_cases = timezone.localdate(), may_know_cases(request.user, scope)
    summary = partial(printed_summary, scope, today, with_cases)
    writers = {
        "docx": ("", lambda stream: warn_about_layout(request, write_docx(summary(), stream))),
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


def warn_about_layout(request, problem):
    """Adds a warning to the next page if the layout of a Word file failed."""
    if problem:
        messages.warning(request, problem)
