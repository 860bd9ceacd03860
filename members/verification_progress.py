"""How far the branches have come with a round of verification, and the text by which the late ones are reminded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, FilteredRelation, Q

from orgs.models import User
from orgs.roles import RoleKind

from .models import Post, Verification, VerificationRound


@dataclass(frozen=True)
class BranchProgress:
    """What a branch has answered: how many members it is asked about, and how many it found to be of each result."""

    key: int
    name: str
    due: int
    found: dict[str, int]

    @property
    def done(self) -> int:
        """How many members have an answer."""
        return sum(self.found.values())

    @property
    def left(self) -> int:
        """How many members have none."""
        return self.due - self.done

    @property
    def results(self) -> list[tuple[str, int]]:
        """(result in words, number) of the results that the branch found."""
        return [(str(one.label), self.found[one]) for one in Verification.Result if self.found[one]]


def progress_of_branches(verification_round: VerificationRound, user: User, day: date) -> list[BranchProgress]:
    """The branches that the user sees of a round, in the order of the tree, as they stand on `day`."""
    answer = FilteredRelation("verifications", condition=Q(verifications__round=verification_round))
    members = verification_round.roll(day).visible_to(user).annotate(answer=answer).order_by()
    counts = {one: Count("pk", filter=Q(answer__result=one)) for one in Verification.Result.values}
    rows = members.values("branch", "branch__name", "branch__path").annotate(due=Count("pk"), **counts)
    return [
        BranchProgress(row["branch"], row["branch__name"], row["due"], {one: row[one] for one in counts})
        for row in rows.order_by("branch__path")
    ]


def chase_text(verification_round: VerificationRound, branches: Iterable[BranchProgress], user: User, day: date) -> str:
    """The text for the group of the cadres whose branches have not finished, "" where all have.

    Cadres are named, as the group knows them; of members only numbers are given.
    """
    late = [branch for branch in branches if branch.left]
    if not late:
        return ""
    serving = (
        Post.objects.visible_as(user, RoleKind.STAFF).as_of(day).filter(organisation__in=[one.key for one in late])
    )
    cadres: dict[int, list[str]] = {}
    for post in serving.select_related("person").order_by("pk"):
        names = cadres.setdefault(post.organisation_id, [])
        if str(post.person) not in names:
            names.append(str(post.person))
    told = [f"{one.name}{in_brackets(cadres.get(one.key, ()))}还有 {one.left} 名" for one in late]
    due = verification_round.due_on
    when = f"已过 {due.month}月{due.day}日的期限，请尽快" if due < day else f"请于 {due.month}月{due.day}日前"
    return "\n".join(
        [
            f"【提醒】“{verification_round}”截至{day.month}月{day.day}日，还有 {len(late)} 个团支部没有完成：",
            f"{'；'.join(told)}。",
            f"{when}登录工作台填报。",
        ]
    )


def in_brackets(names: Iterable[str]) -> str:
    """The names in brackets, "" without any."""
    joined = "、".join(names)
    return f"（{joined}）" if joined else ""
