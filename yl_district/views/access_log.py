"""The auditor's pages: the access log and its verification."""

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ..audit.access_log import Action, record
from ..audit.models import AccessEntry
from ..audit.verification import note_checkpoint, verify
from ..pages.filters import PageFilter, SearchFilter
from ..pages.pages import list_page
from ..pages.tables import PageTable


class AccessEntryFilter(PageFilter):
    """Filters the log by action, account, date, and text in subject or detail."""

    search = SearchFilter("对象或说明中的文字")
    action = django_filters.ChoiceFilter(label="动作", choices=AccessEntry.Action)
    account = django_filters.CharFilter(label="账号", method="of_account", max_length=60)
    since = django_filters.DateFilter("at", "date__gte", label="起始日期")
    until = django_filters.DateFilter("at", "date__lte", label="截止日期")

    def of_account(self, rows, name, value):
        return rows.of_account(value)


class AccessEntryTable(PageTable):
    """Lines of the log, newest first."""

    rows_per_page = 50
    at = tables.DateTimeColumn(format="Y-m-d H:i:s", attrs={"td": {"class": "day"}})
    action = tables.Column(attrs={"td": {"class": "text-nowrap"}})
    subject = tables.Column(attrs={"td": {"class": "text-break"}})
    detail = tables.Column(attrs={"td": {"class": "text-break"}})

    class Meta(PageTable.Meta):
        model = AccessEntry
        fields = ["number", "at", "who", "action", "subject", "detail", "address"]
        orderable = False


def access_entry_list(request):
    """Lists the access log."""
    lines = AccessEntry.objects.all()
    last = lines.first()
    return list_page(
        request, AccessEntryTable, AccessEntryFilter, lines, title="访问日志", line_count=last.number if last else 0
    )


@require_POST
def access_log_verify(request):
    """Verifies the whole chain and shows the verdict; the verification is logged too."""
    verdict = verify(whole=False)
    if verdict.is_whole:
        note_checkpoint(verdict, request=request)
    else:
        record(Action.VERIFY, request=request, detail=verdict.problem)
    (messages.success if verdict.is_whole else messages.error)(request, str(verdict))
    return redirect("access_entry_list")
