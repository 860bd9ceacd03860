"""The ledger workbook in the browser: upload, report, template and export."""

from itertools import islice

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.confirmation import recently_confirmed
from yl_district.cells import CellError, YearWidget
from yl_district.downloads import download
from yl_district.models import ImportBatch

from .ledger import CASE_SHEETS, SHEETS, export_ledger, import_ledger, write_template

ERRORS_SHOWN = 300
CHANGES_SHOWN = 300
BATCHES_SHOWN = 10


class LedgerUploadForm(forms.Form):
    """A workbook, and whether it is only to be checked."""

    file = forms.FileField(
        label="台账工作簿",
        error_messages={
            "required": "请选择要上传的台账工作簿。",
            "empty": "这是一个空文件，请确认文件已保存完整。",
            "missing": "没有收到文件，请重新选择后上传。",
            "max_length": "文件名过长，请改短后重新上传。",
        },
        widget=forms.FileInput({"class": "form-control", "accept": ".xlsx,.xlsm,.xls,.ods"}),
        max_length=200,
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            found, limit = filesizeformat(file.size), filesizeformat(settings.UPLOAD_LIMIT)
            raise ValidationError(f"文件有 {found}，上限为 {limit}。请删去多余的工作表或图片后重新上传。")
        return file


def ledger(request):
    """Upload of a ledger with its report; template and export beside it."""
    form, report, is_check = LedgerUploadForm(), None, False
    if request.method == "POST":
        form = LedgerUploadForm(request.POST, request.FILES)
        if form.is_valid():
            file, is_check = form.cleaned_data["file"], "check" in request.POST
            report = import_ledger(file.read(), file.name, timezone.localdate(), request.user, check=is_check)
    context = {
        "title": "台账导入导出",
        "form": form,
        "report": report,
        "is_check": is_check,
        "errors": report.errors[:ERRORS_SHOWN] if report else [],
        "changes": list(islice(changes_of(report), CHANGES_SHOWN)) if report else [],
        "batches": ImportBatch.objects.select_related("user")[:BATCHES_SHOWN],
        "sheets": [kind.sheet for kind in SHEETS],
        "this_year": timezone.localdate().year,
    }
    is_wrong = form.errors or (report and report.errors)
    return render(request, "reports/ledger.html", context, status=422 if is_wrong else 200)


def changes_of(report):
    """Every changed cell as (sheet, row, record, heading, old, new), but for those of case files."""
    closed = {resource.sheet for resource in CASE_SHEETS}
    for name, sheet in report.sheets.items():
        for change in sheet.changes if name not in closed else []:
            yield name, *change


@require_GET
def ledger_template(request):
    """The empty ledger."""
    return download(request, "年度工作台账模板.xlsx", "年度工作台账模板", write_template)


@require_GET
def ledger_export(request):
    """The ledger with what the system holds, of one year where the address names it, masked and without case files."""
    return ledger_download(request, "年度工作台账（遮蔽）", masks=True)


@require_GET
@recently_confirmed
def ledger_full_export(request):
    """The same with numbers and names whole, which can be taken in again."""
    return ledger_download(request, "年度工作台账", masks=False)


def ledger_download(request, label, masks):
    """The ledger as a file, of one year where the address names it."""
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
