"""Whom the lines of a pasted list mean: people of the activity's roster first, else others whom the user may see.

Nobody known by a case alone is looked for, and of people known to the user by name alone nothing but the name is
compared (`members/identity.py` says how the others are).
"""

from collections import defaultdict
from dataclasses import dataclass, field

from members.forms import told_of, with_capacities
from members.identity import ANOTHER, MAY_BE, THE_PERSON, Said, born_by, weighed
from members.models import Person
from yl_district.database.listed import Listed
from yl_district.likeness import name_key
from yl_district.sheets.cells import split_list

from .models import SignIn
from .pasted_people import PastedPerson


@dataclass
class PastedMatch:
    """Somebody named in a pasted list, and who may be meant.

    - `candidates`: the people who may be meant, by key, with what tells them apart.
    - `person`: the key of the one who is meant; None for nobody, and where it has to be chosen.
    - `listed`: the row of this person if on the list of the activity already.
    - `is_repeated`: whether an earlier line means the same person.
    """

    pasted: PastedPerson
    candidates: dict[int, str] = field(default_factory=dict)
    person: int | None = None
    listed: SignIn | None = None
    is_repeated: bool = False

    @property
    def is_open(self):
        """Whether a row can be added for it, once it is chosen who is meant where several may be."""
        return bool(self.candidates) and not self.listed and not self.is_repeated


def matched(people, activity, roster, user):
    """Returns the PastedMatch of each of the PastedPersons."""
    found = people_named(people, user)
    keys = [person.pk for person in found]
    kept = set(Person.objects.filter(pk__in=keys).kept_openly_by(user).values_list("pk", flat=True))
    on_roster = set(roster.capacities(keys))
    listed = {row.person_id: row for row in activity.sign_ins.filter(person__in=keys)}
    by_name = defaultdict(list)
    for person in found:
        names = person.all_names if person.pk in kept else [person.name]
        for name in {*names, *(name_key(name) for name in names)}:
            by_name[name].append(person)
    matches, meant = [], set()
    for pasted in people:
        alike = {person.pk: person for name in (pasted.name, name_key(pasted.name)) for person in by_name[name]}
        chosen, candidates = settled(pasted, alike.values(), kept, on_roster)
        told = {one.pk: told_on_list(one, one.pk in kept, listed.get(one.pk)) for one in candidates}
        key = chosen and chosen.pk
        matches.append(PastedMatch(pasted, told, key, listed.get(key), key is not None and key in meant))
        meant.add(key)
    return matches


def people_named(people, user):
    """Returns those whom the user may see otherwise than by a case, by a name or another spelling of it."""
    names = {each.name for each in people}
    keys = {name_key(name) for name in names}
    # Each by an index of its own, as a database looks at everybody for several that are alternatives.
    found = set(Person.objects.filter(name__in=Listed(names | keys)).values_list("pk", flat=True))
    found.update(Person.objects.filter(name_key__in=Listed(keys), name_key__gt="").values_list("pk", flat=True))
    others = Person.objects.filter(other_names__gt="").values_list("pk", "other_names")
    found.update(key for key, other in others if names.intersection(split_list(other)))
    seen = Person.objects.known_openly_to(user).filter(pk__in=Listed(found)).order_by("pk")
    return list(with_capacities(seen, user))


def settled(pasted, alike, kept, on_roster):
    """Returns (the one who is meant, None where nobody surely is, all who may be meant, those on the roster first)."""
    weights = {person: weight_of(pasted, person, person.pk in kept, person.pk in on_roster) for person in alike}
    sure = [person for person, weight in weights.items() if weight == THE_PERSON]
    possible = [person for person, weight in weights.items() if weight == MAY_BE]
    reached = [person for person in sure if pasted.mobile and person.pk in kept and person.mobile == pasted.mobile]
    here = [person for person in sure if person.pk in on_roster]
    if len(reached or here) == 1:
        return (reached or here)[0], reached or here
    if here:
        return None, here
    if len(sure) == 1 and not possible:
        return sure[0], sure
    return None, sorted(sure + possible, key=lambda person: person.pk not in on_roster)


def weight_of(pasted, person, is_kept, is_here):
    """THE_PERSON, MAY_BE or ANOTHER; no number confirms or excludes somebody who is known by name alone."""
    if not is_kept:
        if person.name != pasted.name:
            return ANOTHER
        return MAY_BE if pasted.mobile or pasted.number else THE_PERSON
    said = Said(pasted.name, pasted.number, born_by(pasted.number), pasted.mobile)
    return weighed(person, said, is_here or None)


def told_on_list(person, is_kept, listed):
    """What distinguishes a person from namesakes, and whether there is a row on the list."""
    return told_of(person, is_kept) + (f"（已在名单上：{listed.get_presence_display()}）" if listed else "")
