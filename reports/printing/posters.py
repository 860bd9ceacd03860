"""The poster: a period's headline figures, targets and activities on one page, each linked to its records."""

from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from ..figures.charts import MEASURES, activity_bars, held_at_hubs, held_by_month, held_by_type, most_frequent
from ..figures.comparison import as_signed, passed_of, signed_figures
from ..figures.counting import results
from ..figures.figure import Result
from ..figures.lines import HEADLINES, MOST_HEADLINES
from ..figures.measures import COUNTED, INCOMPLETE, MEASURED
from ..figures.scopes import Scope, scope_query
from ..figures.sources import hubs
from ..targets.progress import Pace, paces_beside
from .drawings import BarLabel, Line, bars, columns

# The limits that keep the poster on one page.
MOST_TYPES, MOST_HUBS, MOST_TARGETS, MOST_MONTHS_DRAWN = 15, 10, 14, 12
LONGEST_LABEL = 8


@dataclass(frozen=True)
class Headline:
    """A headline figure compared with the same days of the year before, which `before_label` names."""

    result: Result
    before: Result
    before_label: str
    address: str

    @property
    def note(self):
        """The note on the number's quality."""
        return {"rounded": "含约数", "incomplete": "部分未统计"}.get(self.result.quality, "")

    @property
    def before_words(self):
        """The value of the year before, marked with ＊ where it is incomplete."""
        gaps = "＊" if self.before.quality == INCOMPLETE and not self.before.is_missing else ""
        return f"{self.before_label} {self.before.amount}{gaps}"

    @property
    def change(self):
        """The difference from the year before; empty unless both values are exact."""
        if {self.result.quality, self.before.quality} - {MEASURED, COUNTED}:
            return ""
        difference = self.result.value - self.before.value
        return f"增 {difference}" if difference > 0 else f"减 {-difference}" if difference else "持平"


@dataclass(frozen=True)
class Drawing:
    """A chart, with the number of rows left out to keep the poster on one page."""

    title: str
    svg: str
    left_out: int = 0


@dataclass(frozen=True)
class Poster:
    """The content of the whole page."""

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
    """The poster of a scope, counted `today`; without `with_cases`, it shows nothing about assisted youths."""
    found = results(scope, with_cases)
    paces = paces_beside(scope, found, today)
    # Targets not yet reached must not be the ones left out.
    shown = sorted(paces, key=lambda pace: pace.state == "done")[:MOST_TARGETS]
    drawings = [month_drawing(scope), type_drawing(scope), by_hub(scope)]
    return Poster(
        scope=scope,
        counted_on=today,
        headlines=headlines(scope, found, today, with_cases),
        targets=[pace for pace in paces if pace in shown],
        targets_left_out=len(paces) - len(shown),
        drawings=[drawing for drawing in drawings if drawing],
    )


def headlines(scope, found, today, with_cases):
    """The headline figures that exist for the scope, compared with the same days a year earlier.

    While the period is running, these are the days so far. Values signed for the earlier period take precedence.
    """
    keys = [key for key in HEADLINES if key in found][:MOST_HEADLINES]
    passed = passed_of(scope, today)
    earlier = passed.within(passed.period.year_before)
    signed, counted = signed_figures(earlier), results(earlier, with_cases, only=keys)
    name = "上年" if passed.period.part == "year" else "上年同期"
    return [
        Headline(
            found[key],
            as_signed(counted[key], signed.get(key)),
            f"{name}定稿" if key in signed else name,
            records_address(scope, key),
        )
        for key in keys
    ]


def records_address(scope, key):
    """The URL of a figure's records."""
    return f"{reverse('figure_detail', args=[key])}?{scope_query(scope)}"


def chart_line(label, row, scope, kind=""):
    """A line of a chart, with links to the records of the scope, or of one type in it."""
    told = activity_bars(row)
    text = f"{told['text']}＊" if told["unrecorded"] and told["attendances"] else told["text"]
    at = f".{kind}" if kind else ""
    marks = (
        BarLabel(told["sessions"], str(told["sessions"]), records_address(scope, f"sessions{at}")),
        BarLabel(told["attendances"], text, records_address(scope, f"attendances{at}")),
    )
    return Line(label, marks)


def month_drawing(scope):
    """The chart of months; None without activities, or where the period has more than MOST_MONTHS_DRAWN."""
    rows = held_by_month(scope)
    if len(rows) > MOST_MONTHS_DRAWN or not any(row["sessions"] for _, row in rows):
        return None
    lines = [chart_line(f"{month.start.month}月", row, scope.within(month)) for month, row in rows]
    return Drawing("各月活动", columns("各月活动场次与人次", lines, MEASURES))


def type_drawing(scope):
    """The chart of activity types, limited to those with the most sessions; None without activities."""
    shown, left_out = most_frequent(held_by_type(scope), MOST_TYPES)
    lines = [chart_line(row["type__name"][:LONGEST_LABEL], row, scope, row["type__key"]) for row in shown]
    return Drawing("各类活动", bars("各类活动场次与人次", lines, MEASURES), left_out) if lines else None


def by_hub(scope):
    """The chart of hubs, limited to those with the most sessions; None without activities, or for a hub."""
    if scope.hub:
        return None
    shown, left_out = held_at_hubs(scope, MOST_HUBS)
    open_hubs = hubs(scope).in_bulk([row["hub"] for row in shown])
    lines = [
        chart_line(short_hub_name(row["hub__name"]), row, replace(scope, hub=open_hubs[row["hub"]])) for row in shown
    ]
    return Drawing("各青年汇活动", bars("各青年汇活动场次与人次", lines, MEASURES), left_out) if lines else None


def short_hub_name(name):
    """A hub's name without the common suffix, cut to LONGEST_LABEL."""
    return name.removesuffix("青年汇")[:LONGEST_LABEL] or name[:LONGEST_LABEL]
