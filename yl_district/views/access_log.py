"""The auditor's pages: the access log and its verification."""

from functools import cached_property

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from ..audit.access_log import Action, record
from ..audit.models import AccessEntry
from ..audit.verification import note_checkpoint, verify
from ..audit.witnesses import lost, witness_code, witnesses_in
from ..pages.filters import PageFilter, SearchFilter
from ..pages.log_words import LogWords, meaning, subjects_in_words
from ..pages.pages import list_page
from ..pages.tables import MomentColumn, PageTable

# Where the session keeps what was typed in until it is shown again, and how much of it.
TYPED_WITNESSES, LONGEST_TYPED_WITNESSES = "typed_witnesses", 10_000
# Codes of one browser that are compared.
MOST_KEPT = 50


class LogSearchFilter(SearchFilter):
    """A search box for what a line says, or for a kind of record and its number in words."""

    def filter(self, queryset, value):
        condition = value and meaning(value)
        found = super().filter(queryset, value)
        return found | queryset.filter(condition) if condition else found


class AccessEntryFilter(PageFilter):
    """Filters the log by action, account, date, and text in subject or detail."""

    search = LogSearchFilter("对象或说明中的文字")
    action = django_filters.ChoiceFilter(label="动作", choices=AccessEntry.Action)
    account = django_filters.CharFilter(label="账号", method="of_account", max_length=60)
    since = django_filters.DateFilter("at", "date__gte", label="起始日期")
    until = django_filters.DateFilter("at", "date__lte", label="截止日期")

    def of_account(self, rows, name, value):
        named = get_user_model().objects.filter(name__icontains=value)
        return rows.of_account(value) | rows.filter(user_id__in=named.values("pk"))


class AccessEntryTable(PageTable):
    """Lines of the log, newest first."""

    rows_per_page = 50
    at = MomentColumn(format="Y-m-d H:i:s", attrs={"td": {"class": "day"}})
    action = tables.Column(attrs={"td": {"class": "text-nowrap"}})
    subject = tables.Column(attrs={"td": {"class": "text-break"}})
    detail = tables.Column(attrs={"td": {"class": "text-break"}})

    class Meta(PageTable.Meta):
        model = AccessEntry
        fields = ["number", "at", "who", "action", "subject", "detail", "address"]
        orderable = False

    @cached_property
    def words(self):
        """The words for the lines of this page."""
        return LogWords([row.record for row in self.paginated_rows])

    def render_who(self, record):
        return self.words.who(record)

    def render_subject(self, record):
        return self.words.subject(record)

    def render_detail(self, value):
        return subjects_in_words(value)


def access_entry_list(request):
    """Lists the access log, with the code of its last line."""
    lines = AccessEntry.objects.all()
    last = lines.first()
    return list_page(
        request,
        AccessEntryTable,
        AccessEntryFilter,
        lines,
        title="访问日志",
        line_count=last.number if last else 0,
        witness=witness_code(last.number, last.digest) if last else "",
        typed=request.session.pop(TYPED_WITNESSES, ""),
    )


@require_GET
def access_log_witnesses(request):
    """Tells the auditor's browser which of the codes that it has kept the log no longer contains."""
    asked = {code: witnesses_in(code) for code in request.GET.getlist("code")[:MOST_KEPT]}
    missing = set(lost(set().union(*asked.values())))
    return JsonResponse({"lost": [code for code, found in asked.items() if not found or found & missing]})


@require_POST
def access_log_verify(request):
    """Verifies the chain since the last checkpoint, and codes that were typed in; the verification is logged too."""
    typed = request.POST.get("witnesses", "")[:LONGEST_TYPED_WITNESSES].strip()
    witnesses = witnesses_in(typed)
    if typed and not witnesses:
        request.session[TYPED_WITNESSES] = typed
        messages.error(
            request, "没有核对：填写的内容中没有读出凭证，应为 1234-8f3a-12bc-09de-77aa-41c2 的样子。请核对后重新填写。"
        )
        return redirect("access_entry_list")
    verdict = verify(witnesses, whole=False)
    if verdict.is_whole:
        note_checkpoint(verdict, request=request)
        compared = f"填写的 {len(witnesses)} 个凭证都在日志中。" if witnesses else ""
        messages.success(request, f"{verdict}{compared}")
    else:
        record(Action.VERIFY, request=request, detail=verdict.problem)
        request.session[TYPED_WITNESSES] = typed
        messages.error(request, str(verdict))
    return redirect("access_entry_list")
