"""The linked youths among those who may have come to an activity."""

from activities.models import SignIn
from activities.rosters import RosterGroup

from .models import Link


def linked_youth_group(activity, user):
    """The group of the youths linked on the day: the user's own, and those of cadres with a post at the host."""
    links = Link.objects.visible_to(user).as_of(activity.held_on)
    found = links.of_cadre_with(user)
    if activity.host:
        found |= links.of_cadres_at(activity.host, activity.held_on)
    return RosterGroup("联系青年", found, lambda link: SignIn.Capacity.LINKED_YOUTH, person="youth")
