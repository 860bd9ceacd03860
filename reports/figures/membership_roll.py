"""The membership roll of each branch over a period: opening count, joined, left, closing count."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q

from members.models import Member
from yl_district.periods import standing_on

from .scopes import Scope

INTAKES = [
    ("新发展", Q(intake=Member.Intake.DEVELOPED)),
    ("存量核实", Q(intake=Member.Intake.VERIFIED)),
    ("补录", Q(intake=Member.Intake.ADDED)),
    ("转入", Q(intake=Member.Intake.TRANSFERRED)),
    ("来源未注明", Q(intake="")),
]
NAMED_LEAVINGS = [Member.Status.TRANSFERRED_OUT, Member.Status.OVER_AGE]
LEAVINGS = [
    ("转出", Q(status=Member.Status.TRANSFERRED_OUT)),
    ("超龄离团", Q(status=Member.Status.OVER_AGE)),
    ("其他减少", ~Q(status__in=NAMED_LEAVINGS)),
]


@dataclass(frozen=True)
class BranchRoll:
    """The roll of one branch, with those who joined and left by the kinds of INTAKES and LEAVINGS."""

    key: int
    name: str
    opening: int
    joined: tuple[int, ...]
    left: tuple[int, ...]
    closing: int

    @property
    def counts(self) -> list[int]:
        """All counts, in the order of a table's columns."""
        return [self.opening, *self.joined, *self.left, self.closing]

    @property
    def expected(self) -> int:
        """The closing count that follows from the other counts."""
        return self.opening + sum(self.joined) - sum(self.left)


def roll_by_branch(scope: Scope) -> Iterator[BranchRoll]:
    """Yields the roll of every branch with a count other than 0, in the order of the tree.

    Opening and closing count members on the roll on the eve and the last day of the period so far, joined and left
    those dated within it. Each is counted independently, so that contradictory dates show as counts that do not add up.
    """
    period, eve = scope.passed, min(scope.period.eve, scope.day)
    joined, left = Q(roll_begin__range=period.bounds), Q(left_on__range=period.bounds)
    counts = {
        "opening": Count("pk", filter=standing_on(eve, "roll_begin", "left_on")),
        **{f"joined_{n}": Count("pk", filter=joined & reason) for n, (_, reason) in enumerate(INTAKES)},
        **{f"left_{n}": Count("pk", filter=left & reason) for n, (_, reason) in enumerate(LEAVINGS)},
        "closing": Count("pk", filter=standing_on(scope.day, "roll_begin", "left_on")),
    }
    members = Member.objects.within(scope.organisation).order_by()
    by_branch = members.values("branch", "branch__path", "branch__name").annotate(**counts).order_by("branch__path")
    for row in by_branch:
        if any(row[name] for name in counts):
            came = tuple(row[f"joined_{n}"] for n in range(len(INTAKES)))
            went = tuple(row[f"left_{n}"] for n in range(len(LEAVINGS)))
            yield BranchRoll(row["branch"], row["branch__name"], row["opening"], came, went, row["closing"])
