"""Pages of youth hubs and volunteers."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from members.models import Volunteer
from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import configured_table, delete_page, end_page, form_page, list_page, rows_response

from .actions import change_team
from .filters import HubFilter, VolunteerFilter
from .forms import (
    HubCloseForm,
    HubForm,
    HubStaffEndForm,
    HubStaffForm,
    HubYearForm,
    TeamMemberForm,
    VolunteerEndForm,
    VolunteerForm,
    VolunteerTeamForm,
)
from .models import Hub, HubStaff, HubYear, TeamMember, directors_in
from .resources import HubYearResource, VolunteerResource
from .tables import HubTable, VolunteerTable


def hub_list(request):
    """The list of youth hubs; by default those open today."""
    hubs = Hub.objects.visible_to(request.user)
    return list_page(request, HubTable, HubFilter, hubs, title="青年汇")


@require_GET
def hub_export(request, book=None):
    """Exports the yearly data of the hubs listed."""
    hubs = Hub.objects.visible_to(request.user)
    return export_page(request, HubYearResource, HubTable, HubFilter, hubs, book=book, through="hub")


def hub_detail(request, pk):
    """One youth hub with its years, its staff, its volunteer team of today and those who were in it."""
    hub, today = visible_hub(request, pk), timezone.localdate()
    rows = HubStaff.objects.visible_to(request.user).filter(hub=hub).select_related("person", "hub")
    staff, present = list(rows), list(rows.as_of(today))
    years = list(hub.years.all())
    for row in years:
        row.directors = directors_in(staff, row.year)
    team = Volunteer.objects.visible_to(request.user).in_team(hub, today).as_of(today)
    context = {
        "title": hub.name,
        "hub": hub,
        "years": years,
        "staff": present,
        "former_staff": [one for one in staff if one not in present],
        "table": configured_table(request, VolunteerTable, team),
        "former": hub.team_members.left_by(today).select_related("volunteer__person"),
    }
    return rows_response(request, "youthhubs/hub_detail.html", "youthhubs/_team.html", context)


def hub_create(request):
    """Registers a youth hub."""
    return form_page(request, HubForm, title="登记青年汇", message="已登记青年汇。")


def hub_update(request, pk):
    """Corrects or completes a youth hub."""
    hub = visible_hub(request, pk)
    return form_page(request, HubForm, instance=hub, title=f"修改青年汇：{hub}", message="已保存青年汇资料。")


def hub_end(request, pk):
    """Closes a youth hub."""
    hub = visible_hub(request, pk)
    return end_page(
        request, HubCloseForm, hub, hub.close, title=f"关闭青年汇：{hub}", message="已关闭青年汇，记录保留。"
    )


def visible_hub(request, pk):
    """Returns the hub if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Hub.objects.visible_to(request.user).select_related("organisation"), pk=pk)


def hub_year_create(request, hub_pk):
    """Adds a hub's data for another year."""
    hub = visible_hub(request, hub_pk)
    return form_page(
        request, HubYearForm, instance=HubYear(hub=hub), title=f"登记年度情况：{hub}", message="已登记年度情况。"
    )


def hub_year_update(request, pk):
    """Corrects a hub's data for a year."""
    row = get_object_or_404(HubYear.objects.visible_to(request.user).select_related("hub"), pk=pk)
    return form_page(request, HubYearForm, instance=row, title=f"修改年度情况：{row}", message="已保存年度情况。")


def hub_staff_create(request, hub_pk):
    """Registers somebody's work at a hub; of the director named in the text of a `year` the name is filled in."""
    hub, initial = visible_hub(request, hub_pk), {}
    if row := next((one for one in hub.years.all() if str(one.year) == request.GET.get("year")), None):
        initial = {"name": row.director, "role": HubStaff.Role.DIRECTOR}
    return form_page(
        request,
        HubStaffForm,
        instance=HubStaff(hub=hub),
        initial=initial,
        title=f"登记负责人、社工：{hub}",
        message="已登记青年汇人员。",
    )


def hub_staff_update(request, pk):
    """Corrects somebody's work at a hub: the role, or from when to when."""
    one = visible_staff(request, pk)
    return form_page(request, HubStaffForm, instance=one, title=f"更正青年汇人员：{one}", message="已更正青年汇人员。")


def hub_staff_end(request, pk):
    """Ends somebody's work at a hub."""
    one = visible_staff(request, pk)
    return end_page(
        request,
        HubStaffEndForm,
        one,
        one.end,
        title=f"办理离岗：{one}",
        message="已办理离岗，记录保留。",
        initial={"day": timezone.localdate()},
    )


def hub_staff_delete(request, pk):
    """Deletes work at a hub that was never done."""
    one = visible_staff(request, pk)
    return delete_page(
        request,
        one,
        title=f"删除青年汇人员：{one}",
        message="已删除青年汇人员的记录。",
        after=one.get_absolute_url(),
    )


def visible_staff(request, pk):
    """Returns the work at a hub if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(HubStaff.objects.visible_to(request.user).select_related("person", "hub"), pk=pk)


def volunteer_list(request):
    """The list of volunteers."""
    volunteers = Volunteer.objects.visible_to(request.user)
    return list_page(request, VolunteerTable, VolunteerFilter, volunteers, title="志愿者")


@require_GET
def volunteer_export(request, **options):
    """Exports the list of volunteers."""
    volunteers = Volunteer.objects.visible_to(request.user)
    return export_page(request, VolunteerResource, VolunteerTable, VolunteerFilter, volunteers, **options)


def volunteer_detail(request, pk):
    """One volunteer."""
    volunteer = visible_volunteer(request, pk)
    context = {
        "title": volunteer.person.shown_name,
        "volunteer": volunteer,
        "places": TeamMember.objects.visible_to(request.user).filter(volunteer=volunteer).select_related("hub"),
    }
    return render(request, "youthhubs/volunteer_detail.html", context)


def volunteer_create(request):
    """Registers a volunteer."""
    return form_page(request, VolunteerForm, title="登记志愿者", message="已登记志愿者。")


def volunteer_update(request, pk):
    """Corrects or completes a volunteer."""
    volunteer = visible_volunteer(request, pk)
    return form_page(
        request, VolunteerForm, instance=volunteer, title=f"修改志愿者：{volunteer}", message="已保存志愿者资料。"
    )


def volunteer_end(request, pk):
    """Ends a volunteer's service."""
    volunteer = visible_volunteer(request, pk)
    return end_page(
        request,
        VolunteerEndForm,
        volunteer,
        volunteer.leave,
        title=f"办理退出：{volunteer}",
        message="已办理退出，记录保留。",
    )


def volunteer_team(request, pk):
    """Moves a volunteer into another team, or out of the present one, from a day on."""
    volunteer = visible_volunteer(request, pk)
    return end_page(
        request,
        VolunteerTeamForm,
        volunteer,
        partial(change_team, volunteer),
        title=f"调整队伍：{volunteer}",
        message="已调整队伍。",
        initial={"day": timezone.localdate()},
    )


def team_member_update(request, pk):
    """Corrects a place in a team: the hub, or from when to when it was held."""
    place = visible_place(request, pk)
    return form_page(request, TeamMemberForm, instance=place, title=f"更正队伍：{place}", message="已更正队伍。")


def team_member_delete(request, pk):
    """Deletes a place in a team that was never held."""
    place = visible_place(request, pk)
    return delete_page(
        request,
        place,
        title=f"删除队伍记录：{place}",
        message="已删除队伍记录。",
        after=place.get_absolute_url(),
    )


def visible_place(request, pk):
    """Returns the place in a team if the user may see it; raises Http404 otherwise."""
    places = TeamMember.objects.visible_to(request.user).select_related("volunteer__person", "hub")
    return get_object_or_404(places, pk=pk)


def visible_volunteer(request, pk):
    """Returns the volunteer if the user may see it; raises Http404 otherwise."""
    volunteers = Volunteer.objects.visible_to(request.user).select_related("person").prefetch_related("places__hub")
    return get_object_or_404(volunteers, pk=pk)
