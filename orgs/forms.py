"""Forms for organisations, two-new organisations, contacts with them and supplies."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from yl_district.days import check_days, coming_end
from yl_district.pages.folding import Folded
from yl_district.pages.forms import ActionForm, PageForm
from yl_district.pages.record_choices import RecordChoiceField

from .models import (
    CONTACT_POINT_LINE,
    UNIT_STATE_FIELDS,
    VERIFIED_LINE,
    Organisation,
    Supply,
    Unit,
    UnitChange,
    UnitContact,
    check_founding_day,
    opening_changes,
    possible_kinds,
)


class OrganisationChoiceField(RecordChoiceField):
    """A choice of an organisation, indented by its depth; those dissolved, or soon to be, are marked."""

    lists_first = True

    def label_from_instance(self, organisation):
        ended = f"（{coming_end(organisation, timezone.localdate()) or '已撤销'}）" if organisation.dissolved_on else ""
        return f"{'　' * (organisation.depth - 1)}{organisation.name}{ended}"


class OrganisationForm(PageForm):
    """An organisation and its place in the tree."""

    parent = OrganisationChoiceField(label="上级组织", queryset=Organisation.objects.all())
    stays = ("parent", "category", "domain")
    groups = [
        ("组织", "name", "level", "parent", "category", "domain", "domain_since", "founded_on", "last_election_on"),
        ("联系", "chat_kind", "chat_number", "address", "remark"),
    ]

    class Meta:
        model = Organisation
        help_texts = {
            "domain_since": "现在的领域从这一天起；一直如此的留空。",
            "level": "本系统的名称和总结中的称呼随它而变。",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["parent"].queryset = Organisation.objects.changeable_by(self.user)
        if not (self.instance.pk and self.instance.is_root()):
            del self.fields["level"]
        if self.instance.pk:
            self._offer_parents()

    def _offer_parents(self):
        """Offers the parents to which the organisation can move: any but itself and its descendants.

        Removes the field for the root, and where the current parent is outside the user's scope.
        """
        parents = self.fields["parent"].queryset.exclude(path__startswith=self.instance.path)
        above = Organisation.objects.get_parent(self.instance)
        if above is None or not parents.filter(pk=above.pk).exists():
            del self.fields["parent"]
            return
        self.fields["parent"].queryset = parents
        self.initial["parent"] = above.pk

    def save(self, commit=True):
        """Saves the organisation, and adds or moves it below the parent chosen."""
        parent = self.cleaned_data.get("parent")
        if self.instance.pk is None:
            return Organisation.objects.add_child(parent, instance=self.instance)
        super().save(commit)
        if parent and parent.pk != self.initial["parent"]:
            self.instance.move_below(parent)
        return self.instance


class OrganisationDissolveForm(ActionForm):
    """The day on which an organisation is dissolved."""

    day = forms.DateField(label="撤销日期")


class UnitForm(PageForm):
    """A two-new organisation; what becomes of a known one is told by its changes."""

    stays = ("kind", "league_form", "branch")
    groups = [
        ("单位", "name", "credit_code", "kind", "has_party_branch", "employees", "youths", "address"),
        ("建团条件", "league_members", "secretary_name"),
        ("建团", "league_form", "branch", "league_founded_on", "task_year", "is_contact_point", "listed_on"),
        ("状态与联系", "status", "status_on", "verified_on", "contact_name", "contact_phone", "remark"),
    ]

    listed_on = forms.DateField(label="列为联系点自", required=False, help_text="留空：自建团日期起。")

    class Meta:
        model = Unit
        field_classes = {"branch": OrganisationChoiceField}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        # A unit without a branch belongs to the root, so only the committee's staff could open it afterwards.
        self.fields["branch"].required = not self.user.is_committee_staff
        self.fields["status"].initial = Unit.Status.NORMAL
        if self.instance.pk:
            for name in (*UNIT_STATE_FIELDS, "listed_on"):
                del self.fields[name]

    def _post_clean(self):
        super()._post_clean()
        self.opening = [] if self.instance.pk or self.errors else self._opening_changes()
        if self.instance.pk and "league_founded_on" in self.changed_data:
            try:
                check_founding_day(self.instance.league_founded_on, list(self.instance.changes.in_order()))
            except ValidationError as error:
                self.add_error(None, error)

    def _opening_changes(self):
        """The changes that a new unit's state means; their errors are shown at the fields of the form."""
        found = opening_changes(self.instance, self.cleaned_data.get("listed_on"))
        for change in found:
            day = {CONTACT_POINT_LINE: "listed_on", VERIFIED_LINE: "verified_on"}.get(change.line, "status_on")
            try:
                change.clean()
                check_days(change, self.day)
            except ValidationError as error:
                self.add_error(day, error.error_dict["happened_on"])
        return found

    def save(self, commit=True):
        """Saves the unit, and with a new one the changes that its state means."""
        unit = super().save(commit)
        for change in self.opening:
            change.save()
        return unit


class UnitChangeForm(PageForm):
    """A change of a two-new organisation."""

    stays = ("kind", "happened_on")
    groups = [("", "unit", "kind", "happened_on", "remark"), Folded("方式与经办人", "way", "handled_by")]

    class Meta:
        model = UnitChange

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["happened_on"].required = not self.instance.pk or self.instance.happened_on is not None
        self.fields["happened_on"].widget.is_required = self.fields["happened_on"].required
        unit = self.instance.unit if self.instance.pk else self._proposed_unit()
        if self.instance.pk:
            del self.fields["unit"]
        if unit:
            others = UnitChange.objects.filter(unit=unit).exclude(pk=self.instance.pk).in_order()
            possible = possible_kinds(others)
            choices = self.fields["kind"].widget.choices
            self.fields["kind"].widget.choices = [one for one in choices if not one[0] or one[0] in possible]

    def add_error(self, field, error):
        """Says only once that the day is missing."""
        if hasattr(error, "error_dict") and "happened_on" in self.errors:
            error.error_dict.pop("happened_on", None)
        super().add_error(field, error)

    def _proposed_unit(self):
        """The unit whose page led here, where the user may see it."""
        key = str(self.initial.get("unit") or "")
        return self.fields["unit"].queryset.filter(pk=key).first() if key.isascii() and key.isdigit() else None

    def _post_clean(self):
        super()._post_clean()
        if not self.errors:
            try:
                self.instance.check_overlap()
            except ValidationError as error:
                self.add_error(None, error)


class UnitContactForm(PageForm):
    """One contact with a two-new organisation."""

    stays = ("held_on", "form")
    groups = [
        ("", "unit", "held_on", "form"),
        Folded("联系人、内容与下一步", "contact_name", "content", "next_step", "next_on"),
    ]
    today_in = "held_on"

    class Meta:
        model = UnitContact

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.proposed.get("logged"):
            # In one tap, so that only what was talked about is missing.
            self.groups = [
                ("", "contact_name", "content", "next_step", "next_on"),
                Folded("单位、日期与方式", "unit", "held_on", "form"),
            ]


class SupplyForm(PageForm):
    """Supplies issued to an organisation."""

    stays = ("issued_on", "item")
    groups = [("", "issued_on", "organisation", "item", "quantity")]
    today_in = "issued_on"

    class Meta:
        model = Supply
        field_classes = {"organisation": OrganisationChoiceField}
        widgets = {"item": forms.TextInput({"placeholder": "团旗、团徽……"})}
