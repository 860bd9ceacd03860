"""What is read about case files: assisted youths, plans, pairings, assistances and scholarships."""

from django import forms
from django.core.exceptions import ValidationError

from members.forms import PERSON_GROUP, PersonForm
from members.models import Volunteer
from orgs.forms import OrganisationChoiceField
from yl_district.forms import ActionForm, PageForm, SeveralChoiceField
from yl_district.validators import problem

from .models import Assistance, AssistedYouth, Scholarship, ServicePlan


class AssistedYouthForm(PersonForm):
    """An assisted youth's time in the register."""

    groups = [
        PERSON_GROUP,
        ("在库", "organisation", "registered_on", "removed_on", "bound_on"),
        ("情况", "school", "grade", "hardship", "focus_group", "guardian", "guardian_phone"),
        ("", "needs", "remark"),
    ]

    class Meta:
        model = AssistedYouth
        exclude = ["person"]
        field_classes = {"organisation": OrganisationChoiceField}


class AssistedYouthRemoveForm(ActionForm):
    """The day on which a youth leaves the register."""

    day = forms.DateField(label="出库日期")


class ServicePlanForm(PageForm):
    """A youth's plan for a year; the youth is that of the page."""

    groups = [("", "year", "signed_on", "assessment", "goals", "measures")]
    fixed = ("youth",)

    class Meta:
        model = ServicePlan
        exclude = ["youth"]


class VolunteerChoiceField(forms.ModelChoiceField):
    """A choice of a volunteer, told from namesakes by hub or employer."""

    def label_from_instance(self, volunteer):
        return volunteer_label(volunteer)


class VolunteersChoiceField(SeveralChoiceField):
    """A choice of several volunteers."""

    def label_from_instance(self, volunteer):
        return volunteer_label(volunteer)


def volunteer_label(volunteer):
    """A volunteer's name with the employer, where it is known."""
    return f"{volunteer.person.name}（{volunteer.employer}）" if volunteer.employer else volunteer.person.name


VOLUNTEERS = Volunteer.objects.select_related("person").order_by("person__search_text", "pk")


class PairingForm(ActionForm):
    """A youth's fixed volunteer, and the day from which on."""

    volunteer = VolunteerChoiceField(VOLUNTEERS, label="固定志愿者")
    day = forms.DateField(label="结对日期")


class PairingEndForm(ActionForm):
    """The day on which a pairing ends."""

    day = forms.DateField(label="结束日期")


class AssistedYouthsField(SeveralChoiceField):
    """A choice of assisted youths by name and organisation."""

    def label_from_instance(self, youth):
        return f"{youth.person.name}（{youth.organisation}）"


class AssistanceForm(PageForm):
    """An assistance given to some or all of the youths in the register that day."""

    past = ("held_on",)
    groups = [
        ("", "held_on", "kind", "form"),
        ("帮扶了谁", "with_everyone", "youths"),
        ("情况", "volunteers", "partners", "amount", "content"),
    ]

    class Meta:
        model = Assistance
        fields = [
            "held_on",
            "kind",
            "form",
            "with_everyone",
            "youths",
            "volunteers",
            "partners",
            "amount",
            "content",
        ]
        field_classes = {"youths": AssistedYouthsField, "volunteers": VolunteersChoiceField}
        widgets = {"youths": forms.CheckboxSelectMultiple}
        labels = {"amount": "金额（元）"}
        error_messages = {"youths": {"invalid_choice": "所选帮扶对象在这一天不在库，请重新选择。"}}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["volunteers"].queryset = VOLUNTEERS.all()
        if not self.instance.pk:
            self.initial.setdefault("held_on", self.day)
        field = self.fields["youths"]
        field.queryset = self._register()
        if not field.queryset:
            field.help_text = "先填写日期；这一天没有在库的帮扶对象时，这里是空的。"

    def _register(self):
        """The youths among whom to choose, by the day filled in so far."""
        value = self.data.get(self.add_prefix("held_on")) if self.is_bound else self.initial.get("held_on")
        try:
            day = self.fields["held_on"].clean(value)
        except ValidationError:
            return AssistedYouth.objects.none()
        return AssistedYouth.objects.as_of(day).select_related("person", "organisation")

    def clean(self):
        data = super().clean()
        if not data.get("held_on"):
            return data
        if not self.fields["youths"].queryset:
            self.errors.pop("youths", None)
            self.add_error("held_on", problem("有帮扶对象在库的日期", "请核对日期，或先登记帮扶对象"))
        elif data["with_everyone"]:
            self.errors.pop("youths", None)
            data["youths"] = AssistedYouth.objects.none()
        elif not data.get("youths") and "youths" not in self.errors:
            self.add_error("youths", problem("至少一名帮扶对象", "请勾选受帮扶的对象，或勾选全部在库对象"))
        return data


class ScholarshipForm(PersonForm):
    """A scholarship application of a student."""

    person_field = "student"
    groups = [
        PERSON_GROUP,
        ("申报", "year", "school", "stage", "applied_on", "status", "is_on_platform"),
        ("资助", "approved_on", "amount", "donor", "remark"),
    ]

    class Meta:
        model = Scholarship
        exclude = ["student"]
        labels = {"amount": "资助金额（元）"}
