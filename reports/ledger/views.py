"""Pages of the ledger workbook: overview, template and exports. Importing it is the same as for any file."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.accounts.reauthentication import recently_confirmed
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
    return ledger_download(request, "年度工作台账（遮蔽）", masks=True)


@require_GET
@recently_confirmed
def ledger_full_export(request):
    """Exports the ledger without masks, so that it can be imported again."""
    return ledger_download(request, "年度工作台账", masks=False)


def ledger_download(request, label, masks):
    """The response with the ledger, of one year if the URL has one; raises Http404 for an invalid year."""
    text, year = request.GET.get("year"), None
    if text:
        try:
            year = YearWidget().clean(text)
        except CellError as error:
            raise Http404(str(error)) from None
    name = f"{label}{year or ''}.xlsx"
    today = timezone.localdate()
    return download(
        request,
        name,
        name,
        lambda stream: export_ledger(stream, today, year, masks=masks, with_cases=False),
    )
