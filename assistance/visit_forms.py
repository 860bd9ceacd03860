"""Forms for pairings' pledge and rhythm, and for visits."""

from django import forms

from yl_district.pages.forms import ActionForm, PageForm

from .models import Assistance, Pairing, Visit
from .visiting import save_visit


class PairingTermsForm(PageForm):
    """The pledge of secrecy of a pairing's volunteer, and how often visits are due."""

    groups = [("保密承诺", "pledged_on"), ("走访", "visit_every", "visit_rhythm")]

    class Meta:
        model = Pairing
        help_texts = {
            "pledged_on": "志愿者签了纸质承诺书的日期；扫描件附在结对的页面上。",
            "visit_every": "每隔多久走访一次，如 1 个月、2 周；不定期的不填。",
        }


class VisitForm(PageForm):
    """A visit planned, done or both; the pairing is given by the page."""

    fixed = ("pairing",)
    groups = [("", "planned_on", "done_on", "way"), ("情况", "observations", "wishes", "cancel_reason")]

    class Meta:
        model = Visit
        help_texts = {"planned_on": "只填计划日期的，是安排走访。", "done_on": "走访以后填写。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if not self.instance.cancelled_on:
            del self.fields["cancel_reason"]

    def save(self, commit=True):
        save_visit(self.instance, self.user)
        return self.instance


class VisitCancelForm(ActionForm):
    """When and why a visit is cancelled."""

    day = forms.DateField(label="取消日期")
    cancel_reason = forms.CharField(label="取消原因", max_length=200)


class VisitCountForm(ActionForm):
    """What kind of assistance a visit was."""

    kind = forms.ChoiceField(label="帮扶类别", choices=Assistance.Kind)
    content = forms.CharField(label="内容", required=False, widget=forms.Textarea)


class VisitConfirmForm(ActionForm):
    """Confirms an act on a visit or its pairing; has no fields."""
