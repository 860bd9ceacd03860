"""The records that a signed figure counted; where today's definition counts others, those in their place."""

from collections import Counter

from outreach.models import Link
from yl_district.database.listed import Listed
from yl_district.packing import unpacked

from ..figures.measures import COUNTED


def kept_parts(counted):
    """The records that a figure of an edition counted, in the form of `Figure.parts`."""
    return [tuple(part) for part in unpacked(counted.records)]


def comparable_parts(counted):
    """What a figure of an edition counted, by the keys of the records that the figure counts today."""
    in_their_place = IN_THEIR_PLACE.get((counted.key, counted.definition))
    parts = kept_parts(counted)
    return in_their_place(parts) if in_their_place else parts


def youths_of_links(parts):
    """The youths of links, each with the number of these links; deleted links are known by their history."""
    keys = Listed(key for key, *_ in parts)
    youths = dict(Link.history.filter(id__in=keys).values_list("id", "youth"))
    youths |= dict(Link.objects.filter(pk__in=keys).values_list("pk", "youth"))
    times = Counter(youths[key] for key, *_ in parts if key in youths)
    return [(youth, times[youth], COUNTED) for youth in sorted(times)]


# By key and definition as signed: what turns the records counted then into those counted today.
IN_THEIR_PLACE = {("linked_youths", "期末仍在联系的青年"): youths_of_links}
