"""What a superior asks of the numbers themselves: targets not met, numbers not exact, and falls."""

from ..comparison import comparison_rows
from ..figures import INCOMPLETE, ROUNDED
from .inspection import Found, about


def targets_missed(inspection):
    """Targets not met; in a period that still runs, those behind the share of it that has passed."""
    period = inspection.scope.period
    passed = (inspection.until - period.start).days + 1
    days = (period.end - period.start).days + 1
    for key, result in inspection.results.items():
        due = result.target and result.target * max(passed, 0) // days
        if due and result.value < due:
            unit = result.figure.unit
            found = f"完成 {result.value} {unit}，目标 {result.target} {unit}"
            if inspection.is_running:
                found += f"，按进度应完成 {due} {unit}"
            yield Found(about(key), result.figure.label, found, inspection.figure_page(key), (key,))


def figures_incomplete(inspection):
    """Figures of which some part is not recorded."""
    for key, result in of_quality(inspection, INCOMPLETE):
        found = "统计不全，没有登记任何人次"
        # Where nothing is known the text tells the sessions, and that nobody counted.
        touched = (key, key.replace("attendances", "sessions"))
        if result.value:
            found, touched = f"统计不全，已登记 {result.value} {result.figure.unit}", (key,)
        yield Found(about(key), result.figure.label, found, inspection.figure_page(key), touched)


def figures_rounded(inspection):
    """Figures of which some part is rounded."""
    for key, result in of_quality(inspection, ROUNDED):
        found = f"含约数，写作“{result.amount}{result.figure.unit}”"
        yield Found(about(key), result.figure.label, found, inspection.figure_page(key), (key,))


def of_quality(inspection, quality):
    """The results of this quality, by key."""
    return [(key, result) for key, result in inspection.results.items() if result.quality == quality]


def figures_fallen(inspection):
    """Figures below those of the same period of the year before."""
    scope, today = inspection.scope, inspection.today
    if inspection.until < scope.period.start:
        return
    for row in comparison_rows(scope, inspection.with_cases, today, now=inspection.results, with_before=False):
        if row.is_fall:
            found = f"{row.year_before.label} {row.year_before.written}，本期 {row.now.written}，{row.change}"
            key = row.figure.key
            yield Found(about(key), row.figure.label, found, inspection.figure_page(key), (key,))
