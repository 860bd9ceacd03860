"""Pages of the ledger workbook: overview, template and exports. Importing it is the same as for any file."""

import io

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from orgs.accounts.reauthentication import recently_confirmed
from orgs.whole_exports import whole_export_page
from yl_district.audit.downloads import download
from yl_district.importing.models import ImportBatch
from yl_district.importing.views import open_batches
from yl_district.sheets.cells import CellError
from yl_district.sheets.number_widgets import YearWidget

from .kinds import KINDS
from .workbook import LEDGER_KIND, export_ledger, write_template

BATCHES_SHOWN = 10


@require_GET
def ledger(request):
    """Shows what the ledger contains, with its template, its exports and the latest imports."""
    batches = open_batches(request.user).filter(kind=LEDGER_KIND.key, state__in=ImportBatch.WRITTEN)
    context = {
        "title": "年度台账",
        "batches": batches[:BATCHES_SHOWN],
        "kinds": [kind for kind in KINDS.values() if not kind.is_case],
        "this_year": timezone.localdate().year,
    }
    return render(request, "reports/ledger.html", context)


@require_GET
def ledger_template(request):
    """Downloads the empty ledger."""
    return download(request, "年度工作台账模板.xlsx", "年度工作台账模板", write_template)


@require_GET
def ledger_export(request):
    """Exports the ledger masked and without case files, of one year if the URL has one."""
    year, today = asked_year(request), timezone.localdate()
    name = f"年度工作台账（遮蔽）{year or ''}.xlsx"
    return download(
        request, name, name, lambda stream: export_ledger(stream, today, year, masks=True, with_cases=False)
    )


@require_http_methods(["GET", "POST"])
@recently_confirmed
def ledger_full_export(request):
    """Exports the ledger without masks, so that it can be imported again."""
    year, today = asked_year(request), timezone.localdate()
    name = f"年度工作台账{year or ''}.xlsx"

    def hand_out(told):
        stream = io.BytesIO()
        words = told(export_ledger(stream, today, year, masks=False, with_cases=False))
        return download(request, name, f"{name}{words}", lambda file: file.write(stream.getvalue()))

    what = f"年度台账{year or ''}"
    return whole_export_page(request, what, hand_out, back=reverse("ledger"), is_always_told=True)


def asked_year(request):
    """Returns the year in the URL, None without one; raises Http404 for an invalid year."""
    text = request.GET.get("year")
    try:
        return YearWidget().clean(text) if text else None
    except CellError as error:
        raise Http404(str(error)) from None
