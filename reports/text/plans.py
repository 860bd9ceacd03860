"""What is planned for the following period: the themes of the quarters, and the activities registered as planned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from activities.models import Activity, QuarterTheme
from yl_district.kept.results import kept_result
from yl_district.periods import ORDINALS, Period

from .activity_words import VISITS_APART, GroupWords, most_frequent_words, titles_in, words_of_activities
from .sentences import TITLE_LIMIT, Sentences, TextParts, quoted_titles, shortened

# What each of the usual themes asks for.
TASKS = {
    "服务季": "结合元旦、春节“两节”，走访慰问困难青少年，加大精准帮扶力度",
    "运动季": "利用春夏时节，组织趣味运动会、健步走等体育活动",
    "文体季": "结合暑期，发挥基层团组织和青年汇的力量，为青少年提供丰富的文体活动",
    "文化季": "开展读书分享、“送好书”等活动，丰富团员青年的精神文化生活",
}


def quarters_ahead(text: Sentences) -> TextParts:
    """The sentence on the four quarters of the next year: themes, and the activities planned for each."""
    year = text.scope.year + 1
    themes = dict(enumerate(QuarterTheme.USUAL, 1))
    themes |= dict(QuarterTheme.objects.filter(year=year).values_list("quarter", "name"))
    planned = planned_words(text, Period.of_year(year))
    said = []
    for number, theme in themes.items():
        clauses = [f"第{ORDINALS[number - 1]}季度为{theme}", TASKS.get(theme, "")]
        clauses.append(activities_ahead([planned[str(number)]] if str(number) in planned else []))
        said.append("，".join(filter(None, clauses)))
    return ("；".join(said), "。")


def period_ahead(text: Sentences) -> TextParts:
    """The sentence on the activities planned for the following period; empty without any."""
    said = activities_ahead(planned_words(text, text.scope.period.after).values())
    return (said, "。") if said else ()


def activities_ahead(groups: Iterable[GroupWords]) -> str:
    """The clause `计划联合地区工会举办“健步走”等活动`; empty where nothing is planned."""
    words = list(groups)
    titles = quoted_titles(titles_in(words, TITLE_LIMIT))
    if not titles:
        return ""
    partners = shortened(most_frequent_words("协办", words))
    return "".join(map(str, ["计划", *(["联合", *partners] if partners else []), "举办", *titles, "活动"]))


def planned_words(text: Sentences, period: Period) -> dict[str, GroupWords]:
    """The words of the activities planned for a period, by the number of the quarter; visits are left out."""
    scope = text.scope
    asked = ("planned words", *scope.known_by, *period.bounds)

    def find() -> dict[str, GroupWords]:
        planned = Activity.objects.planned_during(period).exclude(state=Activity.State.CANCELLED)
        placed = planned.filter(hub=scope.hub) if scope.hub else planned.within(scope.organisation)
        return words_of_activities(placed.exclude(type__key=VISITS_APART), "planned_on", quarter_of)

    words: dict[str, GroupWords] = kept_result(asked, find)
    return words


def quarter_of(kind: str, day: date) -> str:
    """The number of the quarter of a day, whatever the type."""
    return str((day.month + 2) // 3)
