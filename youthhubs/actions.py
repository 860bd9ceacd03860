"""Changes to a volunteer's places in teams."""

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import Volunteer
from yl_district.validators import problem

from .models import TeamMember


@transaction.atomic
def change_team(volunteer, hub, day):
    """Moves the volunteer on `day` into the team of `hub`, or without a hub out of the present team.

    Raises ValidationError where nothing would change, or `day` precedes the latest place's begin or end.
    """
    lock_places(volunteer)
    place = volunteer.places.select_related("hub").first()
    present = place if place and not place.ended_on else None
    if (present and present.hub) == hub:
        remedy = f"此人已在{hub}，不必调整" if hub else "此人现在不在队伍中，请选择要加入的队伍"
        raise ValidationError({"hub": problem("另一支队伍", remedy)})
    earliest = place and (place.ended_on or place.started_on)
    if earliest and day < earliest:
        label = "离队日期" if place.ended_on else "入队日期"
        expected = f"不早于最近一次{label}（{earliest}）的日期"
        raise ValidationError({"day": problem(expected, "请核对日期，或更正原来的起止")})
    if present and present.started_on == day:
        present.delete()
    elif present:
        present.end(day)
    if hub:
        save_place(TeamMember(volunteer=volunteer, hub=hub, started_on=day))


def lock_places(volunteer):
    """Locks the volunteer's places against concurrent changes."""
    Volunteer.objects.select_for_update(no_key=True).get(pk=volunteer.pk)


def save_place(place):
    """Checks a place, also beside the volunteer's other ones, and saves it."""
    place.full_clean()
    place.check_overlap()
    place.save()
