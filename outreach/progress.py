"""How far cadres have come with 1+100, one by one and added up by organisation and by committee member."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import Prefetch, Q

from members.models import Liaison, Person, Post, PostQuerySet
from orgs.models import Organisation, User
from orgs.models.reach import reach_of
from orgs.roles import RoleKind
from yl_district.kept.results import kept_result
from yl_district.pinyin import NAME_ORDER

from .models import CadreQuerySet, cadres_with_links

# Whose numbers are added up for whom: leaders are told how far organisations have come, and no names.
OVERSEERS = (RoleKind.STAFF, RoleKind.LEADER)
UNASSIGNED = "没有联系委员"


def board_posts(user: User, day: date, *kinds: RoleKind) -> PostQuerySet:
    """The posts on `day` of the cadres on the user's board: of all overseen by roles of `kinds`, and the user's own."""
    posts = Post.objects.as_of(day)
    overseen = Post.objects.visible_as(user, *kinds).order_by().values("pk")
    own = Post.objects.visible_to(user).filter(person__user=user.pk).order_by().values("pk")
    return posts.filter(Q(pk__in=overseen) | Q(pk__in=own))


def cadres_on_board(user: User, day: date, *kinds: RoleKind) -> CadreQuerySet:
    """The serving cadres on the user's board, as `board_posts`, with how far they have come by `day`."""
    cadres = cadres_with_links(day).filter(pk__in=board_posts(user, day, *kinds).order_by().values("person"))
    return cadres.with_achievements().with_progress(day).order_by(*NAME_ORDER)


def with_places(cadres: CadreQuerySet, user: User, day: date) -> CadreQuerySet:
    """Prefetches `board_posts`, the posts by which they are on the board, with those who look after their place."""
    liaisons = Liaison.objects.as_of(day).visible_to(user).select_related("person")
    posts = board_posts(user, day, RoleKind.STAFF).select_related("organisation").order_by("organisation__path", "pk")
    posts = posts.prefetch_related(Prefetch("organisation__liaisons", liaisons, to_attr="board_liaisons"))
    return cadres.prefetch_related(Prefetch("posts", posts, to_attr="board_posts"))


@dataclass(frozen=True)
class ProgressGroup:
    """The cadres of one organisation, or of those that one committee member looks after, added up."""

    name: str
    key: int | None
    cadres: int
    bound: int
    at_quota: int
    links: int
    reached: int
    short: int


# What is added up of a cadre, by its name in a ProgressGroup.
ADDED = {
    "bound": "is_bound",
    "at_quota": "is_at_quota",
    "links": "standing_links",
    "reached": "reached_links",
    "short": "short_links",
}


def groups_by(kind: str, user: User, day: date) -> list[ProgressGroup]:
    """The groups of a kind, `organisation` or `liaison`, kept until a register changes."""
    count = {"organisation": organisation_groups, "liaison": liaison_groups}[kind]
    asked = ("1+100 progress", kind, user.pk, reach_of(user), day)
    return [ProgressGroup(**group) for group in kept_result(asked, partial(count, user, day))]


def organisation_groups(user: User, day: date) -> list[dict]:
    """The groups of all organisations with cadres, in the order of the tree."""
    cadres_at = defaultdict(set)
    for place, person in board_posts(user, day, *OVERSEERS).order_by().values_list("organisation", "person"):
        cadres_at[place].add(person)
    names = Organisation.objects.filter(pk__in=cadres_at).order_by("path").values_list("pk", "name")
    numbers = numbers_of_cadres(user, day, *OVERSEERS)
    return [added_up(name, key, cadres_at[key], numbers) for key, name in names]


def liaison_groups(user: User, day: date) -> list[dict]:
    """The groups of all committee members who look after organisations, by name; the cadres of nobody's last."""
    after = Liaison.objects.as_of(day).visible_to(user)
    members = dict(after.order_by().values_list("organisation", "person"))
    cadres_of = defaultdict(set)
    for place, person in board_posts(user, day, RoleKind.STAFF).order_by().values_list("organisation", "person"):
        cadres_of[members.get(place)].add(person)
    people = Person.objects.filter(pk__in=set(members.values())).order_by(*NAME_ORDER)
    named = [(person.shown_name, person.pk) for person in people if person.pk in cadres_of]
    if None in cadres_of:
        named.append((UNASSIGNED, None))
    numbers = numbers_of_cadres(user, day, RoleKind.STAFF)
    return [added_up(name, key, cadres_of[key], numbers) for name, key in named]


def numbers_of_cadres(user: User, day: date, *kinds: RoleKind) -> dict[int, dict]:
    """What is added up of each cadre on the board, by key."""
    cadres = cadres_on_board(user, day, *kinds).order_by().values("pk", *ADDED.values())
    return {cadre["pk"]: cadre for cadre in cadres}


def added_up(name: str, key: int | None, people: set[int], numbers: dict[int, dict]) -> dict:
    """What these cadres come to together, as the fields of a ProgressGroup."""
    sums = {field: sum(int(numbers[person][column]) for person in people) for field, column in ADDED.items()}
    return {"name": name, "key": key, "cadres": len(people)} | sums
