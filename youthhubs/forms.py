"""Forms for youth hubs and volunteers."""

from django import forms
from django.core.exceptions import ValidationError

from members.forms import DOCUMENTS_GROUP, PERSON_GROUP, PersonForm
from members.models import Volunteer
from orgs.forms import OrganisationChoiceField
from yl_district.pages.folding import Folded
from yl_district.pages.forms import ActionForm, PageForm
from yl_district.pages.record_choices import RecordChoiceField

from .actions import lock_places, save_place
from .models import Hub, HubStaff, HubYear, TeamMember


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
    """A volunteer; the team is chosen when the volunteer is registered, and then changed by acts with a day."""

    stays = ("hub", "joined_on")
    groups = [
        PERSON_GROUP,
        ("志愿者", "hub"),
        DOCUMENTS_GROUP,
        Folded("志愿服务", "employer", "volunteer_no", "joined_on", "left_on", "pledged_on", "bound_on", "remark"),
    ]
    hub = RecordChoiceField(Hub.objects.all(), label="志愿者队伍", required=False)

    class Meta:
        model = Volunteer

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            del self.fields["hub"]
        else:
            self.fields["hub"].required = self.fields["hub"].widget.is_required = not self.user.reaches_root

    def save(self, commit=True):
        """Saves the volunteer, a new one with the place in a hub's team."""
        hub, volunteer = self.cleaned_data.get("hub"), super().save(commit)
        if hub:
            save_place(TeamMember(volunteer=volunteer, hub=hub))
        return volunteer


class VolunteerEndForm(ActionForm):
    """The day on which a volunteer leaves."""

    day = forms.DateField(label="退出日期")


class VolunteerTeamForm(ActionForm):
    """The team that a volunteer joins, and from when."""

    hub = RecordChoiceField(Hub.objects.all(), label="志愿者队伍", required=False, help_text="留空表示离开现在的队伍。")
    day = forms.DateField(label="自何日起")


class TeamMemberForm(PageForm):
    """A place in a team, to be corrected."""

    groups = [("", "hub", "started_on", "ended_on")]
    fixed = ("volunteer",)

    class Meta:
        model = TeamMember

    @classmethod
    def lock(cls, record):
        lock_places(record.volunteer)

    def save(self, commit=True):
        """Saves the place unless it overlaps with another one of the volunteer."""
        self.instance.check_overlap()
        return super().save(commit)


class HubStaffForm(PersonForm):
    """Somebody's work at a hub, which the page gives."""

    groups = [
        PERSON_GROUP,
        ("岗位", "role", "started_on", "ended_on"),
        DOCUMENTS_GROUP,
    ]
    fixed = ("hub",)

    class Meta:
        model = HubStaff
        help_texts = {"started_on": "一直如此的留空。"}

    def _post_clean(self):
        super()._post_clean()
        if not self.errors and self.instance.person_id:
            try:
                self.instance.check_overlap()
            except ValidationError as error:
                self.add_error(None, error)


class HubStaffEndForm(ActionForm):
    """The day on which somebody's work at a hub ends."""

    day = forms.DateField(label="结束日期")
