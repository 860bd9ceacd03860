"""What a user finds by a text: people once each with their capacities, then everything else, kind by kind."""

from collections import defaultdict
from dataclasses import dataclass

from members.models import Person
from yl_district.pages.addresses import open_address
from yl_district.pinyin import best_first, whole_number
from yl_district.privacy.masking import masked

from .kinds import CAPACITIES_SEARCHED, THINGS_SEARCHED, Hit

PEOPLE_SHOWN, THINGS_SHOWN, CAPACITIES_SHOWN = 8, 5, 4
PEOPLE_READ = PEOPLE_SHOWN + 1
PERSON_PAGE = "person_detail"


@dataclass(frozen=True)
class HitGroup:
    """What was found of one kind; `lists` are (label, URL) of the lists that show all of it, where there is more."""

    label: str
    icon: str
    hits: list
    lists: list
    is_case: bool = False


def groups_found(text, user):
    """Returns the groups with anything found, people first.

    What is asked of the database depends on what the user may see alone, never on what there is besides.
    """
    groups = [people_found(text, user)]
    for kind in THINGS_SEARCHED:
        found = kind.found_by(text, user, THINGS_SHOWN + 1) if user.may_open(kind.of_list) else []
        hits = [kind.hit(record, user) for record in found[:THINGS_SHOWN]]
        lists = [(kind.label, kind.all_found(text, user))] if len(found) > THINGS_SHOWN else []
        groups.append(HitGroup(kind.label, kind.icon, hits, lists))
    return [group for group in groups if group.hits]


def people_found(text, user):
    """Returns the group of people, each with the capacities that the user may see."""
    found = []
    if user.may_open(PERSON_PAGE):
        # By their keys, since a database takes much longer to sort thousands of people with all that is kept of them.
        found = list(best_first(Person.objects.found_by(text, user), text).values_list("pk", flat=True)[:PEOPLE_READ])
    keys = found[:PEOPLE_SHOWN]
    people = Person.objects.in_bulk(keys)
    shown = [people[key] for key in keys]
    kept = set(Person.objects.kept_by(user).filter(pk__in=keys).values_list("pk", flat=True))
    capacities, is_case = defaultdict(list), tells_of_cases(keys, user)
    for kind in CAPACITIES_SEARCHED:
        if user.may_open(kind.of_list):
            for record in kind.seen_by(user).filter(**{f"{kind.person}__in": shown}):
                is_case = is_case or kind.is_case
                capacities[getattr(record, kind.person).pk].append(kind.hit(record, user))
    hits = [person_hit(person, user, person.pk in kept, capacities[person.pk]) for person in shown]
    open_lists = [(kind.label, kind.all_found(text, user)) for kind in CAPACITIES_SEARCHED]
    lists = [each for each in open_lists if each[1]] if len(found) > PEOPLE_SHOWN else []
    return HitGroup("人员", "users", hits, lists, is_case)


def tells_of_cases(keys, user):
    """Whether the user knows one of these people by a case file alone."""
    known = Person.objects.known_openly_to(user).filter(pk__in=keys)
    return bool(user.case_organisations) and known.count() < len(keys)


def person_hit(person, user, is_kept, capacities):
    """Returns a person as a result; whose data the user does not see is told by name alone."""
    note = masked(person.mobile) if is_kept else "只有签到记录"
    address = open_address(user, PERSON_PAGE, person.pk)
    return Hit(person.shown_name, address, note, "人员", "users", tuple(capacities[:CAPACITIES_SHOWN]))


def is_by_number(text):
    """Whether a text is searched for as a whole number."""
    return bool(whole_number(text))
