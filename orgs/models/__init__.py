"""The organisation tree, two-new organisations, supplies, and the user accounts."""

from .accounts import FormerPassword, Role, User, UserManager, UserQuerySet
from .organisations import (
    COMMUNITY_DOMAINS,
    NONPUBLIC_DOMAINS,
    Domain,
    DomainSpan,
    Organisation,
    OrganisationQuerySet,
)
from .reach import EVERYTHING, Condition, ReachQuerySet, Reasons
from .units import RETIRED_STATUSES, Supply, SupplyQuerySet, Unit, UnitContact, UnitContactQuerySet, UnitQuerySet

__all__ = [
    "COMMUNITY_DOMAINS",
    "EVERYTHING",
    "NONPUBLIC_DOMAINS",
    "RETIRED_STATUSES",
    "Condition",
    "Domain",
    "DomainSpan",
    "FormerPassword",
    "Organisation",
    "OrganisationQuerySet",
    "ReachQuerySet",
    "Reasons",
    "Role",
    "Supply",
    "SupplyQuerySet",
    "Unit",
    "UnitContact",
    "UnitContactQuerySet",
    "UnitQuerySet",
    "User",
    "UserManager",
    "UserQuerySet",
]
