"""The findings of all checks in a scope, as one reader may see them, with the explanations given."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from yl_district.database.actors import whole_case_files

from ..figures.readers import CASE_FIGURES
from ..models import Explanation
from .inspection import Audience, Check, Finding, Inspection, RawFinding, Severity, finding_digest
from .lines import CHECKS


@dataclass(frozen=True)
class ExplainedFinding:
    """A finding with its explanation; one given for an earlier state of the finding no longer counts."""

    finding: Finding
    explanation: Explanation | None = None
    is_explained: bool = False
    # Whether the explanation was given for all findings of the check together.
    is_shared: bool = False

    @property
    def is_open(self):
        """Whether the finding prevents a report from being signed."""
        return self.finding.must_be_explained and not self.is_explained


@dataclass(frozen=True)
class Group:
    """All findings of one check, with the whole of them that a shared explanation covers."""

    check: Check
    whole: ExplainedFinding
    findings: tuple[ExplainedFinding, ...]

    @property
    def open_count(self):
        """The number of findings that prevent a report from being signed."""
        return sum(answered.is_open for answered in self.findings)

    @property
    def explained_count(self):
        """The number of findings that have an explanation."""
        return sum(answered.is_explained for answered in self.findings)

    @property
    def is_shared(self):
        """Whether one explanation can cover several of the findings."""
        return min(len(self.findings), self.shared_count) > 1

    @property
    def shared_count(self):
        """The number of findings that one explanation can cover."""
        return len(self.whole.finding.covers)


def inspected(inspection: Inspection, checks=CHECKS) -> Iterable[tuple[Check, list[RawFinding]]]:
    """Yields each check that applies to the scope and found something, with what it found."""
    for check in checks:
        if check.of_hub or not inspection.scope.hub:
            with whole_case_files():
                found = list(check.find(inspection))
            if found:
                yield check, found


def findings_for_user(inspection, check, found):
    """The findings as the inspection's user may see them: one by one, or as a number with the parts open to them."""
    if check.audience == Audience.OPEN or (check.audience == Audience.NAMES and inspection.names_people):
        return [individual_finding(check, each) for each in found]
    return [collective_finding(check, found, is_told=check.audience == Audience.CASES and inspection.user is not None)]


def individual_finding(check, found):
    """A finding of its own."""
    digest = finding_digest(check.key, found.subject, found.found)
    return Finding(check, found.subject, found.name, found.found, found.figures or check.figures, digest, found.url)


def collective_finding(check, found, is_told=False):
    """One finding that states the number of things found; with those open to the user as parts where `is_told`."""
    each = [(one.subject, finding_digest(check.key, one.subject, one.found)) for one in found]
    figures = tuple(dict.fromkeys(key for one in found for key in one.figures or check.figures))
    parts = tuple(one for one in found if one.is_open) if is_told else ()
    number = f"共 {len(found)} {check.unit}"
    digest = finding_digest(check.key, sorted(each))
    return Finding(check, check.subject, check.label, number, figures, digest, "", parts, tuple(each))


def shared_finding(check, found):
    """The finding that a shared explanation covers; for a check open to everybody, only findings open to everybody.

    So it has the same digest for readers with and without knowledge of cases, and neither invalidates the other's
    explanation.
    """
    if check.audience == Audience.OPEN:
        found = [one for one in found if CASE_FIGURES.isdisjoint(one.figures or check.figures)]
    return collective_finding(check, found)


def groups(scope, results, user=None, today=None, checks=CHECKS, reasons=None):
    """All findings of a scope by check, with their explanations, as `user` may see them.

    `reasons` passes in the explanations where they are known.
    """
    inspection = Inspection(scope, results, user, today)
    reasons = given_reasons(scope, user) if reasons is None else reasons
    return [
        Group(check, *with_answers(findings_for_user(inspection, check, found), shared_finding(check, found), reasons))
        for check, found in inspected(inspection, checks)
    ]


def given_reasons(scope, user=None):
    """The explanations that `user` may know for findings of exactly this scope, by check and subject."""
    given = Explanation.objects.of_scope(scope).select_related("given_by")
    given = given.visible_to(user) if user else given
    return {(each.check_key, each.subject): each for each in given}


def with_answers(each, whole, reasons):
    """The whole and each of a check's findings, with their explanations."""
    whole = answered_alone(whole, reasons)
    return whole, tuple(answered(finding, whole, reasons) for finding in each)


def answered_alone(finding, reasons):
    """A finding with the explanation given for itself."""
    reason = reasons.get((finding.check.key, finding.subject))
    return ExplainedFinding(finding, reason, reason is not None and reason.digest == finding.digest)


def answered(finding, whole, reasons):
    """A finding with its own explanation or else the shared one; a number is also explained if all things in it are."""
    alone = answered_alone(finding, reasons)
    # Readers who may not see the names may not read an explanation either, as it may contain them.
    is_told = finding.check.audience != Audience.NAMES or not finding.covers
    if alone.is_explained:
        return alone if is_told else ExplainedFinding(finding, None, True)
    if whole.is_explained and finding.is_about_cases == whole.finding.is_about_cases:
        return ExplainedFinding(finding, whole.explanation, True, is_shared=True)
    is_answered_one_by_one = all(is_answered(finding, *each, reasons) for each in finding.covers)
    if finding.covers and is_answered_one_by_one:
        return ExplainedFinding(finding, None, True)
    return alone if is_told else ExplainedFinding(finding)


def is_answered(finding, subject, digest, reasons):
    """Whether one of the things that a number stands for has an explanation of its own."""
    reason = reasons.get((finding.check.key, subject))
    return reason is not None and reason.digest == digest


def findings(scope, results, user=None, today=None, checks=CHECKS):
    """Every finding of a scope with its explanation, in the order of the checks."""
    return [each for group in groups(scope, results, user, today, checks) for each in group.findings]


def unexplained(scope, results, user=None, today=None):
    """The findings without an explanation that prevent a report of the scope from being signed."""
    demanding = [check for check in CHECKS if check.severity != Severity.NOTE]
    return [each.finding for each in findings(scope, results, user, today, demanding) if each.is_open]


def answer_of(key, subject, *asked):
    """The finding of this check and subject with its explanation; None if it is not found (any more)."""
    found = groups(*asked, checks=[check for check in CHECKS if check.key == key])
    each = [one for group in found for one in (*group.findings, *([group.whole] if group.shared_count else []))]
    return next((one for one in each if one.finding.subject == subject), None)


def by_severity(found):
    """Pairs of a severity and its groups, the most severe first."""
    return [(severity, list(each)) for severity, each in groupby(sorted_groups(found), attrgetter("check.severity"))]


def sorted_groups(found):
    """The groups by severity, the most severe first, otherwise in their order."""
    order = list(dict.fromkeys(check.severity for check in CHECKS))
    return sorted(found, key=lambda group: order.index(group.check.severity))
