"""The board of a committee: its members, the organisations in the care of each, and what each of these lacks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, Max, OuterRef, Prefetch, Subquery

from orgs.models import FEWEST_MEMBERS, HOLLOW_CATEGORIES, Organisation, OrganisationQuerySet, Supply, User
from orgs.roles import RoleKind
from yl_district.counts import number_of

from .models import Member, Person, Post

# More than a district has villages and communities; beyond it the board asks to be narrowed.
MOST_ON_BOARD = 400
# What an organisation can lack, in the order in which it is told.
LACKS = {
    "without_liaison": "没有联系委员",
    "without_cadre": "没有团干部",
    "hollow": f"团员少于 {FEWEST_MEMBERS} 名",
    "overdue": "换届逾期",
    "without_flag": "未配团旗",
}
# Whoever has none of these titles comes after whoever has; the first that a title says counts.
TITLES_BY_RANK = ("副书记", "书记", "常委", Post.COMMITTEE_MEMBER)
PRECEDENCE = {"书记": 0, "副书记": 1, "常委": 2, Post.COMMITTEE_MEMBER: 3, "": 4}


def precedence(post: Post) -> int:
    """The place of a post among those of one organisation: the secretary's first."""
    return PRECEDENCE[next((title for title in TITLES_BY_RANK if title in post.title), "")]


@dataclass
class BoardLine:
    """One organisation on the board, as of a day, with the marks of what it lacks; in the tree with those below it."""

    organisation: Organisation
    day: date
    below: list[BoardLine] = field(default_factory=list)
    # Shown in the tree for the sake of those below it alone.
    is_passed: bool = False

    @property
    def posts(self) -> list[Post]:
        """Who serves there, the secretary first."""
        return sorted(self.organisation.board_posts, key=precedence)

    @property
    def liaison(self) -> Person | None:
        """Who looks after it."""
        return next((each.person for each in self.organisation.present_liaisons), None)

    @property
    def last_election_on(self) -> date | None:
        """The last election noted, unless it was held after the day, before which none is known."""
        held = self.organisation.last_election_on
        return held if held and held <= self.day else None

    @property
    def next_election_on(self) -> date | None:
        """When the term then running is over."""
        return self.organisation.next_election_on if self.last_election_on else None

    @property
    def roll_changed_on(self) -> date | None:
        """When the roll changed last."""
        changes = [self.organisation.last_arrival, self.organisation.last_departure]
        return max(filter(None, changes), default=None)

    @property
    def lacks(self) -> dict[str, bool]:
        """Whether it lacks each of LACKS."""
        return {
            "without_liaison": not self.liaison,
            "without_cadre": not self.organisation.board_posts,
            "hollow": self.organisation.category in HOLLOW_CATEGORIES and self.organisation.roll_size < FEWEST_MEMBERS,
            "overdue": self.organisation.is_overdue,
            "without_flag": self.organisation.is_flagless,
        }

    @property
    def marks(self) -> list[tuple[str, str]]:
        """(key, words) of what it lacks."""
        return [(key, LACKS[key]) for key, is_lacking in self.lacks.items() if is_lacking]

    def fits(self, todo: str) -> bool:
        """Whether it lacks what is looked for: one of LACKS, or `any` of them."""
        return bool(self.marks) if todo == "any" else not todo or self.lacks[todo]


@dataclass
class BoardGroup:
    """The organisations in the care of one committee member, or of nobody."""

    person: Person | None
    posts: list[Post]
    lines: list[BoardLine]

    @property
    def unfinished(self) -> int:
        """How many of its organisations lack something."""
        return sum(bool(line.marks) for line in self.lines)


def committees_of(user: User) -> list[Organisation]:
    """The organisations whose staff the user is of, without those below another."""
    held = sorted(user.organisations_as(RoleKind.STAFF), key=lambda each: each.path)
    return [one for one in held if not any(one.is_descendant_of(other) for other in held)]


def organisations_on_board(user: User, day: date) -> OrganisationQuerySet:
    """The organisations on `day` below the user's committees, with what the board tells of them."""
    own = [committee.pk for committee in committees_of(user)]
    organisations = Organisation.objects.visible_as(user, RoleKind.STAFF).as_of(day).exclude(pk__in=own)
    at_place = Organisation.objects.filter(pk=OuterRef("pk"))
    memberships = Member.objects.filter(branch=OuterRef("pk")).order_by().values("branch")
    begun, left = memberships.filter(roll_begin__lte=day), memberships.filter(left_on__lte=day)
    posts = Post.objects.visible_as(user, RoleKind.STAFF).as_of(day).select_related("person").order_by("pk")
    return (
        organisations.with_liaison(day, user)
        .annotate(
            roll_size=number_of(Member.objects.as_of(day).filter(branch=OuterRef("pk")), "branch"),
            last_arrival=Subquery(begun.annotate(latest=Max("roll_begin")).values("latest")),
            last_departure=Subquery(left.annotate(latest=Max("left_on")).values("latest")),
            is_overdue=Exists(at_place.overdue_for_election(day)),
            is_flagless=Exists(at_place.without_supply(Supply.FLAG, day)),
        )
        .prefetch_related(Prefetch("posts", posts, to_attr="board_posts"))
        .order_by("path")
    )


def posts_of_committees(user: User, day: date) -> list[Post]:
    """The posts of leaders and members of the user's committees on `day`, the leader first."""
    posts = Post.objects.as_of(day).of_committees().filter(organisation__in=committees_of(user))
    return sorted(posts.select_related("person", "organisation").order_by("started_on", "pk"), key=precedence)


def board_groups(lines: list[BoardLine], posts: list[Post]) -> list[BoardGroup]:
    """The lines by who looks after them, in the order of their posts; those of whom nobody does come last."""
    posts_of, lines_of, people = defaultdict(list), defaultdict(list), {}
    for post in posts:
        posts_of[post.person_id].append(post)
        people.setdefault(post.person_id, post.person)
    for line in lines:
        key = line.liaison and line.liaison.pk
        lines_of[key].append(line)
        people.setdefault(key, line.liaison)
    last = people.pop(None, None)
    found = [BoardGroup(person, posts_of[key], lines_of[key]) for key, person in people.items() if lines_of[key]]
    return [*found, *([BoardGroup(last, [], lines_of[None])] if lines_of[None] else [])]


def board_tree(lines: list[BoardLine], todo: str) -> list[BoardLine]:
    """The lines that fit below each other, with those above them in their places; they come in the order of paths."""
    roots, above = [], []
    for line in lines:
        while above and not line.organisation.path.startswith(above[-1].organisation.path):
            above.pop()
        (above[-1].below if above else roots).append(line)
        above.append(line)
    return kept_in_tree(roots, todo)


def kept_in_tree(lines: list[BoardLine], todo: str) -> list[BoardLine]:
    """The lines that fit or have one below them that does."""
    kept = []
    for line in lines:
        line.below, line.is_passed = kept_in_tree(line.below, todo), not line.fits(todo)
        if line.below or not line.is_passed:
            kept.append(line)
    return kept
