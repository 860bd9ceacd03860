"""Forms for receipts of what assistances gave."""

from django import forms

from yl_district.pages.forms import ActionForm

from .forms import AssistedYouthsField, TakeBackForm
from .models import AssistanceReceipt, AssistedYouth


class ReceiptsForm(ActionForm):
    """Which youths have signed for an assistance, on which day and by whose hand; all are chosen at first."""

    groups = [("谁签收了", "youths"), ("签收", "received_on", "receiver", "receiver_name", "note")]

    youths = AssistedYouthsField(
        AssistedYouth.objects.none(),
        label="帮扶对象",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "所选帮扶对象已由他人登记签收，或已不是这次帮扶的对象：请核对后重新勾选。"},
    )
    received_on = forms.DateField(label="签收日期")
    receiver = forms.ChoiceField(label="签收人", choices=AssistanceReceipt.Receiver.choices)
    receiver_name = forms.CharField(
        label="签收人姓名",
        max_length=30,
        required=False,
        help_text="本人签收的不填；监护人签收的，留空即取档案中的监护人；代领人的姓名必填。",
    )
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea, help_text="加密保存。")

    def __init__(self, *args, unsigned, **options):
        super().__init__(*args, **options)
        field = self.fields["youths"]
        field.queryset = unsigned
        self.initial.setdefault("youths", [youth.pk for youth in unsigned])
        if not unsigned:
            field.help_text = "您可查阅的帮扶对象都已登记签收。"


class ReceiptUndoForm(TakeBackForm):
    """Why a receipt is taken back."""

    act = "撤销"
