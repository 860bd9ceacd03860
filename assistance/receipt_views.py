"""Pages of receipts: signing for an assistance, taking that back, and the sheet to sign, under grants in force."""

from functools import partial

from django.shortcuts import get_object_or_404
from django.utils import timezone

from yl_district.pages.pages import end_page

from .models import AssistanceReceipt
from .paper_pages import paper_page
from .receipt_forms import ReceiptsForm, ReceiptUndoForm
from .receipt_papers import write_receipt_sheet
from .receipts import sign_for, take_back_receipt, youths_reached
from .views import log_case_view, visible_assistance


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


def assistance_receipt_print(request, assistance_pk):
    """The sheet to sign as a Word file, names whole."""
    assistance = visible_assistance(request, assistance_pk)
    youths = list(youths_reached(assistance, request.user))
    return paper_page(
        request,
        assistance,
        partial(write_receipt_sheet, assistance, youths, timezone.localdate()),
        file_name=f"领取签收表-{assistance.held_on}.docx",
        title="打印领取签收表",
        notice=f"领取签收表用于签字，写明您可查阅的 {len(youths)} 名帮扶对象的姓名，不遮盖。",
        reasons=["发放物资签字", "补签", "存档"],
        shown=youths,
    )
