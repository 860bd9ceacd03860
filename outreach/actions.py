"""What changes several links at once."""

from django.db.models import Q

from .models import Link


def hand_over_links(user, successor, day, by):
    """Ends the standing links of somebody who leaves on `day`, and begins the same for whoever takes over.

    What was is kept; where the leaver's account stands for no person there is nothing to hand over.
    """
    cadre, heir = (getattr(account, "person", None) for account in (user, successor))
    if cadre is None:
        return
    for link in Link.objects.filter(cadre=cadre, ended_on__isnull=True):
        link.end(max(day, link.started_on))
        if heir and heir.pk != link.youth_id and not known(heir, link.youth_id, day):
            taken = Link(cadre=heir, youth_id=link.youth_id, sector=link.sector, employer=link.employer, started_on=day)
            taken.full_clean()
            taken.save()


def known(cadre, youth, day):
    """Whether the cadre has the youth already, or began with the youth that very day."""
    links = Link.objects.filter(Q(ended_on__isnull=True) | Q(started_on=day), cadre=cadre, youth=youth)
    return links.exists()
