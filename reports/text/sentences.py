"""Numbers, names and clauses on the figures of one scope, as texts use them."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from functools import cached_property, partial
from itertools import pairwise
from string import Formatter
from typing import TypeAlias

from activities.models import ActivityType, Campaign
from orgs.models import Domain, Organisation
from yl_district.kept.results import kept_result, once_a_moment
from yl_district.periods import Period
from yl_district.pinyin import name_order

from ..figures.counting import kept_results_of, results
from ..figures.figure import Result
from ..figures.measures import COUNTED, INCOMPLETE, MEASURED, ROUNDED, amount
from ..figures.readers import CASE_FIGURES
from ..figures.scopes import Scope
from .activity_words import VISITS_APART, GroupWords, most_frequent_words, titles_in, words_of_activities

BARE = "-"
CLAUSE_LIMIT = 4
YEAR_BEFORE, BEFORE = "上年同期", "上期"
YEAR_CHANGE, CHANGE = "同比", "环比"
# How many activities a sentence calls by their names.
TITLE_LIMIT = 3
# The aspects that refer to another period, with the property of Period that returns it.
OTHER_PERIODS = {YEAR_BEFORE: "year_before", BEFORE: "before"}
COMPARED_WITH = {YEAR_CHANGE: YEAR_BEFORE, CHANGE: BEFORE}

PLACE_WORDS = {
    Domain.OFFICE: "机关",
    Domain.VILLAGE: "本村",
    Domain.COMMUNITY: "本社区",
    Domain.ENTERPRISE: "本单位",
    Domain.SOCIAL: "本单位",
    Domain.SCHOOL: "本校",
}


@dataclass(frozen=True)
class Number:
    """A figure's number as written in a sentence, such as `48名` or `300余人次`, with the figure's key.

    `aspect` is empty for the document's own period, 上年同期 or 上期 for another one, 同比 or 环比 for a difference.
    """

    key: str
    text: str
    aspect: str = ""

    def __str__(self) -> str:
        return self.text

    def period(self, period: Period) -> Period:
        """The period whose records the number counts, in a document on `period`."""
        other = OTHER_PERIODS.get(self.aspect)
        return getattr(period, other) if other else period


@dataclass(frozen=True)
class Block:
    """A paragraph (level 0) or a heading (level 1 `一、`, level 2 `（一）`), made of plain strings and Numbers.

    Blocks with `is_about_cases` are only for readers who may know how many youths are assisted. `typed` says from where
    to where a paragraph's text is its writer's own, not filled in.
    """

    level: int
    parts: tuple[str | Number, ...]
    is_about_cases: bool = False
    typed: tuple[tuple[int, int], ...] = field_of(default=(), compare=False)

    @property
    def text(self) -> str:
        return "".join(map(str, self.parts))

    def is_typed(self, place: int) -> bool:
        """Whether the character at a place of the text is its writer's own."""
        before = bisect(self.typed, place, key=lambda span: span[0])
        return before > 0 and place < self.typed[before - 1][1]


# What paragraphs consist of.
TextPart: TypeAlias = str | Number
TextParts: TypeAlias = tuple[TextPart, ...]


def listing(items: Iterable[TextPart | TextParts]) -> TextParts:
    """Joins items, each a string or a tuple of parts, as `甲、乙和丙`."""
    found = [item if isinstance(item, tuple) else (item,) for item in items]
    joints = ["、"] * (len(found) - 2) + ["和"]
    joined = list(found[0]) if found else []
    for (_, item), joint in zip(pairwise(found), joints, strict=False):
        joined += [joint, *item]
    return tuple(joined)


def shortened(names: Sequence[str]) -> TextParts:
    """Joins the names; of more than CLAUSE_LIMIT only the first, followed by `等`."""
    if len(names) > CLAUSE_LIMIT:
        return ("、".join(names[:CLAUSE_LIMIT]) + "等",)
    return listing(names)


def quoted_titles(titles: Sequence[str]) -> TextParts:
    """The quoted names of activities side by side, followed by `等` where an empty one stands for others."""
    return ("".join(title or "等" for title in titles),) if titles else ()


class Sentences:
    """The figures of one scope as words of a text; `counted` passes in results that are already known."""

    def __init__(self, scope: Scope, with_cases: bool = True, counted: Mapping[str, Result] | None = None) -> None:
        self.scope = scope
        counted = results(scope, with_cases) if counted is None else counted
        self.results = {key: each for key, each in counted.items() if with_cases or key not in CASE_FIGURES}
        self.is_district = scope.is_district
        self._former: dict[tuple[str, str], Result] = {}
        self._campaigns: dict[str, list[str]] = {}
        # The figures that a text compares with another period, by the aspect that refers to it.
        self.compared: dict[str, set[str]] = {}

    def value(self, key: str) -> int:
        """The figure's plain value, by which texts choose between sentences; 0 where it is withheld."""
        return self.results[key].value if key in self.results else 0

    def former(self, key: str, aspect: str) -> Result:
        """The figure's result in the period that the aspect refers to, counted with the others that are compared."""
        if (key, aspect) not in self._former:
            other = self.scope.within(getattr(self.scope.period, OTHER_PERIODS[aspect]))
            keys = [key, *(each for each in self.compared.get(aspect, ()) if each != key and self.value(each))]
            found = kept_results_of((self.results[each].figure, other) for each in keys)
            self._former |= {(result.figure.key, aspect): result for result in found}
        return self._former[key, aspect]

    def change(self, key: str, aspect: str) -> int | None:
        """The difference from the other period; None where either value is incomplete."""
        now, then = self.results[key], self.former(key, COMPARED_WITH[aspect])
        if INCOMPLETE in (now.quality, then.quality):
            return None
        return now.value - then.value

    def say(self, pattern: str, **words: TextPart | TextParts) -> TextParts:
        """The parts of a pattern, where `{key}` is a figure with its unit, and names in `words` are text or parts."""
        parts: list[TextPart] = []
        for literal, field, _, _ in Formatter().parse(pattern):
            if literal:
                parts.append(literal)
            if field in words:
                word = words[field]
                parts += word if isinstance(word, tuple) else (word,)
            elif field is not None:
                parts.append(self.number(field))
        return tuple(parts)

    def number(self, key: str, unit: str = "", aspect: str = "") -> Number:
        """The figure's Number, in its own unit or `unit`, for this period or the one that `aspect` refers to."""
        result = self.former(key, aspect) if aspect else self.results[key]
        return Number(key, amount(result.value, result.quality, unit_of(result, unit)), aspect)

    def difference(self, key: str, unit: str, aspect: str) -> TextParts:
        """The clause on the change from another period, with 约 where either value is rounded."""
        change, result = self.change(key, aspect), self.results[key]
        if change is None:
            return ("统计不全、不能比较",)
        if not change:
            return ("持平",)
        is_rounded = ROUNDED in (result.quality, self.former(key, COMPARED_WITH[aspect]).quality)
        about = "约" if is_rounded else ""
        text = f"{'增加' if change > 0 else '减少'}{about}{abs(change)}{unit_of(result, unit)}"
        return (Number(key, text, aspect),)

    def beyond_last_year(self, key: str) -> TextParts:
        """The clause `，比上年增加12场`; empty unless both values are exact, differ, and last year's is not zero."""
        now, then, change = self.results[key], self.former(key, YEAR_BEFORE), self.change(key, YEAR_CHANGE)
        if not change or not then.value or not (exact(now) and exact(then)):
            return ()
        year_before = "上年" if self.scope.period.part == "year" else "上年同期"
        return (f"，比{year_before}", *self.difference(key, "", YEAR_CHANGE))

    def complete(self, key: str, unit: str = "") -> TextParts:
        """The figure's Number where it is complete and not zero; empty otherwise."""
        result = self.results[key]
        return (self.number(key, unit),) if result.value and result.quality != INCOMPLETE else ()

    def names(self, key: str) -> list[str]:
        """The names of the rows that the figure counts, in order of entry."""
        return list(self.results[key].figure.rows(self.scope).order_by("pk").values_list("name", flat=True))

    def attendance(self, key: str) -> TextParts:
        """The clause on the attendance, as far as it was recorded."""
        result = self.results[key]
        if result.is_missing:
            return ("参加人次未作统计",)
        if result.quality == INCOMPLETE:
            return self.say("有记录的参加者不少于{n}（另有部分场次未统计人次）", n=(self.number(key),))
        if result.value == 0:
            return self.say("登记的参加者为{n}", n=(self.number(key),))
        return self.say("{n}参加", n=(self.number(key),))

    def held(self, kinds: Iterable[ActivityType]) -> TextParts:
        """The parts of `主题团日2场，主题涉及五四，30人次参加；宣讲会…`, on activities of these types."""
        parts = []
        for kind in kinds:
            topics = self.topics([kind.key])
            about = ("，主题涉及", *shortened(topics)) if topics else ()
            came = self.attendance(f"attendances.{kind.key}")
            parts += ["；", kind.name, self.number(f"sessions.{kind.key}"), *about, "，", *came]
        return tuple(parts[1:])

    def told(self, kinds: Iterable[ActivityType]) -> TextParts:
        """The parts of `“重温誓词”主题团日2场，30人次参加；宣讲会…`; what is not recorded is left out."""
        return tuple(part for kind in kinds for part in ("；", *self.told_of_type(kind, kind.name)))[1:]

    def told_of_type(self, kind: ActivityType, name: str) -> TextParts:
        """The parts of `“重温誓词”主题团日2场，30人次参加`, the type called by `name`; visits are not named."""
        came = self.complete(f"attendances.{kind.key}")
        titles = () if kind.key == VISITS_APART else self.titles([kind.key])
        told = (*titles, name, self.number(f"sessions.{kind.key}"))
        return (*told, "，", *came, "参加") if came else told

    def titles(self, kinds: Iterable[str]) -> TextParts:
        """The names of the best attended activities of these types, `“重温誓词”“健步走”等`."""
        return quoted_titles(titles_in(self.activity_words(kinds), TITLE_LIMIT))

    def activity_words(self, kinds: Iterable[str]) -> list[GroupWords]:
        """The words of the activities of these types; among several types visits are left out."""
        asked = list(kinds)
        return [
            self._words[kind]
            for kind in asked
            if kind in self._words and (kind != VISITS_APART or asked == [VISITS_APART])
        ]

    @cached_property
    def _words(self) -> dict[str, GroupWords]:
        """The words of the activities held, by the key of their type."""
        words: dict[str, GroupWords] = kept_result(("activity words", *self.scope.known_by), self._find_words)
        return words

    def _find_words(self) -> dict[str, GroupWords]:
        """The same, found now."""
        return words_of_activities(self.results["sessions"].figure.rows(self.scope), "held_on", lambda kind, on: kind)

    def forms(self, key: str) -> list[str]:
        """The forms of the contacts that a figure counts, in their order."""
        rows = self.results[key].figure.rows(self.scope).order_by().values_list("form", flat=True).distinct()
        found = kept_result(("forms", key, *self.scope.known_by), partial(list, rows))
        return [label for form, label in rows.model.Form.choices if form in found]

    def topics(self, kinds: Iterable[str]) -> list[str]:
        """The tags of activities of these types, the most frequent first."""
        return list(most_frequent_words("主题", [self._words[kind] for kind in kinds if kind in self._words]))

    @cached_property
    def types(self) -> list[ActivityType]:
        """The activity types of which an activity was held, in their order."""
        return [kind for kind in current_types() if self.value(f"sessions.{kind.key}")]

    def campaigns(self, key: str) -> list[str]:
        """The campaigns of the activities that a figure counts, in quotation marks."""
        if key not in self._campaigns:
            asked = ("campaigns", key, *self.scope.known_by)
            self._campaigns[key] = kept_result(asked, partial(self._find_campaigns, key))
        return [in_quotation_marks(name) for name in self._campaigns[key]]

    def _find_campaigns(self, key: str) -> list[str]:
        """The names of the campaigns, found now."""
        rows = self.results[key].figure.rows(self.scope).exclude(campaign=None).order_by()
        return sorted(rows.values_list("campaign__name", flat=True).distinct(), key=name_order)

    def coverage(self, campaign: Campaign) -> TextParts:
        """The sentence on whom a campaign has reached; empty where it has reached nobody."""
        due, reached, share = (f"{name}.{campaign.key}" for name in ("coverage_due", "coverage_reached", "coverage"))
        if not self.value(reached):
            return ()
        name, is_of_members = in_quotation_marks(campaign.name), campaign.audience == Campaign.Audience.MEMBERS
        whom, everybody = ("在册团员", "每名团员") if is_of_members else ("团干部", "每名团干部")
        words: dict[str, TextPart | TextParts] = {"name": name, "whom": whom, "everybody": everybody}
        numbers = {"due": due, "reached": reached, "share": share}
        words |= {word: (self.number(key),) for word, key in numbers.items()}
        if self.value(reached) == self.value(due):
            return self.say("{name}专项覆盖全部{due}{whom}，做到{everybody}知晓。", **words)
        return self.say("{name}专项应覆盖{due}{whom}，已覆盖{reached}，覆盖率{share}。", **words)

    def has_sign_ins(self, key: str) -> bool:
        """Whether any activity that a figure counts has a list of sign-ins."""
        return self.results[key].figure.rows(self.scope).filter(sign_in_count__gt=0).exists()

    @property
    def us(self) -> str:
        """The word for the organisation or hub itself in running text."""
        organisation = self.scope.organisation
        if self.scope.hub:
            return "本青年汇"
        if self.is_district:
            return f"{organisation.present_level.label}{organisation.get_category_display()}"
        if organisation.category == Organisation.Category.GENERAL_BRANCH:
            return "本总支"
        return "本支部" if organisation.is_branch else "本团委"

    @property
    def area(self) -> str:
        """The word for the place that the organisation worked for on the day of counting."""
        organisation = self.scope.organisation
        if organisation.is_root():
            return organisation.present_level.label
        return PLACE_WORDS[organisation.domain_on(self.scope.day)]

    @property
    def party_committee(self) -> str:
        """The party committee of the place; of organisations below the root and of hubs in general."""
        organisation = self.scope.organisation
        return organisation.party_committee if self.is_district else "上级党组织"


def current_types() -> list[ActivityType]:
    """The activity types with their states, asked for once on a page."""
    types: list[ActivityType] = once_a_moment("activity types", lambda: list(ActivityType.objects.with_states()))
    return types


def in_quotation_marks(name: str) -> str:
    """The name of a campaign in quotation marks, unless it has its own."""
    return name if name[0] in "“《" else f"“{name}”"


def unit_of(result: Result, unit: str) -> str:
    """The unit asked for; the figure's own if none, empty for BARE."""
    return "" if unit == BARE else unit or result.figure.unit


def exact(result: Result) -> bool:
    """Whether a result is complete and not rounded."""
    return result.quality in (COUNTED, MEASURED)


def numbered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with `一、` before headings of level 1 and `（一）` before those of level 2."""
    chapter = part = 0
    numbered_blocks = []
    for block in blocks:
        mark: TextParts = ()
        if block.level == 1:
            chapter, part = chapter + 1, 0
            mark = (f"{ordinal(chapter)}、",)
        elif block.level == 2:
            part += 1
            mark = (f"（{ordinal(part)}）",)
        numbered_blocks.append(replace(block, parts=(*mark, *block.parts)))
    return tuple(numbered_blocks)


CHINESE_DIGITS = "零一二三四五六七八九"


def ordinal(number: int) -> str:
    """A number below a hundred in Chinese numerals: 九, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{CHINESE_DIGITS[tens % 10]}十"
    return ten + (CHINESE_DIGITS[ones] if ones or not tens else "")
