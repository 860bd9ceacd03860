"""Who may have come to an activity, in groups: members of its host, volunteers of its hub, who came last time."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from members.models import Member, Person, Volunteer
from yl_district.pinyin import NAME_ORDER, search_text

from .models import Activity, SignIn

# More are not offered at once: the host is then a whole committee, whose people are searched for by name.
LONGEST_ROSTER = 200


@dataclass(frozen=True, eq=False)
class RosterGroup:
    """One group of those who may have come.

    - `heading`: what the group is called.
    - `rows`: the records of its people, visible to the user.
    - `person`: the field by which a record refers to its person.
    - `capacity_of`: the capacity in which the person of a record comes.
    - `is_host_roll`: whether its people belong to the host, so that those missing can be called absent.
    - `is_kept`: whether more of its people than their names is known to the user.
    """

    heading: str
    rows: QuerySet
    capacity_of: Callable
    person: str = "person"
    is_host_roll: bool = False
    is_kept: bool = True

    @property
    def keys(self):
        """The keys of the people of the group."""
        return self.rows.order_by().values_list(self.person, flat=True)

    def capacities(self, people):
        """{key of a person: the capacity in which they come} of those of the people who are in the group."""
        rows = self.rows.order_by().filter(**{f"{self.person}__in": people})
        return {getattr(row, f"{self.person}_id"): self.capacity_of(row) for row in rows}


def host_members(activity, user):
    """The group of the members of the host on the day; None without a host."""
    if not activity.host:
        return None
    members = Member.objects.visible_to(user).within(activity.host).as_of(activity.held_on)
    return RosterGroup("团员", members, lambda member: SignIn.Capacity.MEMBER, is_host_roll=True)


def hub_volunteers(activity, user):
    """The group of the volunteers in the team of the hub on the day; None without a hub."""
    if not activity.hub:
        return None
    volunteers = Volunteer.objects.visible_to(user).as_of(activity.held_on).in_team(activity.hub, activity.held_on)
    return RosterGroup("志愿者", volunteers, lambda volunteer: SignIn.Capacity.VOLUNTEER)


def earlier_attendees(activity, user):
    """The group of those who came last time, in their capacities of then; None where there was no such time."""
    earlier = activity_before(activity, user)
    if not earlier:
        return None
    came = SignIn.objects.visible_to(user).present().filter(activity=earlier)
    heading = f"上次来的人（{earlier.held_on}）" if earlier.name == activity.name else f"上次来的人（{earlier}）"
    return RosterGroup(heading, came, capacity_again, is_kept=False)


def activity_before(activity, user):
    """The latest activity with a list of who came before this one: of its name, else of its place and type."""
    day = activity.held_on
    is_before = Q(held_on__lt=day) | Q(held_on=day, pk__lt=activity.pk)
    known = Activity.objects.visible_to(user).held().filter(is_before, sign_in_count__gt=0)
    namesakes = known.filter(owner=activity.owner_id, name=activity.name)
    alike = known.filter(host=activity.host_id, hub=activity.hub_id, type=activity.type_id)
    return next((one for rows in (namesakes, alike) if (one := rows.order_by("-held_on", "-pk").first())), None)


def capacity_again(sign_in):
    """The capacity of an earlier sign-in, 其他 for assisted youths, since only case files may reveal them."""
    is_told = sign_in.capacity in SignIn.Capacity.values and sign_in.capacity != SignIn.Capacity.ASSISTED_YOUTH
    return sign_in.capacity if is_told or not sign_in.capacity else SignIn.Capacity.OTHER


# In the order in which they are offered; somebody in several groups comes as one of the first.
SOURCES = [host_members, hub_volunteers, earlier_attendees]


def add_source(source):
    """Offers one more group next to the host's members: `source` returns it for an activity and a user, or None."""
    if source not in SOURCES:
        SOURCES.insert(1, source)


# (capacity, model of the records that show it, their field for the person); of somebody with several the last counts.
SHOWN_BY = [(SignIn.Capacity.VOLUNTEER, Volunteer, "person"), (SignIn.Capacity.MEMBER, Member, "person")]


def add_capacity(capacity, model, person):
    """Has records of `model`, whose field `person` is for their person, show this capacity of whoever has no other."""
    if (capacity, model, person) not in SHOWN_BY:
        SHOWN_BY.insert(0, (capacity, model, person))


class Roster:
    """The people of an activity whom the user sees; those whose names contain `text`, where it is given."""

    def __init__(self, activity, user, text=""):
        groups = [group for source in SOURCES if (group := source(activity, user))]
        self.groups = [replace(group, rows=group.rows.search(text)) for group in groups] if text else groups

    @property
    def people(self):
        """The people in the order of their names, each once."""
        return people_of(self.groups).order_by(*NAME_ORDER)

    @property
    def host_roll(self):
        """Those of them who belong to the host."""
        return people_of(group for group in self.groups if group.is_host_roll)

    def places(self, people):
        """[(group, {key: capacity})] of those of the people who are in each group, who may be in several."""
        return [(group, group.capacities(people)) for group in self.groups]

    def capacities(self, people):
        """{key of a person: the capacity in which they come}, that of the first group that they are in."""
        return {key: one for _, found in reversed(self.places(people)) for key, one in found.items()}


def people_of(groups):
    """The people of any of the groups."""
    keys = [group.keys for group in groups]
    # One list of keys, as a database looks at everybody for several that are alternatives.
    return Person.objects.filter(pk__in=keys[0].union(*keys[1:])) if keys else Person.objects.none()


def rows_to_tick(people, kept, ticked):
    """{key: (key, the name, what the person is looked for by, whether it is ticked)} of people to be ticked.

    The names are `told_apart`; `ticked` are the keys ticked, as typed.
    """
    names = told_apart(people, kept)
    return {one.pk: (one.pk, names[one.pk], search_text(one.shown_name), str(one.pk) in ticked) for one in people}


def told_apart(people, kept):
    """{key: what each is called}, with the birth date where two would be called the same.

    Of people whose keys are not among those `kept` no more than the name is known to the user.
    """
    called = Counter(person.shown_name for person in people)
    return {
        person.pk: f"{person.shown_name}（{person.birth_date} 出生）"
        if called[person.shown_name] > 1 and person.birth_date and person.pk in kept
        else person.shown_name
        for person in people
    }
