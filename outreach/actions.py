"""Actions on several links."""

from django.db.models import Q

from .models import Link


def hand_over_links(user, successor, day, by):
    """Ends the open links of a user who leaves on `day`, and starts the same links for the successor.

    The ended links are kept. Does nothing if the leaver's account is not linked to a person.
    """
    cadre, heir = (getattr(account, "person", None) for account in (user, successor))
    if cadre is None:
        return
    for link in Link.objects.filter(cadre=cadre, ended_on__isnull=True):
        link.end(max(day, link.started_on))
        if heir and heir.pk != link.youth_id and not has_link(heir, link.youth_id, day):
            taken = Link(cadre=heir, youth_id=link.youth_id, sector=link.sector, employer=link.employer, started_on=day)
            taken.full_clean()
            taken.save()


def has_link(cadre, youth, day):
    """Whether the cadre has an open link to the youth, or one that started on `day`."""
    links = Link.objects.filter(Q(ended_on__isnull=True) | Q(started_on=day), cadre=cadre, youth=youth)
    return links.exists()
