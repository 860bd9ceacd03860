"""Acts for many organisations, or two-new organisations, at once."""

from yl_district.pages.acts_for_many import ActForMany
from yl_district.pages.many_pages import page_of_many

from .filters import OrganisationFilter, UnitFilter
from .models import Organisation, Supply, Unit
from .roles import RECORD_KEEPERS
from .supply_forms import SuppliesForm
from .unit_forms import UnitsChangeForm, UnitsVerifyForm, units_found_form


def chosen_organisations(user):
    """The organisations whose records the user keeps."""
    return Organisation.objects.visible_as(user, *RECORD_KEEPERS)


def issue_supplies(request, organisation, form):
    """Registers what an organisation was given: one record for each item."""
    day = form.cleaned_data["issued_on"]
    for item, quantity in form.lines:
        supply = Supply(organisation=organisation, issued_on=day, item=item, quantity=quantity)
        supply.full_clean()
        supply.save()


supplies_issue = page_of_many(
    ActForMany(
        "supplies_issue",
        "配发物资",
        icon="package",
        counted="个团组织",
        of_list="organisation_list",
        rows=chosen_organisations,
        filter_class=OrganisationFilter,
        form=lambda user, organisations: SuppliesForm,
        act=issue_supplies,
    )
)


def act_on_unit(request, unit, form):
    """Does the act of the form for one two-new organisation."""
    form.act(unit)


OF_UNITS = {
    "counted": "家两新组织",
    "of_list": "unit_list",
    "rows": lambda user: Unit.objects.visible_to(user).select_related("branch"),
    "filter_class": UnitFilter,
    "act": act_on_unit,
}

units_verify = page_of_many(
    ActForMany(
        "units_verify",
        "核实无误",
        icon="checks",
        form=lambda user, units: UnitsVerifyForm,
        notice=lambda form: "原来联系不上的，同时登记恢复联系；迁址、注销、联系不上的请在各单位的页面上核实。",
        **OF_UNITS,
    )
)
units_change = page_of_many(
    ActForMany("units_change", "登记进展", icon="stairs-up", form=lambda user, units: UnitsChangeForm, **OF_UNITS)
)
units_found = page_of_many(
    ActForMany(
        "units_found",
        "建团",
        icon="flag",
        form=units_found_form,
        notice=lambda form: "几家同属一个团支部的，登记为联合组建；只有一家的为单独组建。",
        **OF_UNITS,
    )
)
