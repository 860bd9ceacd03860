"""Sentences of the summary: Chinese text in which every number is a figure's, and knows whose it is."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from string import Formatter

from django.db.models import Count

from activities.models import ActivityType
from orgs.models import Domain, Organisation

from .figures import INCOMPLETE, Scope, amount, results

BARE = "-"
CLAUSE_LIMIT = 4
WORK = ["sessions", "unit_contacts", "units_founded", "nonpublic_members_joined", "youth_contacts", "assistances"]

PLACES = {
    Domain.OFFICE: "机关",
    Domain.VILLAGE: "本村",
    Domain.COMMUNITY: "本社区",
    Domain.ENTERPRISE: "本单位",
    Domain.SOCIAL: "本单位",
    Domain.SCHOOL: "本校",
}


@dataclass(frozen=True)
class Number:
    """A figure's number as the sentence writes it, such as `48名` or `300余人次`."""

    key: str
    text: str
    # Empty for the period of the text itself, else 上年同期 or 上期.
    aspect: str = ""

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Block:
    """A paragraph (level 0) or a heading (level 1 `一、`, level 2 `（一）`), made of plain strings and Numbers."""

    level: int
    parts: tuple[str | Number, ...]
    # Whether it tells of assisted youths, so that not every reader may know it.
    is_about_cases: bool = False

    @property
    def text(self):
        return "".join(map(str, self.parts))


def listing(items):
    """Items, each a string or a tuple of parts, joined as `甲、乙和丙`."""
    items = [item if isinstance(item, tuple) else (item,) for item in items]
    joints = ["、"] * (len(items) - 2) + ["和"]
    joined = list(items[0]) if items else []
    for (_, item), joint in zip(pairwise(items), joints, strict=False):
        joined += [joint, *item]
    return tuple(joined)


def shortened(names):
    """The names joined; of many the first ones with `等` after them."""
    if len(names) > CLAUSE_LIMIT:
        return ("、".join(names[:CLAUSE_LIMIT]) + "等",)
    return listing(names)


class Sentences:
    """Fills the placeholders of a sentence with the figures of one scope."""

    def __init__(self, scope: Scope, with_cases=True, known=None):
        self.scope = scope
        self.results = results(scope, with_cases) if known is None else known
        self.is_district = scope.organisation.is_root()

    def value(self, key):
        """The figure's bare number, on which the choice between sentences rests; 0 where it is kept back."""
        return self.results[key].value if key in self.results else 0

    @property
    def is_active(self):
        """Whether the year has any record of work done, beyond what stood already."""
        return any(map(self.value, WORK))

    def say(self, pattern, **words):
        """The pattern's parts: `{key}` is a figure with its unit, `{key:次}` with another, `{key:-}` with none.

        Names among `words` stand for text, which may hold parts itself.
        """
        parts = []
        for literal, field, unit, _ in Formatter().parse(pattern):
            if literal:
                parts.append(literal)
            if field in words:
                parts += words[field] if isinstance(words[field], tuple) else [words[field]]
            elif field is not None:
                parts.append(self.number(field, unit))
        return tuple(parts)

    def number(self, key, unit=""):
        """The figure's Number in its own unit or another one."""
        result = self.results[key]
        unit = "" if unit == BARE else unit or result.figure.unit
        return Number(key, amount(result.value, result.quality, unit))

    def names(self, key):
        """The names of the rows which the figure counts, in the order in which the office entered them."""
        return list(self.results[key].figure.rows(self.scope).order_by("pk").values_list("name", flat=True))

    def examples(self, key):
        """The first names of the figure's rows, `等` after them if there are more."""
        return shortened(self.names(key))

    def nonzero(self, *patterns):
        """`甲3面、乙5枚`: those patterns, by their figure's key, whose figure is not 0."""
        parts = [part for key, pattern in patterns if self.value(key) for part in ("、", *self.say(pattern))]
        return tuple(parts[1:])

    def attendance(self, key):
        """The clause that tells how many came, as far as it was recorded."""
        result = self.results[key]
        if result.is_missing:
            return ("参加人次未作统计",)
        if result.quality == INCOMPLETE:
            return self.say("有记录的参加者不少于{n}（另有部分场次未统计人次）", n=(self.number(key),))
        if result.value == 0:
            return self.say("登记的参加者为{n}", n=(self.number(key),))
        return self.say("{n}参加", n=(self.number(key),))

    def share(self, part, whole, every, some, none):
        """One of three sentences: by whether the one figure reaches the other, part of it, or nothing.

        `{all}` is 都, or 已 where there is only one; `{none}` is 均, or 尚.
        """
        several = self.value(whole) > 1
        words = {"all": "都" if several else "已", "none": "均" if several else "尚"}
        if self.value(part) >= self.value(whole):
            return self.say(every, **words)
        return self.say(some if self.value(part) else none, **words)

    @cached_property
    def topics(self):
        """The tags of the activities held, by the key of their type, the most frequent first."""
        rows = self.results["sessions"].figure.rows(self.scope).exclude(tags="").order_by()
        counts = defaultdict(Counter)
        for kind, tags, times in rows.values_list("type__key", "tags").annotate(times=Count("pk")):
            for tag in filter(None, map(str.strip, re.split("[、，,;；]", tags))):
                counts[kind][tag] += times
        return {
            kind: [tag for tag, _ in sorted(tags.items(), key=lambda item: (-item[1], item[0]))]
            for kind, tags in counts.items()
        }

    @cached_property
    def types(self):
        """The activity types of which something was held, in their order."""
        return [kind for kind in ActivityType.objects.all() if self.value(f"sessions.{kind.key}")]

    @cached_property
    def campaigns(self):
        """The campaigns of the education held, each in quotation marks."""
        rows = self.results["education_sessions"].figure.rows(self.scope).exclude(campaign="").order_by()
        names = sorted(rows.values_list("campaign", flat=True).distinct())
        return [name if name[0] in "“《" else f"“{name}”" for name in names]

    @property
    def us(self):
        """What the organisation calls itself in running text."""
        organisation = self.scope.organisation
        if self.is_district:
            return f"地区{organisation.get_category_display()}"
        if organisation.category == Organisation.Category.GENERAL_BRANCH:
            return "本总支"
        return "本支部" if organisation.is_branch else "本团委"

    @property
    def area(self):
        """What the organisation calls the place for which it works."""
        return "地区" if self.is_district else PLACES[self.scope.organisation.domain]
