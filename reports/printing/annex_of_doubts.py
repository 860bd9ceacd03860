"""The annex of doubtful records: the findings of the checks, for those who correct the records."""

from ..checks.explained_findings import given_reasons, individual_finding, inspected, shared_finding, with_answers
from ..checks.inspection import Audience, Inspection
from .annex_tables import Annex

DOUBT_COLUMNS = [("类别", 16), ("对象", 50), ("情况", 40), ("处理建议", 44), ("说明", 44)]


def doubt_table(scope, results, today):
    """All findings, with youths by masked name."""
    return listed(scope, results, today, Audience)


def open_doubt_table(scope, results, today):
    """The findings that reveal nothing about case files."""
    return listed(scope, results, today, [Audience.OPEN, Audience.NAMES])


def nameless_doubt_table(scope, results, today):
    """The findings that name nobody."""
    return listed(scope, results, today, [Audience.OPEN])


def listed(scope, results, today, audiences):
    """The annex of today's findings for these readers, with the explanations that are still valid."""
    reasons, rows = given_reasons(scope), []
    for check, found in inspected(Inspection(scope, results, today=today)):
        if check.audience in audiences:
            _, each = with_answers(
                [individual_finding(check, one) for one in found], shared_finding(check, found), reasons
            )
            rows += [doubt_row(answered) for answered in each]
    note = "" if rows else "没有发现存疑数据。"
    return Annex("存疑数据", "存疑数据清单（内部掌握）", DOUBT_COLUMNS, rows, note=note)


def doubt_row(answered):
    """One finding as a row."""
    finding, reason = answered.finding, answered.explanation.reason if answered.is_explained else ""
    return [finding.check.topic, finding.name, finding.found, finding.advice, reason]
