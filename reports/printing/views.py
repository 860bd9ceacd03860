"""The summary of a period as a page and as files."""

from functools import partial

from django.contrib import messages
from django.http import QueryDict
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
from ..models import Report, WordLayout
from .annexes import write_annexes, write_internal_annexes
from .file_choices import FileChoiceForm, asked_choices
from .pdf import write_pdf
from .pdf.faces import pdf_fonts, stand_in_words
from .printed import Unprintable, printed_summary
from .word import write_docx
from .word.layouts import separates_appendix

# The workbook that stays, in addresses and in the names of files.
INTERNAL_KIND, INTERNAL_NAME = "internal", "内部核对表（不报送）"
ENDINGS = {INTERNAL_KIND: "xlsx"}


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
        **file_context(FileChoiceForm, lambda kind: reverse("summary_export", args=[kind]), scope_query(scope)),
    }
    return render(request, "reports/summary_detail.html", context)


def file_context(form_class, address_of, query=""):
    """What a page shows of its files: their addresses, the choices, and what the layout in force does."""
    layout = WordLayout.objects.in_force()
    return {
        "files": {kind: address_of(kind) for kind in ("docx", "pdf", "xlsx", INTERNAL_KIND)},
        "file_query": QueryDict(query).items(),
        "choices": form_class(layout),
        "stand_ins": stand_in_words(pdf_fonts().families()),
        "layout": layout,
        "is_appendix_fixed": layout is not None and not separates_appendix(bytes(layout.content)),
    }


def summary_export(request, kind):
    """Downloads the summary as a Word or PDF file, its annexes or its checks as Excel files, or its figures as JSON."""
    scope, _ = asked_scope(request)
    today, with_cases = timezone.localdate(), may_know_cases(request.user, scope)
    try:
        choices = asked_choices(request.GET, kind)
        summary = partial(printed_summary, scope, today, with_cases)
        writers = {
            "docx": ("", lambda stream: warn_about_layout(request, write_docx(summary(), stream, choices))),
            "pdf": ("", lambda stream: write_pdf(summary(), stream, choices)),
            "xlsx": ("附表", lambda stream: write_annexes(scope, stream, today, request.user)),
            INTERNAL_KIND: (INTERNAL_NAME, lambda stream: write_internal_annexes(scope, stream, today, request.user)),
            "json": ("指标", lambda stream: write_figures(scope, stream, with_cases)),
        }
        label, write = writers[kind]
        name = f"{title_of(scope)}{label}{choices.words}"
        return download(request, f"{name}.{ENDINGS.get(kind, kind)}", name, write)
    except Unprintable as problem:
        messages.error(request, str(problem))
        return redirect(f"{reverse('summary_detail')}?{scope_query(scope)}")


def warn_about_layout(request, problem):
    """Adds a warning to the next page if the layout of a Word file failed."""
    if problem:
        messages.warning(request, problem)
