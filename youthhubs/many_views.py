"""Acts for many volunteers at once."""

from members.models import Volunteer
from yl_district.pages.acts_for_many import ActForMany, bind_record, refuse_ended
from yl_district.pages.forms import BindingForm
from yl_district.pages.many_pages import page_of_many

from .filters import VolunteerFilter
from .forms import VolunteerEndForm


def chosen_volunteers(user):
    """The volunteers whom the user may see."""
    return Volunteer.objects.visible_to(user).select_related("person").prefetch_related("places__hub")


def end_service(request, volunteer, form):
    """Ends a volunteer's service."""
    refuse_ended(volunteer, form.day)
    volunteer.leave(**form.cleaned_data)


def named_with_team(volunteer):
    """A volunteer's name and latest team."""
    return f"{volunteer}（{volunteer.team.hub}）" if volunteer.team else str(volunteer)


OF_VOLUNTEERS = {
    "counted": "名志愿者",
    "of_list": "volunteer_list",
    "rows": chosen_volunteers,
    "filter_class": VolunteerFilter,
    "told": named_with_team,
}

volunteers_bind = page_of_many(
    ActForMany(
        "volunteers_bind",
        "登记绑定",
        icon="link",
        form=lambda user, rows: BindingForm,
        act=bind_record,
        **OF_VOLUNTEERS,
    )
)
volunteers_end = page_of_many(
    ActForMany(
        "volunteers_end",
        "办理退出",
        icon="user-off",
        form=lambda user, rows: VolunteerEndForm,
        act=end_service,
        **OF_VOLUNTEERS,
    )
)
