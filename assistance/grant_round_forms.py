"""Forms of requests for many grants, and of the decision on them."""

from django import forms

from orgs.forms import OrganisationChoiceField
from yl_district.pages.forms import ActionForm, PageForm, prepare_field
from yl_district.validators import problem

from .forms import offer_case_organisations
from .grant_rounds import renewable_choices, round_lines, youth_digest
from .models import LONGEST_GRANT, CaseGrantRound


class CaseGrantRoundForm(PageForm):
    """A request for the files of everybody in a register; it behaves the same however many there are."""

    groups = [("", "organisation", "days", "reason")]

    class Meta:
        model = CaseGrantRound
        field_classes = {"organisation": OrganisationChoiceField}
        labels = {"organisation": "哪个组织在库的帮扶对象"}
        help_texts = {
            "organisation": "含其下级组织。",
            "days": f"1 至 {LONGEST_GRANT} 天，按工作需要从短。",
            "reason": "写明因何工作需要查阅；不必写任何人的姓名。",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.instance.user = self.user
        if len(kept := self.user.case_organisations) == 1:
            self.initial["organisation"] = kept[0].pk
        offer_case_organisations(self)


class CaseGrantRenewForm(PageForm):
    """A request for some of the user's own grants anew."""

    groups = [("", "which", "days", "reason")]
    added = ("which",)

    class Meta:
        model = CaseGrantRound
        help_texts = {
            "days": f"自批准之日起 1 至 {LONGEST_GRANT} 天，按工作需要从短。",
            "reason": "写明因何工作需要继续查阅；不必写任何人的姓名。",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.instance.user, self.instance.kind = self.user, CaseGrantRound.Kind.RENEWAL
        self.choices = renewable_choices(self.user, self.day)
        choices = [(key, words) for key, (words, *_) in self.choices.items()]
        self.fields["which"] = forms.ChoiceField(label="续期哪些授权", choices=choices, widget=forms.RadioSelect)
        prepare_field(self.fields["which"])
        self.initial.setdefault("which", next(iter(self.choices), None))

    def clean(self):
        data = super().clean()
        if not self.choices:
            self.errors.pop("which", None)
            self.add_error(None, problem("有效的授权", "您目前没有可续期的授权，请重新申请"))
        elif data.get("which"):
            _, self.instance.organisation, self.renewed = self.choices[data["which"]]
        return data

    def save(self, commit=True):
        """Saves the request with the grants that it is about."""
        asked = super().save(commit)
        asked.renewed.set(self.renewed)
        return asked


class CaseGrantRoundDecisionForm(ActionForm):
    """Another user's decision on a request for many grants, and of whom the decider was told."""

    groups = [("", "is_approved", "days", "decision_note")]
    is_approved = forms.TypedChoiceField(
        label="审批结果",
        choices=[("yes", "全部批准"), ("no", "不批准")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(label="期限（天）", min_value=1, max_value=LONGEST_GRANT)
    decision_note = forms.CharField(label="审批意见", max_length=200, required=False)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, grant_round, **options):
        super().__init__(*args, **options)
        self.grant_round = grant_round
        self.lines = round_lines(grant_round, self.day)
        self.initial |= {"days": grant_round.days, "is_approved": "yes"}

    @property
    def shown_now(self):
        """The youths of whom the page tells, as digests that tell nothing and are only sent back."""
        return " ".join(youth_digest(self.grant_round, self.user, line.person) for line in self.lines)

    def clean_shown(self):
        """The digests of the youths of whom the page that was sent had told."""
        return frozenset(self.cleaned_data["shown"].split())


class CaseGrantRoundEndForm(ActionForm):
    """Confirms that a request is withdrawn, or that all grants of one decision end; has no fields."""
