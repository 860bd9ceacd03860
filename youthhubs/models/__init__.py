"""Youth hubs by day and by year, their volunteer teams, and who works there."""

from .hubs import Hub, HubQuerySet, HubYear, TeamMember, overlap_problem
from .staff import HubStaff, directors_in, same_work_problem

__all__ = [
    "Hub",
    "HubQuerySet",
    "HubStaff",
    "HubYear",
    "TeamMember",
    "directors_in",
    "overlap_problem",
    "same_work_problem",
]
