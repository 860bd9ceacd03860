"""Forms for youth hubs and volunteers."""

from django import forms

from members.forms import PERSON_GROUP, PersonForm
from members.models import Volunteer
from orgs.forms import OrganisationChoiceField
from yl_district.pages.forms import ActionForm, PageForm

from .models import Hub, HubYear, TeamMember


class HubForm(PageForm):
    """A youth hub."""

    groups = [("", "name", "organisation", "opened_on", "closed_on")]

    class Meta:
        model = Hub
        field_classes = {"organisation": OrganisationChoiceField}


class HubCloseForm(ActionForm):
    """The closing date of a hub."""

    day = forms.DateField(label="关闭日期")


class HubYearForm(PageForm):
    """A hub's data for one year; the hub is given by the page."""

    groups = [("", "year", "tier", "director", "address", "remark")]
    fixed = ("hub",)

    class Meta:
        model = HubYear


class VolunteerForm(PersonForm):
    """A volunteer, with their hub's team."""

    groups = [
        PERSON_GROUP,
        ("志愿者", "hub", "employer", "volunteer_no", "joined_on", "pledged_on", "bound_on", "remark"),
    ]
    hub = forms.ModelChoiceField(Hub.objects.all(), label="志愿者队伍", required=False)

    class Meta:
        model = Volunteer

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        team = getattr(self.instance, "team", None)
        self.initial["hub"] = team and team.hub_id
        self.fields["hub"].required = self.fields["hub"].widget.is_required = not self.user.reaches_root

    def save(self, commit=True):
        """Saves the volunteer and their membership in a hub's team."""
        volunteer = super().save(commit)
        hub = self.cleaned_data["hub"]
        if hub:
            TeamMember.objects.update_or_create(volunteer=volunteer, defaults={"hub": hub})
        else:
            TeamMember.objects.filter(volunteer=volunteer).delete()
        return volunteer
