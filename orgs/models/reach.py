"""Row-level visibility: the rows that an organisation, and so a role in it, covers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable

from yl_district.typing import User

from ..roles import RECORD_KEEPERS, RoleKind

if TYPE_CHECKING:
    from .accounts import Role
    from .organisations import Organisation

# A condition by which rows are filtered.
Condition: TypeAlias = Q | Combinable
# Why rows are visible to users beyond the reach of roles: (user's key, kinds of roles, words) each.
Reasons: TypeAlias = list[tuple[int | None, Iterable[RoleKind], str]]


class StaffRole(NamedTuple):
    """As much of the role of a committee's staff as decides which rows it covers, whoever holds it."""

    organisation: Organisation
    kind: RoleKind = RoleKind.STAFF
    user_id: int | None = None


Holding: TypeAlias = "Role | StaffRole"


def below(path: str, organisation: Organisation) -> Q:
    """The condition for rows whose organisation, to whose path `path` leads, lies in the subtree of `organisation`."""
    relation, _, _ = path.rpartition("__")
    return Q(**{f"{relation}__in_subtree" if relation else "path__startswith": organisation.path})


def reach_of(user: User) -> tuple[tuple[str, str], ...]:
    """All that decides which rows are within the user's reach, but for those that are the user's own."""
    return tuple(sorted((role.kind, role.organisation.path) for role in user.held_roles))


# Means no restriction. An empty Q() would vanish when combined by `|` with another, and so restrict.
EVERYTHING = None


class ReachQuerySet(models.QuerySet):
    """Rows that belong to an organisation, restricted to its subtree.

    `organisation_path` is the lookup from a row to its organisation's path; rows without one belong to the root.
    `seen_by` lists the kinds of roles whose holders see the rows.
    """

    organisation_path = "organisation__path"
    seen_by: Collection[RoleKind] = RECORD_KEEPERS

    def reach(self, organisation: Organisation) -> Condition:
        """Returns the condition for rows of `organisation` and its subtree."""
        return below(self.organisation_path, organisation)

    def within(self, organisation: Organisation) -> Self:
        """Rows of `organisation` and its subtree; at the root every row, also those without an organisation."""
        return self if organisation.is_root() else self.filter(self.reach(organisation))

    @property
    def is_reached_by_place_alone(self) -> bool:
        """Whether rows are visible by the place of their organisation in the tree, and by nothing else."""
        acts = ("reach", "reach_by", "visible_as", "visible_to")
        return all(getattr(type(self), act) is getattr(ReachQuerySet, act) for act in acts)

    def visible_to(self, user: User) -> Self:
        """Rows that the user sees by a role of the kinds in `seen_by`."""
        return self.visible_as(user, *self.seen_by)

    def visible_as(self, user: User, *kinds: RoleKind) -> Self:
        """Rows that the user sees by a role of one of these kinds."""
        condition: Condition = Q(pk__in=[])
        for role in user.held_roles:
            if role.kind in kinds:
                reached = self.reach_by(role)
                if reached is EVERYTHING:
                    return self
                condition |= reached
        return self.filter(condition)

    def kept_at(self, committee: Organisation) -> Self:
        """Rows that the staff of a committee keep, as their role there shows them."""
        reached = self.reach_by(StaffRole(committee))
        return self if reached is EVERYTHING else self.filter(reached)

    def reach_by(self, role: Holding) -> Condition | None:
        """Returns the condition for the rows that a role makes visible, or EVERYTHING."""
        return EVERYTHING if role.organisation.is_root() else self.reach(role.organisation)
