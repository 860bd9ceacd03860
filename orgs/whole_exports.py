"""Whole exports: with a reason, within the account's budget, and told of to the district's leaders and auditors."""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.shortcuts import render
from django.utils import timezone

from yl_district.audit.access_log import Action, record, subject_of
from yl_district.audit.models import AccessEntry

from .accounts.reauthentication import typed_reason
from .logged_reasons import LoggedReasonForm
from .models import ONE_BY_ONE, User, WholeExport
from .models.whole_exports import BUDGET_WINDOW, has_new_factor

EXPORT_REASONS = ["上级核查", "汇总报送", "年度总结", "核对名册", "数据备份"]
LINES_LOOKED_AT = 5000  # the last lines of the access log, so that a long one is not read whole


class WholeExportForm(LoggedReasonForm):
    """The reason for taking out a whole list."""

    act, asked = "导出", "因何工作需要完整导出"
    told = "理由会记入访问日志，并告知主管领导和审计员；请勿写入个人的姓名、号码。"


def whole_export_page(request, what, hand_out, *, back, is_always_told=False):
    """Asks for the reason, then returns the file of `hand_out(told)`.

    `hand_out` calls `told(row_count)` once the rows are written, before the file leaves, and adds the words that it
    returns to the log.
    """
    data = request.POST if request.method == "POST" else None
    form = WholeExportForm(data, user=request.user, day=None, initial={"reason": typed_reason(request)})
    refused = None
    if form.is_bound and form.is_valid():
        export = WholeExport.begin(request.user, what, form.cleaned_data["reason"], timezone.now())
        if not export.is_refused:
            return hand_out(partial(tell, request, export, is_always_told=is_always_told))
        refused = export.again_at()
        tell_refusal(request, export)
        form.add_error(None, refusal_in_words(refused))
    form.focus()
    context = {"title": f"完整导出：{what}", "form": form, "back": back, "reasons": EXPORT_REASONS}
    response = render(request, "whole_export.html", context, status=429 if refused else form.http_status)
    if refused:
        response["Retry-After"] = max(1, round((refused - timezone.now()).total_seconds()))
    return response


@transaction.atomic
def tell(request, export, row_count, *, is_always_told=False):
    """Notes how many rows the export has, and tells of it where these are many; returns the words for its line."""
    export.row_count = row_count
    export.is_told = is_always_told or export.has_new_factor or row_count >= settings.NOTICE_ROWS
    export.save(update_fields=["row_count", "is_told"])
    if export.is_told:
        note_told(request, export, f"{export.what}，{row_count} 条")
    return f"；理由：{export.reason}"


@transaction.atomic
def tell_refusal(request, export):
    """Tells once an hour that an account has tried to take more than it may."""
    if not export.is_told:
        export.is_told = True
        export.save(update_fields=["is_told"])
        note_told(request, export, f"{export.what}，因次数过多未导出；理由：{export.reason}")


@transaction.atomic
def note_unmasking(request, row, reason):
    """Records that masked values of a row were shown; of every so many within an hour it tells as of a list."""
    entry = record(Action.UNMASK, subject_of(row), request=request, detail=reason)
    # While the line is being written nobody else's is, so that none of these counts is skipped.
    since, lately = entry.at - BUDGET_WINDOW, entry.number - LINES_LOOKED_AT
    lines = AccessEntry.objects.filter(number__gt=lately, user_id=request.user.pk, action=Action.UNMASK, at__gt=since)
    number = lines.count()
    if number % settings.NOTICE_UNMASKINGS == 0:
        export = WholeExport.objects.create(
            user=request.user,
            at=entry.at,
            what=ONE_BY_ONE,
            reason=reason,
            row_count=number,
            is_told=True,
            has_new_factor=has_new_factor(request.user, entry.at),
        )
        note_told(request, export, f"{ONE_BY_ONE}，一小时内 {number} 条")


def note_told(request, export, words):
    """Notes in the access log that leaders and auditors are told of an export."""
    told = sum(user.may_open("notice_list") for user in possible_readers())
    record(Action.NOTICE, subject_of(export), request=request, detail=f"{words}；通知主管领导和审计员 {told} 人")


def possible_readers():
    """Returns the accounts among which those are who are told of whole exports."""
    kinds = ("leader", "auditor")
    return User.objects.active().filter(roles__kind__in=kinds, roles__organisation__depth=1).distinct()


def refusal_in_words(until):
    """Returns why no more is taken out at present, and what to do."""
    return (
        f"没有导出：每个账号一小时内最多完整导出 {settings.WHOLE_EXPORTS_PER_HOUR} 次，"
        f"请在 {timezone.localtime(until):%H:%M} 之后再试。需要多张名单的，以后可从“年度台账”一次导出，只计一次。"
    )
