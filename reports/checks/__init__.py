"""The data checks made before a report is signed, and all year round; `reports/checks/lines.py` lists them."""

from .explained_findings import ExplainedFinding, Group, answer_of, by_severity, findings, groups, unexplained
from .inspection import Audience, Check, Finding, Severity
from .lines import BY_KEY, CHECKS

__all__ = [
    "BY_KEY",
    "CHECKS",
    "Audience",
    "Check",
    "ExplainedFinding",
    "Finding",
    "Group",
    "Severity",
    "answer_of",
    "by_severity",
    "findings",
    "groups",
    "unexplained",
]
