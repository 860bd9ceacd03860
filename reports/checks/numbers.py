"""Questions that the level above asks about numbers: missed targets, inexact numbers, and declines."""

from dataclasses import replace

from ..figures.comparison import comparison_rows
from ..figures.measures import INCOMPLETE, ROUNDED, amount
from ..targets.progress import OVERDUE, paces_beside
from .inspection import RawFinding, about


def targets_missed(inspection):
    """Yields missed targets; while their year is running, those behind the plan that their own pages show."""
    for result, due in behind_plan(inspection) if inspection.is_running else unmet(inspection):
        key, unit = result.figure.key, result.figure.unit
        done = amount(result.value, result.quality, f" {unit}")
        found = f"完成 {done}，目标 {result.target} {unit}{due}"
        yield RawFinding(about(key), result.figure.label, found, inspection.figure_page(key), (key,))


def unmet(inspection):
    """The results below their targets, without a further phrase."""
    return [(one, "") for one in inspection.results.values() if one.target is not None and one.value < one.target]


def behind_plan(inspection):
    """Yields the results so far that are behind their plan, with the phrase on what is due by now."""
    for pace in paces_beside(inspection.scope, inspection.results, inspection.until):
        if pace.result and pace.result.value < pace.planned:
            due = f"，按计划此时应完成 {pace.planned} {pace.figure.unit}"
            over = f"，期限 {pace.target.deadline} 已过"
            yield replace(pace.result, target=pace.target.value), over if pace.state == OVERDUE else due


def figures_incomplete(inspection):
    """Yields figures with parts that are not recorded."""
    for key, result in of_quality(inspection, INCOMPLETE):
        found = "统计不全，没有登记任何人次"
        # Where no value is known, the text contains the sessions and states that nobody counted.
        touched = (key, key.replace("attendances", "sessions"))
        if result.value:
            found, touched = f"统计不全，已登记 {result.value} {result.figure.unit}", (key,)
        yield RawFinding(about(key), result.figure.label, found, inspection.figure_page(key), touched)


def figures_rounded(inspection):
    """Yields figures with rounded parts."""
    for key, result in of_quality(inspection, ROUNDED):
        found = f"含约数，写作“{result.amount}{result.figure.unit}”"
        yield RawFinding(about(key), result.figure.label, found, inspection.figure_page(key), (key,))


def of_quality(inspection, quality):
    """The results of this quality, by key."""
    return [(key, result) for key, result in inspection.results.items() if result.quality == quality]


def figures_fallen(inspection):
    """Yields figures below those of the same period of the year before, but for those that may be."""
    scope, today = inspection.scope, inspection.today
    if inspection.until < scope.period.start:
        return
    for row in comparison_rows(scope, inspection.with_cases, today, now=inspection.results, with_before=False):
        if row.is_fall and not row.figure.may_fall:
            found = f"{row.year_before.label} {row.year_before.written}，本期 {row.now.written}，{row.change}"
            key = row.figure.key
            yield RawFinding(about(key), row.figure.label, found, inspection.figure_page(key), (key,))
