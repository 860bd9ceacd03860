"""The meanings of a name in braces: a figure's value, or another aspect of the figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Model

from activities.models import Activity, ActivityType
from orgs.models import Organisation, Unit, UnitContact
from outreach.models import Contact
from youthhubs.models import Hub

from ..figures.figure import FLOW, Figure
from ..figures.measures import person_times, sessions
from ..figures.readers import CASE_FIGURES
from ..figures.sources import education
from .activity_words import GroupWords, most_frequent_words, phrases_in, praise_within, titles_in
from .sentences import (
    BARE,
    BEFORE,
    CHANGE,
    CLAUSE_LIMIT,
    COMPARED_WITH,
    TITLE_LIMIT,
    YEAR_BEFORE,
    YEAR_CHANGE,
    Sentences,
    TextParts,
    listing,
    quoted_titles,
    shortened,
)

if TYPE_CHECKING:
    from .vocabulary import Vocabulary
    from .writing import TextWriter

TARGET = "目标"
# Records that a public text may name; people are not among them.
NAMED_MODELS = (Organisation, Unit, Hub)
# The column of `Figure.where` that restricts a figure to activities of one type.
ONE_TYPE = "type__key"
LONGEST_UNIT = 6
# A unit with one of these would change the number in front of it.
NUMERAL = re.compile(r"[\d%％‰〇零一二两三四五六七八九十百千万亿余多约几半倍.,，-]")


class Meaningless(Exception):
    """Raised for an expression without a meaning: what was expected, and the closest valid names."""

    def __init__(self, expected: str, near: Iterable[str] = ()) -> None:
        super().__init__(expected)
        self.expected, self.near = expected, tuple(near)


class Meaning:
    """What an expression means; `keys` are the figures on whose values it depends."""

    keys: frozenset[str] = frozenset()

    @property
    def is_about_cases(self) -> bool:
        """Whether it is only for readers who may know of cases."""
        return bool(self.keys & CASE_FIGURES)


@dataclass(frozen=True)
class Aspect:
    """One aspect of a figure. `parts` takes the sentences, the figure's key and the unit asked for.

    `fits` takes a figure and the model whose records it counts; `is_number` allows a unit.
    """

    parts: Callable[[Sentences, str, str], TextParts]
    hint: str
    fits: Callable[[Figure, type[Model]], bool] = lambda figure, model: True
    is_number: bool = False


def is_of_names(figure: Figure, model: type[Model]) -> bool:
    return model in NAMED_MODELS


def is_of_activities(figure: Figure, model: type[Model]) -> bool:
    return model is Activity


def is_divided(figure: Figure, model: type[Model]) -> bool:
    """Whether a figure counts the sessions of more than one type."""
    return figure.measure is sessions and ONE_TYPE not in figure.where


def kinds_of(figure: Figure, types: Iterable[ActivityType], day: date) -> list[str]:
    """The keys of those `types` whose activities a figure counts as of `day`."""
    if ONE_TYPE in figure.where:
        return [str(figure.where[ONE_TYPE])]
    return [each.key for each in types if figure.source is not education or each.is_education_on(day)]


def topics(sentences: Sentences, key: str) -> list[str]:
    """The topics of the activities that a figure counts, the most frequent first."""
    return sentences.topics(kinds_of(sentences.results[key].figure, sentences.types, sentences.scope.day))


def has_form(figure: Figure, model: type[Model]) -> bool:
    """Whether a figure counts contacts, which have a form."""
    return model in (UnitContact, Contact)


def counts_people(figure: Figure, model: type[Model]) -> bool:
    """Whether a figure counts person-times."""
    return figure.measure is person_times


def words_of_rows(sentences: Sentences, key: str) -> list[GroupWords]:
    """The words of the activities that a figure counts."""
    return sentences.activity_words(kinds_of(sentences.results[key].figure, sentences.types, sentences.scope.day))


# What texts take from the records of activities, found by the key of the figure that counts them.
FOUND_IN_RECORDS: dict[str, Callable[[Sentences, str], Sequence[str]]] = {
    "活动": lambda sentences, key: titles_in(words_of_rows(sentences, key), TITLE_LIMIT),
    "内容": lambda sentences, key: phrases_in(words_of_rows(sentences, key)),
    "反响": lambda sentences, key: praise_within(words_of_rows(sentences, key)),
    "对象": lambda sentences, key: most_frequent_words("对象", words_of_rows(sentences, key)),
    "青年汇": lambda sentences, key: most_frequent_words("青年汇", words_of_rows(sentences, key)),
    "协办": lambda sentences, key: most_frequent_words("协办", words_of_rows(sentences, key)),
}


def of_records(name: str, hint: str, joined: Callable[[Sequence[str]], TextParts] = shortened) -> Aspect:
    """The aspect of this name in FOUND_IN_RECORDS."""
    found = FOUND_IN_RECORDS[name]
    return Aspect(lambda sentences, key, unit: joined(found(sentences, key)), hint, is_of_activities)


def in_a_row(phrases: Sequence[str]) -> TextParts:
    """Joins phrases, which may hold 和 themselves, by `、`; of more than a few the first, followed by `等`."""
    few = shortened(phrases)
    return few if len(phrases) > CLAUSE_LIMIT else ("、".join(phrases),) if phrases else ()


def most_of_them(names: Sequence[str]) -> TextParts:
    """The first two names, followed by `等` where there are more; they are long."""
    return ("、".join(names[:2]) + "等",) if len(names) > 2 else listing(names)


def told_by_type(sentences: Sentences, key: str) -> TextParts:
    """The sentence on what a figure counts, type by type, with the names of activities and only what is recorded."""
    kinds = kinds_of(sentences.results[key].figure, sentences.types, sentences.scope.day)
    return sentences.told([kind for kind in sentences.types if kind.key in kinds])


def type_by_type(sentences: Sentences, key: str) -> TextParts:
    """The sentence on what a figure counts, type by type."""
    kinds = kinds_of(sentences.results[key].figure, sentences.types, sentences.scope.day)
    return sentences.held([kind for kind in sentences.types if kind.key in kinds])


def target(sentences: Sentences, key: str, unit: str) -> TextParts:
    """The figure's target, or a mark where none is set."""
    result = sentences.results[key]
    if result.target is None:
        return (f"【{result.figure.label}没有目标】",)
    return (f"{result.target}{'' if unit == BARE else unit or result.figure.unit}",)


def of_period(aspect: str) -> Callable[[Sentences, str, str], TextParts]:
    return lambda sentences, key, unit: (sentences.number(key, unit, aspect),)


def compared(aspect: str) -> Callable[[Sentences, str, str], TextParts]:
    return lambda sentences, key, unit: sentences.difference(key, unit, aspect)


ASPECTS = {
    "": Aspect(lambda sentences, key, unit: (sentences.number(key, unit),), "数值", is_number=True),
    "参加": Aspect(
        lambda sentences, key, unit: sentences.attendance(key),
        "“120人次参加”一类的分句，未统计的如实说明",
        counts_people,
    ),
    "到场": Aspect(
        lambda sentences, key, unit: sentences.complete(key, unit),
        "人次；没有统计或统计不全的不写，可先按“有”“无”分情形",
        counts_people,
        is_number=True,
    ),
    "比上年": Aspect(
        lambda sentences, key, unit: sentences.beyond_last_year(key),
        "“，比上年增加12场”，两年都有准数时才写",
        lambda figure, model: figure.timing == FLOW,
    ),
    "方式": Aspect(
        lambda sentences, key, unit: ("、".join(sentences.forms(key)[:CLAUSE_LIMIT]),),
        "登记过的联络、联系方式",
        has_form,
    ),
    "名称": Aspect(
        lambda sentences, key, unit: shortened(sentences.names(key)), "前几个名称，较多时加“等”", is_of_names
    ),
    "全部名称": Aspect(lambda sentences, key, unit: listing(sentences.names(key)), "全部名称", is_of_names),
    "活动": of_records("活动", "活动名称，参加人次多的在先", quoted_titles),
    "内容": of_records("内容", "活动记录的“内容”中的短语", in_a_row),
    "反响": of_records("反响", "活动记录的“内容”中写明的评价，如“受到青年好评”"),
    "对象": of_records("对象", "常见的面向人群"),
    "青年汇": of_records("青年汇", "举办活动较多的青年汇", most_of_them),
    "协办": of_records("协办", "常见的协办单位"),
    "主题": Aspect(lambda sentences, key, unit: shortened(topics(sentences, key)), "常见的主题标签", is_of_activities),
    "专项": Aspect(
        lambda sentences, key, unit: shortened(sentences.campaigns(key)), "活动所属的专项", is_of_activities
    ),
    "分类": Aspect(
        lambda sentences, key, unit: type_by_type(sentences, key),
        "逐类的场次、主题和人次",
        is_divided,
    ),
    "逐类": Aspect(
        lambda sentences, key, unit: told_by_type(sentences, key),
        "逐类的场次、活动名称和人次，没有统计的不写",
        is_divided,
    ),
    TARGET: Aspect(target, "上级下达的目标", is_number=True),
    YEAR_BEFORE: Aspect(of_period(YEAR_BEFORE), "上年同期的数值", is_number=True),
    BEFORE: Aspect(of_period(BEFORE), "上一期的数值", is_number=True),
    YEAR_CHANGE: Aspect(compared(YEAR_CHANGE), "“增加12名”“持平”，与上年同期相比", is_number=True),
    CHANGE: Aspect(compared(CHANGE), "“增加12名”“持平”，与上一期相比", is_number=True),
}


# The aspects that look at another period, with that which is counted in it.
REFERRING = {YEAR_BEFORE: YEAR_BEFORE, BEFORE: BEFORE, **COMPARED_WITH, "比上年": YEAR_BEFORE}


@dataclass(frozen=True)
class AspectMeaning(Meaning):
    """An aspect of a figure, to be filled into the text."""

    key: str
    aspect: str
    unit: str
    keys: frozenset[str]

    def parts(self, writer: TextWriter) -> TextParts:
        return ASPECTS[self.aspect].parts(writer.sentences, self.key, self.unit)


def meaning_of(expression: str, vocabulary: Vocabulary, aimed: frozenset[str] = frozenset()) -> Meaning:
    """The meaning of an expression; `aimed` are the figures known to have a target at this place in the text.

    Raises Meaningless where the expression means nothing.
    """
    word = vocabulary.words.get(expression)
    if word:
        return word
    name, aspect, unit = divided_name(expression, vocabulary)
    key = vocabulary.key(name)
    if aspect and aspect not in vocabulary.aspects(key):
        names = "”“.".join(filter(None, vocabulary.aspects(key)))
        raise Meaningless(f"“{name}”后面没有“.{aspect}”，可以写“.{names}”")
    if unit and not ASPECTS[aspect].is_number:
        raise Meaningless(f"“.{aspect}”不带单位，请删去“:{unit}”")
    check_unit(unit)
    if aspect == TARGET and key not in vocabulary.targets.keys() | aimed:
        raise Meaningless(f"“{name}”在这一期没有上级下达的目标，请删去，或写成“[{name}.目标 无:…|其余:…]”")
    return AspectMeaning(key, aspect, unit, figures_of_aspect(key, aspect, vocabulary))


def figures_of_aspect(key: str, aspect: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The figures on which an aspect depends; 分类 and 逐类 also depend on the figures of each type."""
    is_by_type = aspect in ("分类", "逐类")
    kinds = kinds_of(vocabulary.figures[key], vocabulary.types, vocabulary.scope.day) if is_by_type else []
    return frozenset([key, *(f"{measure}.{kind}" for kind in kinds for measure in ("sessions", "attendances"))])


def check_unit(unit: str) -> None:
    """Raises Meaningless for a unit that would change the number in front of it, or is too long."""
    if unit != BARE and (len(unit) > LONGEST_UNIT or NUMERAL.search(unit)):
        raise Meaningless(f"单位“{unit[:12]}”不能用，应为 {LONGEST_UNIT} 字以内的量词，不含数字和“余”“约”一类的字")


def divided_name(expression: str, vocabulary: Vocabulary) -> tuple[str, str, str]:
    """The figure's name, the aspect and the unit of an expression."""
    if vocabulary.names.key(expression):
        return expression, "", ""
    colon = re.search(r"[:：]", expression)
    name = expression[: colon.start()].strip() if colon else expression
    unit = expression[colon.end() :].strip() if colon else ""
    if vocabulary.names.key(name):
        return name, "", unit
    base, dot, aspect = name.rpartition(".")
    is_aspect = dot and vocabulary.names.key(base.strip())
    return (base.strip(), aspect.strip(), unit) if is_aspect else (name, "", unit)
