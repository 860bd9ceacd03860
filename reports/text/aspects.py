"""The meanings of a name in braces: a figure's value, or another aspect of the figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Model

from activities.models import Activity, ActivityType
from orgs.models import Organisation, Unit
from youthhubs.models import Hub

from ..figures.figure import Figure
from ..figures.measures import person_times, sessions
from ..figures.readers import CASE_FIGURES
from ..figures.sources import education
from .sentences import BARE, BEFORE, CHANGE, YEAR_BEFORE, YEAR_CHANGE, Sentences, TextParts, listing, shortened

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
        lambda figure, model: figure.measure is person_times,
    ),
    "名称": Aspect(
        lambda sentences, key, unit: shortened(sentences.names(key)), "前几个名称，较多时加“等”", is_of_names
    ),
    "全部名称": Aspect(lambda sentences, key, unit: listing(sentences.names(key)), "全部名称", is_of_names),
    "主题": Aspect(lambda sentences, key, unit: shortened(topics(sentences, key)), "常见的主题标签", is_of_activities),
    "专项": Aspect(
        lambda sentences, key, unit: shortened(sentences.campaigns(key)), "活动所属的专项", is_of_activities
    ),
    "分类": Aspect(
        lambda sentences, key, unit: type_by_type(sentences, key),
        "逐类的场次、主题和人次",
        is_divided,
    ),
    TARGET: Aspect(target, "上级下达的目标", is_number=True),
    YEAR_BEFORE: Aspect(of_period(YEAR_BEFORE), "上年同期的数值", is_number=True),
    BEFORE: Aspect(of_period(BEFORE), "上一期的数值", is_number=True),
    YEAR_CHANGE: Aspect(compared(YEAR_CHANGE), "“增加12名”“持平”，与上年同期相比", is_number=True),
    CHANGE: Aspect(compared(CHANGE), "“增加12名”“持平”，与上一期相比", is_number=True),
}


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
    """The figures on which an aspect depends; 分类 also depends on the figures of each type."""
    kinds = kinds_of(vocabulary.figures[key], vocabulary.types, vocabulary.scope.day) if aspect == "分类" else []
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
