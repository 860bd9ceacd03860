"""Pages of receipts: signing for an assistance, taking that back, and the sheet to sign, under grants in force."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from orgs.accounts.reauthentication import recently_confirmed, typed_reason
from orgs.whole_exports import note_unmasking
from yl_district.audit.downloads import download
from yl_district.pages.pages import end_page

from .models import AssistanceReceipt
from .receipt_forms import ReceiptsForm, ReceiptSheetForm, ReceiptUndoForm
from .receipt_papers import write_receipt_sheet
from .receipts import sign_for, take_back_receipt, youths_reached
from .views import log_case_view, visible_assistance

SHEET_REASONS = ["发放物资签字", "补签", "存档"]


def assistance_receipt_create(request, assistance_pk):
    """Notes for one or all of the youths of an assistance who have not signed yet that they have."""
    assistance = visible_assistance(request, assistance_pk)
    signed = AssistanceReceipt.objects.visible_to(request.user).filter(assistance=assistance).values("youth")
    unsigned = youths_reached(assistance, request.user).exclude(pk__in=signed)
    return end_page(
        request,
        partial(ReceiptsForm, unsigned=unsigned),
        assistance,
        partial(sign_for, assistance),
        title=f"登记签收：{assistance}",
        message="已登记签收。",
        initial={"received_on": timezone.localdate()},
    )


def assistance_receipt_undo(request, pk):
    """Takes a receipt back."""
    receipts = AssistanceReceipt.objects.visible_to(request.user).select_related("assistance", "youth")
    receipt = log_case_view(request, get_object_or_404(receipts, pk=pk))
    return end_page(
        request,
        ReceiptUndoForm,
        receipt.assistance,
        partial(take_back_receipt, receipt),
        title=f"撤销签收：{receipt}",
        message="已撤销签收。",
    )


def assistance_receipt_download(request, assistance_pk):
    """The sheet to sign as a Word file, names whole."""
    return receipt_sheet_page(request, visible_assistance(request, assistance_pk))


@recently_confirmed
@sensitive_variables("youths")
def receipt_sheet_page(request, assistance):
    """Asks for reauthentication and a reason, then hands the file out; it is logged as a look at each youth."""
    data = request.POST if request.method == "POST" else None
    form = ReceiptSheetForm(data, user=request.user, day=None, initial={"reason": typed_reason(request)})
    if form.is_bound and form.is_valid():
        youths = list(youths_reached(assistance, request.user))
        for youth in youths:
            note_unmasking(request, youth, form.cleaned_data["reason"])
        write = partial(write_receipt_sheet, assistance, youths, timezone.localdate())
        return download(request, f"领取签收表-{assistance.held_on}.docx", "领取签收表一份", write)
    form.focus()
    context = {"title": f"生成领取签收表：{assistance}", "form": form, "back": assistance.get_absolute_url()}
    context["reasons"] = SHEET_REASONS
    return render(request, "assistance/assistance_receipt_download.html", context, status=form.http_status)
