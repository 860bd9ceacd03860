"""Acts for many organisations at once."""

from yl_district.pages.acts_for_many import ActForMany
from yl_district.pages.many_pages import page_of_many

from .filters import OrganisationFilter
from .models import Organisation, Supply
from .roles import RECORD_KEEPERS
from .supply_forms import SuppliesForm


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
