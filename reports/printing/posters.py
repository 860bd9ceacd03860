"""The one-page visual summary of a period: its main numbers, tasks and activities, each leading to its records."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from activities.models import Activity

from ..figures.charts import MEASURES, counted, drawn, held_by_month, held_by_type
from ..figures.comparison import as_signed, passed_of, signed_figures
from ..figures.counting import figures_of, results, results_of
from ..figures.figure import Result
from ..figures.lines import HEADLINES, MOST_HEADLINES
from ..figures.measures import COUNTED, INCOMPLETE, MEASURED
from ..figures.scopes import Scope, scope_query
from ..figures.sources import hubs
from ..targets.progress import Pace, paces_beside
from .drawings import Line, Mark, bars, columns

# What fits on one page.
MOST_TYPES, MOST_HUBS, MOST_TARGETS, MOST_MONTHS = 15, 10, 14, 12
LONGEST_LABEL = 8


@dataclass(frozen=True)
class Headline:
    """A main number beside that of the same days of the year before, which `before_label` calls."""

    result: Result
    before: Result
    before_label: str
    address: str

    @property
    def note(self):
        """What is to be said of the number's quality."""
        return {"rounded": "含约数", "incomplete": "部分未统计"}.get(self.result.quality, "")

    @property
    def before_words(self):
        """The number of the year before, marked where something is missing from it."""
        gaps = "＊" if self.before.quality == INCOMPLETE and not self.before.is_missing else ""
        return f"{self.before_label} {self.before.amount}{gaps}"

    @property
    def change(self):
        """The difference to the year before, where both numbers are exact; else nothing."""
        if {self.result.quality, self.before.quality} - {MEASURED, COUNTED}:
            return ""
        difference = self.result.value - self.before.value
        return f"增 {difference}" if difference > 0 else f"减 {-difference}" if difference else "持平"


@dataclass(frozen=True)
class Drawing:
    """A chart, and how many rows were left out so that the page stays one."""

    title: str
    svg: str
    left_out: int = 0


@dataclass(frozen=True)
class Poster:
    """The whole page."""

    scope: Scope
    counted_on: date
    headlines: list[Headline]
    targets: list[Pace]
    targets_left_out: int
    drawings: list[Drawing]

    @property
    def title(self):
        return f"{self.scope.name}{self.scope.period.name}工作图览"


def poster(scope, today, with_cases=True):
    """The poster of a scope, counted `today`; without `with_cases` it shows nothing of assisted youths."""
    found = results(scope, with_cases)
    paces = paces_beside(scope, found, today)
    # What is not reached must not be what is left out.
    shown = sorted(paces, key=lambda pace: pace.state == "done")[:MOST_TARGETS]
    drawings = [by_month(scope), by_type(scope), by_hub(scope)]
    return Poster(
        scope=scope,
        counted_on=today,
        headlines=headlines(scope, found, today, with_cases),
        targets=[pace for pace in paces if pace in shown],
        targets_left_out=len(paces) - len(shown),
        drawings=[drawing for drawing in drawings if drawing],
    )


def headlines(scope, found, today, with_cases):
    """The main numbers that are known of the scope, beside those of the same days a year earlier.

    Of a period that still runs these are the days so far; what was signed of a period is taken as it was signed.
    """
    keys = [key for key in HEADLINES if key in found][:MOST_HEADLINES]
    figures, passed = figures_of(scope, with_cases), passed_of(scope, today)
    earlier = passed.within(passed.period.year_before)
    signed, counted = signed_figures(earlier), results_of((figures[key], earlier) for key in keys)
    name = "上年" if passed.period.part == "year" else "上年同期"
    return [
        Headline(
            found[key],
            as_signed(before, signed.get(key)),
            f"{name}定稿" if key in signed else name,
            address(scope, key),
        )
        for key, before in zip(keys, counted, strict=True)
    ]


def address(scope, key):
    """Where a figure's records are listed."""
    return f"{reverse('figure_detail', args=[key])}?{scope_query(scope)}"


def line(label, row, scope, kind=""):
    """A line of a chart, whose numbers lead to the records of the scope, or of one type in it."""
    told = drawn(row)
    text = f"{told['text']}＊" if told["unrecorded"] and told["attendances"] else told["text"]
    at = f".{kind}" if kind else ""
    marks = (
        Mark(told["sessions"], str(told["sessions"]), address(scope, f"sessions{at}")),
        Mark(told["attendances"], text, address(scope, f"attendances{at}")),
    )
    return Line(label, marks)


def by_month(scope):
    """A column for each month of the period; nothing where nothing was held, or for periods longer than a year."""
    rows = held_by_month(scope)
    if len(rows) > MOST_MONTHS or not any(row["sessions"] for _, row in rows):
        return None
    lines = [line(f"{month.start.month}月", row, scope.within(month)) for month, row in rows]
    return Drawing("各月活动", columns("各月活动场次与人次", lines, MEASURES))


def by_type(scope):
    """A bar for each type of activity that was held, the most frequent ones where there are many."""
    shown, left_out = most(held_by_type(scope), MOST_TYPES)
    lines = [line(row["type__name"][:LONGEST_LABEL], row, scope, row["type__key"]) for row in shown]
    return Drawing("各类活动", bars("各类活动场次与人次", lines, MEASURES), left_out) if lines else None


def by_hub(scope):
    """A bar for each hub at which something was held, the busiest ones where there are many."""
    if scope.hub:
        return None
    open_hubs = {hub.pk: hub for hub in hubs(scope)}
    held = Activity.objects.held_during(scope.period).filter(hub__in=open_hubs).order_by("hub__name")
    shown, left_out = most(list(counted(held.values("hub"))), MOST_HUBS)
    lines = [
        line(short(open_hubs[row["hub"]].name), row, Scope(scope.organisation, scope.period, open_hubs[row["hub"]]))
        for row in shown
    ]
    return Drawing("各青年汇活动", bars("各青年汇活动场次与人次", lines, MEASURES), left_out) if lines else None


def most(rows, limit):
    """The rows with the most sessions in their own order, and how many are left out."""
    kept = sorted(rows, key=lambda row: -row["sessions"])[:limit]
    return [row for row in rows if row in kept], len(rows) - len(kept)


def short(name):
    """A hub's name without what all of them are called, as long as a label may be."""
    return name.removesuffix("青年汇")[:LONGEST_LABEL] or name[:LONGEST_LABEL]
