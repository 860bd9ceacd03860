"""Receipts of what an assistance gave: signed for by one or all at once, and taken back."""

from django.core.exceptions import ValidationError
from django.db import transaction

from yl_district.history.tracking import because
from yl_district.validators import problem

from .models import Assistance, AssistanceReceipt, AssistedYouth


def youths_reached(assistance, user):
    """The youths whom an assistance reached and whose files the user may open, by name, each with its person."""
    youths = AssistedYouth.objects.visible_to(user).reached_by(assistance)
    return youths.with_person().in_name_order().order_by("name_rank", "pk")


def receipts_shown(assistance, user):
    """[(youth, receipt or None)] of the youths of an assistance whose files the user may open, by name."""
    receipts = AssistanceReceipt.objects.visible_to(user).filter(assistance=assistance)
    signed = {receipt.youth_id: receipt for receipt in receipts}
    return [(youth, signed.get(youth.pk)) for youth in youths_reached(assistance, user)]


@transaction.atomic
def sign_for(assistance, *, youths, **facts):
    """Notes that these youths have signed, each with the same facts; returns the receipts.

    A guardian whose name is not told is the one of the file. Raises ValidationError where one has signed before.
    """
    Assistance.objects.select_for_update(no_key=True, of=("self",)).get(pk=assistance.pk)
    before = AssistanceReceipt.objects.filter(assistance=assistance).signed_by(youths).select_related("youth")
    if told := "、".join(str(receipt.youth) for receipt in before):
        raise ValidationError({"youths": problem("还没有签收的帮扶对象", f"{told}已有签收登记，请取消勾选")})
    receipts = [AssistanceReceipt(assistance=assistance, youth=youth, **facts) for youth in youths]
    for receipt in receipts:
        if receipt.receiver == receipt.Receiver.GUARDIAN and not receipt.receiver_name:
            receipt.receiver_name = receipt.youth.guardian
        receipt.full_clean()
        receipt.save()
    return receipts


@transaction.atomic
def take_back_receipt(receipt, reason):
    """Deletes a receipt, for a reason that the history keeps; raises ValidationError where somebody else has."""
    stored = AssistanceReceipt.objects.select_for_update(of=("self",)).filter(pk=receipt.pk).first()
    if stored is None:
        raise ValidationError(problem("仍在的签收登记", "这条签收已由他人撤销，请刷新页面查看"))
    with because(reason):
        stored.delete()
