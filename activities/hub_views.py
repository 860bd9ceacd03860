"""The page of a hub's year."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from youthhubs.models import Hub

from .hub_programmes import HubProgramme
from .plans import year_of_address

SUMMED = ("planned", "held", "person_times", "unrecorded", "hours")


def hub_programme(request, hub_pk):
    """A hub's year: its months, its types beside the other hubs and the year before, its photos."""
    hub = get_object_or_404(Hub.objects.visible_to(request.user).select_related("organisation"), pk=hub_pk)
    today = timezone.localdate()
    year = year_of_address(request.GET.get("year", ""), today)
    programme = HubProgramme(hub, year, request.user, today)
    months, types = programme.months, programme.types
    context = {
        "title": f"{hub.name} {year} 年",
        "hub": hub,
        "year": year,
        "hub_year": programme.hub_year,
        "directors": programme.directors,
        "days_open": programme.days_open,
        "others": programme.others,
        "months": months,
        "types": types,
        "photos": programme.photos,
        "most_times": max(month.person_times for month in months) or 1,
        "sums": {name: sum(getattr(month, name) for month in months) for name in SUMMED},
        "is_compared": any(one.elsewhere is not None for one in types),
    }
    return render(request, "activities/hub_programme.html", context)
