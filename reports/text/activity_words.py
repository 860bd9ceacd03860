"""What the records of activities say in words: names, contents, praise, audiences, hubs and partners.

Only what reads as part of a sentence is taken: names without their year and number, the first phrase of a content,
and nothing with digits, which would stand in a text as a number that no figure counts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import takewhile
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.db.models.functions import Left

from activities.models import Activity

# The words of one group of activities, as JSON keeps them.
GroupWords: TypeAlias = dict[str, Any]

# How much of a content is read, and how long a phrase of it or a name may be.
CONTENT_READ = 200
LONGEST_PHRASE = 24
LONGEST_TITLE_IN_TEXT = 26
# How many names and phrases of a group are kept, of which a text says fewer.
MOST_WORDS_KEPT = 12
BEGINNING_DATE = re.compile(r"^(?:\d{4}年(?:度)?)?(?:\d{1,2}月(?:份)?)?(?:\d{1,2}日)?")
ENDING_NUMBER = re.compile(r"(?:[（(][^（）()]*[）)]|第[一二三四五六七八九十\d]+[场次期讲])$")
CODE_LIKE = re.compile(r"\d{5}")
PHRASE_END = re.compile(r"[。；;！!\n]")
CLAUSE_END = re.compile(r"[。；;！!，,\n]")
PRAISE = re.compile(r"(?:深受|受到|得到|赢得|获得|反响).{0,12}(?:欢迎|好评|称赞|肯定|喜爱|热烈)")
# Denied, or with a number that no figure counts.
DENIAL = re.compile(r"[未没不无\d]")
# Visits are made to assisted youths, whom no text about activities in general touches on.
VISITS_APART = "visit"
WORD_COLUMNS = ("type__key", "type__name", "name", "attendance", "tags", "audience", "hub__name")
TAG_SEPARATOR = re.compile("[、，,;；]")


def title_of_activity(name: str, kind: str) -> str:
    """The name as a text calls it, in quotation marks; empty where it does not read well or only names the type."""
    title = ENDING_NUMBER.sub("", BEGINNING_DATE.sub("", name.strip())).strip() or name.strip()
    if len(title) > LONGEST_TITLE_IN_TEXT or CODE_LIKE.search(title) or title in (kind, kind.removesuffix("活动")):
        return ""
    return f"“{title.replace('“', '‘').replace('”', '’')}”"


def phrase_of(content: str) -> str:
    """The first phrase of a content, without praise; empty where it is long or has digits."""
    clauses = re.split("[，,]", PHRASE_END.split(content.strip(), maxsplit=1)[0])
    first = "，".join(takewhile(lambda clause: not PRAISE.search(clause), clauses)).strip("，、 ")
    return first if len(first) <= LONGEST_PHRASE and not re.search(r"\d", first) else ""


def praise_in(content: str) -> str:
    """The first clause of a content that records praise; empty without one."""
    clauses = [clause.strip() for clause in CLAUSE_END.split(content)]
    praised = [clause for clause in clauses if PRAISE.search(clause) and len(clause) <= LONGEST_PHRASE]
    return next((clause for clause in praised if not DENIAL.search(clause)), "")


def words_of_activities(
    rows: QuerySet[Activity], day: str, group_of: Callable[[str, date], str]
) -> dict[str, GroupWords]:
    """The words of the activities by group; `day` is the column of their day, `group_of` takes type and day.

    By the day for which they are planned, their order goes by that day alone, whoever came in the end.
    """
    groups: dict[str, ActivityGroup] = defaultdict(ActivityGroup)
    found = rows.order_by(day, "pk").annotate(begin=Left("content", CONTENT_READ))
    # One row for each partner, or one without any.
    seen = None
    for pk, partner, on, begin, kind, name_of_kind, name, attendance, *places in found.values_list(
        "pk", "partners__name", day, "begin", *WORD_COLUMNS
    ):
        group = groups[group_of(kind, on)]
        if pk != seen:
            weight = 0 if day == "planned_on" else attendance or 0
            group.add(on, begin, title_of_activity(name, name_of_kind), weight, *places)
        if partner:
            group.counts["协办"][partner] += 1
        seen = pk
    return {name: group.as_json() for name, group in groups.items()}


class ActivityGroup:
    """Collects the words of one group of activities, added in the order of their days."""

    def __init__(self) -> None:
        self.titles: dict[str, list[Any]] = {}
        self.has_unnamed = False
        self.phrases: dict[str, str] = {}
        self.praise: list[str] = []
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, on: date, content: str, title: str, weight: int, tags: str, audience: str, hub: str | None) -> None:
        """Adds the words of one activity; `weight` is its part in the order of the titles."""
        phrase, praise = phrase_of(content), praise_in(content)
        if not title:
            self.has_unnamed = True
        else:
            entry = self.titles.setdefault(title, [0, str(on), title])
            entry[0] += weight
        if phrase:
            self.phrases.setdefault(phrase, str(on))
        if praise:
            self.praise.append(praise)
        self.counts["主题"].update(filter(None, map(str.strip, TAG_SEPARATOR.split(tags))))
        for kind, word in (("对象", "" if re.search(r"\d", audience) else audience), ("青年汇", hub)):
            if word:
                self.counts[kind][word] += 1

    def as_json(self) -> GroupWords:
        """The words, those of many activities shortened to the best attended or most frequent."""
        titles = sorted(self.titles.values(), key=lambda title: (-title[0], title[1]))
        return {
            "titles": titles[:MOST_WORDS_KEPT],
            "has_unnamed": self.has_unnamed,
            "phrases": [[on, phrase] for phrase, on in self.phrases.items()][:MOST_WORDS_KEPT],
            "praise": self.praise[:1],
            "counts": {kind: dict(counts) for kind, counts in self.counts.items()},
        }


def titles_in(groups: Sequence[GroupWords], most: int) -> Sequence[str]:
    """The names of the best attended activities by their days; an empty one last where there are more than told."""
    titles = sorted((title for group in groups for title in group["titles"]), key=lambda title: (-title[0], title[1]))
    named = list(dict.fromkeys(title for _, _, title in sorted(titles[:most], key=lambda title: title[1])))
    are_more = len(titles) > most or any(group["has_unnamed"] for group in groups)
    return [*named, ""] if named and are_more else named


def phrases_in(groups: Iterable[GroupWords]) -> Sequence[str]:
    """The phrases of the contents, by the days of the activities."""
    return list(dict.fromkeys(phrase for _, phrase in sorted(one for group in groups for one in group["phrases"])))


def praise_within(groups: Iterable[GroupWords]) -> Sequence[str]:
    """The recorded praise, at most one clause."""
    return [praise for group in groups for praise in group["praise"]][:1]


def most_frequent_words(kind: str, groups: Iterable[GroupWords]) -> Sequence[str]:
    """The tags (主题), audiences (对象), hubs (青年汇) or partners (协办), the most frequent first."""
    counts: Counter[str] = Counter()
    for group in groups:
        counts.update(group["counts"].get(kind, {}))
    return [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
