"""Forms of acts for two-new organisations: a change for several, a verification, the founding of a branch."""

from functools import partial

from django import forms
from django.core.exceptions import ValidationError

from yl_district.pages.forms import ActionForm, prepare_field, refuse_after
from yl_district.validators import problem

from .forms import OrganisationChoiceField
from .models import NONPUBLIC_DOMAINS, Domain, Organisation, Unit, UnitChange
from .unit_actions import found_league_body, register_change, verify_unit

# What several units can become on one day, each in the same way.
CHANGED_TOGETHER = (
    UnitChange.Kind.CANDIDATE,
    UnitChange.Kind.PREPARING,
    UnitChange.Kind.DROPPED,
    UnitChange.Kind.RECOMMENDED,
    UnitChange.Kind.LISTED,
    UnitChange.Kind.REFUSED,
)


class UnitActForm(ActionForm):
    """The day of an act for a two-new organisation, in which way and by whom."""

    own = ("way", "handled_by", "remark")

    day = forms.DateField(label="日期")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        refuse_after(self.fields["day"], self.day)
        self.initial.setdefault("day", self.day)
        for name, field in forms.fields_for_model(UnitChange, self.own).items():
            prepare_field(field)
            self.fields[name] = field


class UnitsChangeForm(UnitActForm):
    """A change of several two-new organisations."""

    groups = [("", "kind", "day", "handled_by", "remark")]
    own = ("handled_by", "remark")

    kind = forms.ChoiceField(label="事项", choices=[("", "请选择"), *((one, one.label) for one in CHANGED_TOGETHER)])

    def act(self, unit):
        """Registers the change of one unit."""
        told = {name: self.cleaned_data[name] for name in ("kind", "handled_by", "remark")}
        register_change(UnitChange(unit=unit, happened_on=self.cleaned_data["day"], **told))


class UnitsVerifyForm(UnitActForm):
    """A verification that found several two-new organisations in business and in reach."""

    groups = [("", "day", "way", "handled_by", "remark")]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["day"].label = "核实日期"
        self.initial.setdefault("handled_by", self.user.name)

    def act(self, unit):
        """Registers the verification of one unit."""
        verify_unit(unit, **self.cleaned_data)


class UnitVerifyForm(UnitsVerifyForm):
    """A verification of one two-new organisation, and in which state it was found."""

    groups = [("", "result", "day", "way", "handled_by", "remark")]

    result = forms.ChoiceField(
        label="核实结果",
        choices=Unit.Status,
        help_text="不是正常的，同时登记这一天的状态变更。",
        initial=Unit.Status.NORMAL,
    )


class UnitsFoundForm(ActionForm):
    """The branch that is founded for two-new organisations, or that they join."""

    groups = [
        ("建团", "day", "task_year"),
        ("加入已有的团支部", "branch"),
        ("或新建团支部", "branch_name", "parent", "domain"),
    ]

    day = forms.DateField(label="建团日期")
    branch = OrganisationChoiceField(label="团支部", queryset=Organisation.objects.all(), required=False)
    branch_name = forms.CharField(label="新团支部名称", max_length=60, required=False)
    parent = OrganisationChoiceField(label="上级组织", queryset=Organisation.objects.all(), required=False)
    domain = forms.ChoiceField(
        label="所属领域",
        choices=[("", "未填写"), *((one, Domain(one).label) for one in NONPUBLIC_DOMAINS)],
        required=False,
    )

    def __init__(self, *args, number, **options):
        super().__init__(*args, **options)
        self.number, self.founded = number, None
        refuse_after(self.fields["day"], self.day)
        self.fields["branch"].queryset = Organisation.objects.visible_to(self.user).as_of(self.day)
        task_year = forms.fields_for_model(Unit, ["task_year"])["task_year"]
        prepare_field(task_year)
        self.fields["task_year"] = task_year
        if self.user.may_open("organisation_create"):
            self.fields["parent"].queryset = Organisation.objects.changeable_by(self.user).as_of(self.day)
        else:
            for name in ("branch_name", "parent", "domain"):
                del self.fields[name]

    def clean(self):
        """Raises ValidationError unless either an existing branch is chosen or a new one is told of."""
        data = super().clean()
        name = data.get("branch_name")
        if data.get("branch") and name:
            self.add_error("branch_name", problem("已有的和新建的团支部只填一处", "请清空其中一处"))
        elif name:
            self._clean_new_branch(data)
        elif not data.get("branch") and "branch" not in self.errors:
            or_new = "，或填写新团支部名称" if "branch_name" in self.fields else ""
            self.add_error("branch", f"请选择团支部{or_new}。")
        return data

    def _clean_new_branch(self, data):
        for name in ("parent", "domain"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, f"新建团支部时请选择{self.fields[name].label}。")
        if self.errors:
            return
        try:
            self._new_branch().full_clean(exclude=["path", "depth", "numchild"])
        except ValidationError as error:
            names = {"name": "branch_name", "founded_on": "day"}
            for field, errors in error.error_dict.items():
                self.add_error(names.get(field), errors)

    def _new_branch(self):
        data, category = self.cleaned_data, Organisation.Category
        kind = category.JOINT_BRANCH if self.number > 1 else category.BRANCH
        return Organisation(name=data["branch_name"], category=kind, domain=data["domain"], founded_on=data["day"])

    def act(self, unit):
        """Founds the new branch with the first unit that takes it, and registers the founding for the unit."""
        day = self.cleaned_data["day"]
        unit.check_founding(day)
        if not self.cleaned_data["branch"] and not self._is_founded():
            self.founded = Organisation.objects.add_child(self.cleaned_data["parent"], instance=self._new_branch())
        found_league_body(unit, self.cleaned_data["branch"] or self.founded, day, self.cleaned_data["task_year"])

    def _is_founded(self):
        # What a unit that was refused had founded is taken back with it.
        return bool(self.founded) and Organisation.objects.filter(pk=self.founded.pk).exists()


def units_found_form(user, units):
    """Makes the form by which a branch is founded for these units."""
    return partial(UnitsFoundForm, number=len(units))
