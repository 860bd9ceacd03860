"""People and their capacities: member, cadre, volunteer."""

from .liaisons import Liaison, LiaisonPersonQuerySet, LiaisonQuerySet, shared_day_problem
from .members import AGE_LIMIT, AGE_SOON, LEAVING_STATUSES, Member, MemberQuerySet, SchoolSpan
from .merges import PersonMerge, PersonMergeQuerySet
from .namesakes import Namesakes, NamesakesQuerySet
from .people import Person, PersonQuerySet, shown_name
from .pieces import NamePiece, UnwrittenName
from .posts import Post, PostQuerySet
from .proposals import Proposal, ProposalQuerySet
from .verifications import Verification, VerificationQuerySet, VerificationRound, VerificationRoundQuerySet
from .volunteers import Volunteer, VolunteerQuerySet

__all__ = [
    "AGE_LIMIT",
    "AGE_SOON",
    "LEAVING_STATUSES",
    "Liaison",
    "LiaisonPersonQuerySet",
    "LiaisonQuerySet",
    "Member",
    "MemberQuerySet",
    "NamePiece",
    "Namesakes",
    "NamesakesQuerySet",
    "Person",
    "PersonMerge",
    "PersonMergeQuerySet",
    "PersonQuerySet",
    "Post",
    "PostQuerySet",
    "Proposal",
    "ProposalQuerySet",
    "SchoolSpan",
    "UnwrittenName",
    "Verification",
    "VerificationQuerySet",
    "VerificationRound",
    "VerificationRoundQuerySet",
    "Volunteer",
    "VolunteerQuerySet",
    "shared_day_problem",
    "shown_name",
]
