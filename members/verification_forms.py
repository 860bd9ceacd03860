"""Forms of rounds of verification and of what branches answer."""

from django import forms

from orgs.forms import OrganisationChoiceField
from orgs.models import Organisation
from orgs.roles import RoleKind
from yl_district.days import has_ended
from yl_district.pages.folding import Folded
from yl_district.pages.forms import ActionForm, PageForm
from yl_district.pages.record_choices import SeveralChoiceField, is_key
from yl_district.pinyin import NAME_ORDER, search_text
from yl_district.validators import problem

from .models import Member, Verification, VerificationRound


class VerificationRoundForm(PageForm):
    """A round as its organisation opens it."""

    groups = [("", "organisation", "name", "opened_on", "due_on", "note")]
    today_in = "opened_on"

    class Meta:
        model = VerificationRound
        field_classes = {"organisation": OrganisationChoiceField}
        help_texts = {
            "organisation": "请这一组织及下级的全部团支部核实。",
            "name": "如：2026年上半年团员核实。",
            "note": "各支部填报时看到，如核实哪些内容、向谁询问。",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk is None:
            self.instance.opened_by = self.user
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.visible_as(self.user, RoleKind.STAFF)
        if kept := field.queryset.order_by("path").first():
            self.initial.setdefault("organisation", kept.pk)


class VerificationRoundTextForm(PageForm):
    """What can be changed of a round that is open."""

    groups = [("", "name", "due_on", "note")]

    class Meta:
        model = VerificationRound


class VerificationRoundCloseForm(ActionForm):
    """Confirms that a round is closed; has no fields."""


class VerificationAnswersForm(ActionForm):
    """What a branch found of those of its members who are ticked, the same of each.

    Whoever cannot be answered for any more is passed over and named; the rest is noted. `rows` are what the page draws.
    """

    groups = [("", "result"), Folded("说明", "note")]

    result = forms.ChoiceField(
        label="核实结果",
        choices=[(one.value, one.label) for one in (Verification.Result.RIGHT, Verification.Result.UNREACHABLE)],
        initial=Verification.Result.RIGHT,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
    members = SeveralChoiceField(
        Member.objects.none(),
        label="核实了谁",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "所选的人不是这个团支部的团员，请刷新页面后重新勾选。"},
    )
    # The keys of those whom the page showed with an answer, so that nobody else's later answer is overwritten unseen.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, verification_round, branch, **options):
        super().__init__(*args, **options)
        self.round, self.branch, self.passed_over, self.done = verification_round, branch, [], 0
        self.fields["members"].queryset = Member.objects.visible_to(self.user).filter(branch=branch)
        self.answers = {one.member_id: one for one in self._answers()}

    def _answers(self):
        found = self.round.verifications.filter(member__branch=self.branch)
        return found.select_related("member__person", "answered_by").order_by("-answered_on", "-pk")

    def _fieldset(self, legend, names):
        return super()._fieldset(legend, [name for name in names if name not in ("members", "seen")])

    @property
    def rows(self):
        """(member, what the member is looked for by, whether ticked) of those without an answer, by name."""
        ticked = {str(key) for key in self["members"].value() or ()}
        roll = self.round.roll(self.day).filter(branch=self.branch).exclude(pk__in=self.answers)
        members = roll.visible_to(self.user).select_related("person")
        order = [f"person__{name}" for name in NAME_ORDER]
        return [(one, search_text(one.person.shown_name), str(one.pk) in ticked) for one in members.order_by(*order)]

    @property
    def answered(self):
        """(answer, whether its member is ticked) of those with one, the latest first."""
        ticked = {str(key) for key in self["members"].value() or ()}
        return [(one, str(one.member_id) in ticked) for one in self.answers.values()]

    @property
    def seen_now(self):
        """The keys of the members with an answer, as the page sends them back."""
        return " ".join(str(key) for key in self.answers)

    def clean_seen(self):
        """The keys of the members whose answers the page that was sent had shown."""
        return {int(key) for key in self.cleaned_data["seen"].split() if is_key(key)}

    def clean(self):
        data = super().clean()
        chosen = list(data.get("members") or ())
        if not chosen and "members" not in self.errors:
            self.add_error("members", problem("至少一名团员", "请勾选已核实的团员"))
        to_answer = []
        for member in chosen:
            why = self._why_not(member, data.get("seen") or set())
            self.passed_over.append((member, why)) if why else to_answer.append(member)
        if chosen and not to_answer:
            told = "；".join(f"{member}：{why}" for member, why in self.passed_over)
            self.add_error("members", problem(f"可以填报的团员（{told}）", "请刷新页面后核对"))
        data["members"] = to_answer
        return data

    def _why_not(self, member, seen):
        """Why a member cannot be answered for, "" where nothing is against it."""
        if has_ended(member, self.day):
            return f"已于 {member.left_on} {member.get_status_display()}"
        answer = self.answers.get(member.pk)
        if answer and member.pk not in seen:
            return f"打开本页后已由{answer.answered_by}填报为“{answer.get_result_display()}”"
        return ""

    @property
    def saved_note(self):
        """Whom the answers left out, and why."""
        told = "；".join(f"{member}{why}" for member, why in self.passed_over)
        return f"没有登记 {len(self.passed_over)} 名：{told}。" if told else ""
