"""The progress of a target by a day, compared with a plan that spreads the target evenly over the days to its deadline.

For a stock, the plan starts from its value on the eve of the year, for other figures from 0. A target is never reported
as reached while the value is incomplete or rounded.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from yl_district.periods import Period

from ..figures.counting import kept_results_of, results_of, root_organisation
from ..figures.figure import Figure, Result
from ..figures.lines import all_figures
from ..figures.measures import COUNTED, INCOMPLETE, MEASURED, ROUNDED
from ..figures.scopes import Scope
from ..models import Target

CERTAIN = {MEASURED, COUNTED}
WAITING, DONE, UNSURE, OVERDUE, AHEAD, EVEN, BEHIND = "waiting done unsure overdue ahead even behind".split()
BADGES = {
    WAITING: "未开始",
    DONE: "已完成",
    UNSURE: "待核实",
    OVERDUE: "已逾期",
    AHEAD: "超前",
    EVEN: "持平",
    BEHIND: "落后",
}


@dataclass(frozen=True)
class Point:
    """The value reached by a day, and the value planned for it."""

    day: date
    result: Result
    planned: int


@dataclass(frozen=True)
class Pace:
    """A target on `day`: its value then and by the deadline, and a stock's opening value; None before its year."""

    target: Target
    figure: Figure
    day: date
    result: Result | None = None
    by_deadline: Result | None = None
    opening: int = 0

    @property
    def counted_until(self):
        """The last day counted: `day`, or else the last day of the target's year."""
        return min(self.day, date(self.target.year, 12, 31))

    @property
    def missing(self):
        """The amount still to do."""
        return max(self.target.value - self.result.value, 0) if self.result else self.target.value

    @property
    def planned(self):
        """The value planned for the day."""
        return self.planned_on(self.counted_until)

    def planned_on(self, day):
        """The value planned for the end of `day`."""
        to_do = self.target.value - self.opening
        first, last = date(self.target.year, 1, 1), plan_end(self.target)
        if to_do <= 0 or day >= last:
            return self.target.value
        days, all_days = (day - first).days + 1, (last - first).days + 1
        return self.opening + to_do * max(days, 0) // all_days

    @property
    def is_reached(self):
        """Whether the recorded value reaches the target; certain only if the value is complete and exact."""
        return self.result is not None and self.result.value >= self.target.value

    @property
    def is_late(self):
        """Whether the target was reached after its deadline."""
        return self.is_reached and self.by_deadline.value < self.target.value

    @cached_property
    def state(self):
        """The state of the target, as a key of BADGES."""
        if self.result is None:
            return WAITING
        if self.result.is_missing or (self.is_reached and self.result.quality not in CERTAIN):
            return UNSURE
        if self.is_reached:
            return DONE
        if self.day > self.target.deadline:
            return OVERDUE
        if self.result.value == self.planned:
            return EVEN
        return AHEAD if self.result.value > self.planned else BEHIND

    @property
    def badge(self):
        """The label of the state."""
        return BADGES[self.state]

    @property
    def lead(self):
        """The value and the target: `9/12`."""
        return f"{self.result.amount if self.result else 0}/{self.target.value}"

    @property
    def words(self):
        """The progress in one phrase: `9/12，落后 1 家`."""
        return f"{self.lead}，{self.outcome}"

    @property
    def outcome(self):
        """The phrase on the state that follows the numbers."""
        if self.state == WAITING:
            return f"{self.target.year} 年尚未开始"
        if self.state == UNSURE:
            return self.doubt
        if self.state == DONE:
            done = "已达到" if self.figure.is_stock else "已完成"
            return f"{done}，晚于期限" if self.is_late else done
        part = {INCOMPLETE: "已统计部分", ROUNDED: "约"}.get(self.result.quality, "")
        if self.state == OVERDUE:
            return f"期限已过，{part}差 {self.missing} {self.figure.unit}"
        gap = abs(self.result.value - self.planned)
        return f"{part}与计划持平" if self.state == EVEN else f"{part}{self.badge} {gap} {self.figure.unit}"

    @property
    def doubt(self):
        """Why the state is uncertain."""
        if self.result.is_missing:
            return "没有统计数字，不能判断进度"
        found = "含约数" if self.result.quality == ROUNDED else "统计不全"
        return f"{found}，不能确认完成"

    @property
    def scope(self):
        """The district, from the beginning of the year to the last day counted."""
        return Scope(root_organisation(), until(self.target, self.counted_until))

    def course(self):
        """The values at the end of each month so far and on the day itself, counted in one query."""
        if self.result is None:
            return []
        ends = [Period.of_part(self.target.year, f"m{month}").end for month in range(1, 13)]
        days = [day for day in ends if day < self.counted_until] + [self.counted_until]
        found = results_of((self.figure, self.scope.within(until(self.target, day))) for day in days)
        return [Point(day, result, self.planned_on(day)) for day, result in zip(days, found, strict=True)]


def course_chart(pace, course):
    """The data of a target's chart: the value by each day, and the plan as a straight line."""
    begin, end, year_end = date(pace.target.year, 1, 1), plan_end(pace.target), date(pace.target.year, 12, 31)
    goal = pace.target.value
    return {
        "unit": pace.figure.unit,
        "target": goal,
        "begin": str(begin),
        "end": str(year_end),
        "done": [[str(point.day), point.result.value, point.result.amount, point.planned] for point in course],
        "plan": [[str(begin), min(pace.opening, goal)], [str(end), goal], [str(year_end), goal]],
    }


def plan_end(target):
    """The day on which the plan is complete: the deadline, or the nearest day within the target's year."""
    return min(max(target.deadline, date(target.year, 1, 1)), date(target.year, 12, 31))


def until(target, day):
    """The target's year up to a day in it."""
    return Period(date(target.year, 1, 1), day)


def paces_of(targets, day):
    """The Pace of each target whose figure still exists, by the target's key; all are counted together."""
    figures = all_figures()
    waiting = {one.pk: Pace(one, figures[one.figure], day) for one in targets if one.figure in figures}
    begun = [pace for pace in waiting.values() if pace.day >= date(pace.target.year, 1, 1)]
    if not begun:
        return waiting
    root = root_organisation()
    found = iter(kept_results_of(pair for pace in begun for pair in asked_of(pace, root)))
    # Each takes three consecutive results.
    for pace, done, at_deadline, opening in zip(begun, found, found, found, strict=False):
        stock = opening.value if pace.figure.is_stock else 0
        waiting[pace.target.pk] = Pace(pace.target, pace.figure, day, done, at_deadline, stock)
    return waiting


def asked_of(pace, root):
    """The figure by the day, by the deadline where that has passed, and on the eve of the year."""
    year = until(pace.target, pace.counted_until)
    deadline = until(pace.target, min(plan_end(pace.target), pace.counted_until))
    return [(pace.figure, Scope(root, period)) for period in (year, deadline, Period(year.eve, year.eve))]


def paces_beside(scope, shown, day):
    """The paces of a year's targets for the figures shown, in their order; only the district has targets."""
    if not scope.is_district or scope.period.part != "year":
        return []
    targets = {target.figure: target for target in Target.objects.filter(year=scope.year)}
    found = paces_of([targets[key] for key in shown if key in targets], day)
    return list(found.values())


def pace_of(target, day):
    """The Pace of one target; None where its figure no longer exists."""
    return paces_of([target], day).get(target.pk)
