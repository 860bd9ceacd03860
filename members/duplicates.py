"""Pairs of people who are likely one human being, registered twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import CharField, Value

from orgs.models import User
from yl_district.database.listed import Listed
from yl_district.likeness import is_its_own_key, name_key
from yl_district.partial_dates import PartialDate, may_agree

from .models import Namesakes, Person, PersonQuerySet

SAME_BIRTH, SAME_MOBILE = "出生日期一致", "手机号码一致"
IN_ONE_PLACE = "在同一团组织"
# The relations from a person to something of a place, the path from there to it, and the words for sharing it.
PLACES = (
    ("memberships", "branch", IN_ONE_PLACE),
    ("posts", "organisation", IN_ONE_PLACE),
    ("links_as_youth", "cadre", "由同一团干部联系"),
    ("volunteering", "places__hub", "在同一志愿者队伍"),
    ("hub_staffing", "hub", "在同一青年汇工作"),
)
# With how many others of one name and place a person is compared.
MOST_COMPARED = 20


@dataclass(frozen=True)
class Alike:
    """Two people, the one registered first before the other, and in what they agree."""

    first: Person
    second: Person
    agreeing: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """Why they are likely one."""
        named = "同名" if self.first.name == self.second.name else "姓名写法相近"
        return "、".join((named, *self.agreeing))


@dataclass
class Known:
    """A person with what is compared of it."""

    person: Person
    places: set[tuple[str, int]] = field(default_factory=set)

    def marks(self):
        """Yields what another record of the same human being is likely to share, each with the words for it."""
        born = self.person.birth_date
        if self.person.mobile_index:
            yield SAME_MOBILE, self.person.mobile_index
        if born and not (isinstance(born, PartialDate) and born.month is None):
            yield SAME_BIRTH, (born.year, born.month)
        yield from self.places

    def contradicts(self, other):
        """Whether identity number or birth date say that these are two people."""
        numbers = {self.person.identity_number_index, other.person.identity_number_index} - {None}
        return len(numbers) > 1 or not may_agree(self.person.birth_date, other.person.birth_date)


def likely_duplicates(
    people: PersonQuerySet, user: User | None = None, everybody: PersonQuerySet | None = None
) -> list[Alike]:
    """The pairs among `people` of one name, however spelled, who agree in birth date, phone or place.

    Left out are those whose birth dates or identity numbers contradict each other, and whom somebody has declared to be
    two. With a user only those places count that the user may know. `everybody`, by default all, are those among whom
    these are: whom a committee reaches is so asked once, and nothing but their names.
    """
    everybody = Person.objects.all() if everybody is None else everybody
    names, closed = {}, []
    for pk, name, facts in everybody.order_by().values_list("pk", "name", "sealed_facts").iterator():
        if facts is None:
            names[pk] = name
        else:
            closed.append(pk)
    # Whom the reader may know is asked of namesakes alone.
    compared = people.only("name", "birth_date", "identity_number_index", "mobile_index", "sealed_facts", "seal")
    # Of sealed people, of whom the reader knows few, each is compared.
    sealed = [*compared.filter(pk__in=Listed(closed))]
    told = {person.name for person in sealed}
    times, spelled = Counter(names.values()), {*spelled_differently({*names.values(), *told}), *told}
    alike = [pk for pk, name in names.items() if times[name] > 1 or name in spelled]
    namesakes = compared.filter(pk__in=Listed(alike), sealed_facts__isnull=True)
    known = {person.pk: Known(person) for person in sorted([*namesakes, *sealed], key=lambda one: one.pk)}
    places = []
    for relation, path, words in PLACES:
        reverse = Person._meta.get_field(relation)
        owner, rows = reverse.field.name, reverse.related_model.objects.order_by()
        rows = rows.filter(**{f"{owner}__in": Listed(known)})
        rows = rows.visible_to(user) if user else rows
        places.append(rows.exclude(**{path: None}).values_list(owner, path, Value(words, CharField())))
    for person, place, words in places[0].union(*places[1:], all=True):
        known[person].places.add((words, place))
    apart = {frozenset(pair) for pair in Namesakes.objects.order_by().values_list("first", "second")}
    return pairs_of(known.values(), apart)


def spelled_differently(names: Iterable[str]) -> list[str]:
    """Those of the names that mean the same as another one of them, written otherwise."""
    names = set(names)
    odd = {name: name_key(name) for name in names if not is_its_own_key(name)}
    times = Counter(odd.values())
    found = {name for name, key in odd.items() if key in names or times[key] > 1}
    return sorted(found | {odd[name] for name in found} & names)


def pairs_of(known, apart):
    """The pairs among people of one name, the latest registered first."""
    sharing = defaultdict(list)
    for one in known:
        for words, what in one.marks():
            sharing[name_key(one.person.name), words, what].append(one)
    found = defaultdict(list)
    for (_, words, _), people in sharing.items():
        for place, one in enumerate(people):
            former = people[max(place - MOST_COMPARED, 0) : place]
            if first := next((each for each in former if may_be_one(each, one, apart)), None):
                found[first.person, one.person].append(words)
    pairs = [Alike(*pair, tuple(dict.fromkeys(words))) for pair, words in found.items()]
    return sorted(pairs, key=lambda pair: (pair.second.pk, pair.first.pk), reverse=True)


def may_be_one(one, other, apart):
    """Whether nothing says that these are two people."""
    return not one.contradicts(other) and frozenset((one.person.pk, other.person.pk)) not in apart
