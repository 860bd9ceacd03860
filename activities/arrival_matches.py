"""Whom those may be who have signed in by a code: weighed as everywhere, among the people whom a user sees."""

from dataclasses import dataclass

from members.forms import told_of, with_capacities
from members.identity import ANOTHER, THE_PERSON, Said, weighed
from members.models import Person
from yl_district.database.listed import Listed
from yl_district.likeness import name_key

from .models import Arrival, SignIn
from .pasted_matches import people_named
from .rosters import SHOWN_BY, Roster

# So many people of one name are offered at most.
MOST_MEANT = 10


@dataclass(frozen=True)
class Match:
    """What a visitor left, the people who may be meant, with what is told of them, and the one who certainly is."""

    arrival: Arrival
    people: dict[Person, str]
    certain: Person | None
    # Whether nobody of the people has the mobile number, so that it may be somebody new.
    may_be_new: bool


def matches_of(arrivals, activity, user):
    """Returns the Match of each of several arrivals at an activity, in few queries however many there are."""
    people = people_meant(arrivals, user) if arrivals else {}
    here = set(Roster(activity, user).capacities(list(people)))
    kept = set(Person.objects.filter(pk__in=Listed(people)).kept_by(user).values_list("pk", flat=True))
    came = dict(activity.sign_ins.filter(person__in=Listed(people)).values_list("person", "presence"))
    told = {
        key: f"{told_of(person, key in kept)}{TOLD_PRESENCE.get(came.get(key), '')}" for key, person in people.items()
    }
    return [weighed_against(arrival, people, here, told) for arrival in arrivals]


TOLD_PRESENCE = {
    SignIn.Presence.PRESENT: "（已签到，不会重复计）",
    SignIn.Presence.ABSENT: "（已登记为缺席，将改为到）",
    SignIn.Presence.EXCUSED: "（已登记为请假，将改为到）",
}


def weighed_against(arrival, people, here, told):
    """Returns the Match of one arrival; `here` are the keys of those on the roster of the activity."""
    said = Said(arrival.name, mobile=arrival.mobile)
    found = {person: weighed(person, said, key in here) for key, person in people.items()}
    certain = [person for person, weight in found.items() if weight == THE_PERSON]
    offered = certain + [person for person, weight in found.items() if weight not in (THE_PERSON, ANOTHER)]
    return Match(
        arrival,
        {person: told[person.pk] for person in offered[:MOST_MEANT]},
        certain[0] if len(certain) == 1 else None,
        not any(person.mobile == arrival.mobile for person in offered),
    )


def people_meant(arrivals, user):
    """Returns {key: person} of the people visible to the user whose name is one of theirs or another spelling of it."""
    keys = {name_key(arrival.name) for arrival in arrivals}
    # Of sealed people, whom the user knows by a case, the database cannot be asked.
    sealed = [one.pk for one in Person.objects.visible_to(user).sealed() if name_key(one.name) in keys]
    known = with_capacities(Person.objects.filter(pk__in=Listed(sealed)), user)
    people = sorted([*people_named(arrivals, user), *known], key=lambda person: person.pk)
    return {person.pk: person for person in people}


def capacities_on(activity, user, people):
    """Returns {key: capacity in which somebody comes}, as far as the user sees it."""
    keys = [person.pk for person in people]
    found = dict.fromkeys(keys, SignIn.Capacity.OTHER)
    for capacity, model, person in SHOWN_BY:
        rows = model.objects.visible_to(user).as_of(activity.held_on).filter(**{f"{person}__in": keys})
        found |= dict.fromkeys(rows.values_list(person, flat=True), capacity)
    return found
