"""The data checks made before a report is signed, and all year round; `reports/checks/lines.py` lists them."""

from .explained_findings import Answered, Group, answer_of, by_gravity, findings, groups, unexplained
from .inspection import Check, Finding, Gravity, Telling
from .lines import BY_KEY, CHECKS

__all__ = [
    "BY_KEY",
    "CHECKS",
    "Answered",
    "Check",
    "Finding",
    "Gravity",
    "Group",
    "Telling",
    "answer_of",
    "by_gravity",
    "findings",
    "groups",
    "unexplained",
]
