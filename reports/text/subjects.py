"""The subjects of variants, and which of their cases applies."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.models import Activity

from ..figures.figure import Result
from ..figures.measures import INCOMPLETE, ROUNDED
from .aspects import ASPECTS, FOUND_IN_RECORDS, TARGET, Meaning, Meaningless, divided_name, topics
from .parsing import VARIANT_EXAMPLE
from .sentences import COMPARED_WITH, Sentences, exact

if TYPE_CHECKING:
    from .vocabulary import Vocabulary
    from .words import Fact
    from .writing import TextWriter

OTHERWISE = "其余"


@dataclass(frozen=True)
class Cases(Meaning):
    """The subject of a variant; `fitting` maps each case to a function of the writer: whether it applies."""

    fitting: dict[str, Callable[[TextWriter], bool]]
    keys: frozenset[str]

    def fits(self, case: str, writer: TextWriter) -> bool:
        return case == OTHERWISE or self.fitting[case](writer)


def of_figure(key: str) -> Cases:
    """Cases of one figure, by its value and quality."""

    def case(holds: Callable[[Result], bool]) -> Callable[[TextWriter], bool]:
        return lambda writer: holds(writer.sentences.results[key])

    fitting = {
        "零": case(lambda result: result.value == 0 and not result.is_missing),
        "一": case(lambda result: result.value == 1 and exact(result)),
        "有": case(lambda result: result.value > 0),
        "未统计": case(lambda result: result.is_missing),
        "不全": case(lambda result: result.quality == INCOMPLETE and not result.is_missing),
        "约数": case(lambda result: result.quality == ROUNDED),
    }
    return Cases(fitting, frozenset([key]))


def of_target(key: str) -> Cases:
    """Cases of a figure compared with its target."""

    def case(holds: Callable[[Result, int], bool]) -> Callable[[TextWriter], bool]:
        def fits(writer: TextWriter) -> bool:
            result = writer.sentences.results[key]
            return result.target is not None and holds(result, result.target)

        return fits

    fitting = {
        "无": lambda writer: writer.sentences.results[key].target is None,
        "未统计": case(lambda result, target: result.is_missing),
        "未完成": case(lambda result, target: result.value < target and not result.is_missing),
        "完成": case(lambda result, target: result.value == target),
        "超额": case(lambda result, target: result.value > target),
    }
    return Cases(fitting, frozenset([key]))


def of_change(key: str, aspect: str) -> Cases:
    """Cases of a figure compared with another period; where either value is incomplete only 未统计 applies."""

    def change(writer: TextWriter) -> int | None:
        return writer.sentences.change(key, aspect)

    fitting = {
        "增加": lambda writer: (change(writer) or 0) > 0,
        "减少": lambda writer: (change(writer) or 0) < 0,
        "持平": lambda writer: change(writer) == 0,
        "未统计": lambda writer: change(writer) is None,
    }
    return Cases(fitting, frozenset([key]))


def of_list(key: str, found: Callable[[Sentences, str], object]) -> Cases:
    """Cases of a list, by whether it is empty."""
    fitting = {
        "有": lambda writer: bool(found(writer.sentences, key)),
        "无": lambda writer: not found(writer.sentences, key),
    }
    return Cases(fitting, frozenset([key]))


LIST_SUBJECTS = {
    "主题": topics,
    "专项": lambda sentences, key: sentences.campaigns(key),
    "签到": lambda sentences, key: sentences.has_sign_ins(key),
    "到场": lambda sentences, key: sentences.complete(key),
    **FOUND_IN_RECORDS,
}


@dataclass(frozen=True)
class FigureSum:
    """The sum of several figures; a fact among them counts as 1 where it holds."""

    keys: frozenset[str]
    facts: tuple[Fact, ...] = ()

    def value(self, writer: TextWriter) -> int:
        held = sum(fact.holds(writer) for fact in self.facts)
        return held + sum(map(writer.sentences.value, self.keys))


def of_sum(whole: FigureSum) -> Cases:
    """Cases of a sum of figures."""
    fitting = {"零": lambda writer: whole.value(writer) == 0, "有": lambda writer: whole.value(writer) > 0}
    return Cases(fitting, whole.keys)


def of_share(part: FigureSum, whole: FigureSum) -> Cases:
    """Cases of a part compared with its whole."""
    fitting = {
        "全部": lambda writer: part.value(writer) >= whole.value(writer) > 0,
        "部分": lambda writer: 0 < part.value(writer) < whole.value(writer),
        "零": lambda writer: part.value(writer) == 0,
    }
    return Cases(fitting, part.keys | whole.keys)


HOLDS = {
    ">": lambda first, second: first > second,
    "<": lambda first, second: first < second,
    "=": lambda first, second: first == second,
}


def of_comparison(sign: str, first: FigureSum, second: FigureSum) -> Cases:
    """Cases of a comparison between two figures."""

    def holds(writer: TextWriter) -> bool:
        return HOLDS[sign](first.value(writer), second.value(writer))

    return Cases({"是": holds, "否": lambda writer: not holds(writer)}, first.keys | second.keys)


def of_fact(fact: Fact) -> Cases:
    """Cases of a fact: whether it holds."""
    return Cases({"是": fact.holds, "否": lambda writer: not fact.holds(writer)}, fact.keys)


def subject(expression: str, vocabulary: Vocabulary) -> Cases:
    """The cases of a variant's subject; raises Meaningless where the subject means nothing."""
    if not expression:
        raise Meaningless(f"变体应写成“{VARIANT_EXAMPLE}”")
    if expression in vocabulary.facts:
        return of_fact(vocabulary.facts[expression])
    if vocabulary.names.key(expression):
        return of_figure(vocabulary.key(expression))
    sign = re.search(r"[/><=]", expression)
    if sign:
        sides = expression[: sign.start()], expression[sign.end() :]
        first, second = (sum_of(side, vocabulary) for side in sides)
        return of_share(first, second) if sign[0] == "/" else of_comparison(sign[0], first, second)
    if "+" in expression:
        return of_sum(sum_of(expression, vocabulary))
    return of_aspect(expression, vocabulary)


def of_aspect(expression: str, vocabulary: Vocabulary) -> Cases:
    """Cases of another aspect of a figure."""
    name, aspect, _ = divided_name(expression, vocabulary)
    key = vocabulary.key(name, vocabulary.facts)
    lists = lists_of(key, vocabulary)
    if aspect == TARGET:
        return of_target(key)
    if aspect in COMPARED_WITH:
        return of_change(key, aspect)
    if aspect in lists:
        return of_list(key, lists[aspect])
    known = "”“.".join([TARGET, *COMPARED_WITH, *lists])
    raise Meaningless(f"“{name}”不能按“.{aspect}”分情形，可以按“.{known}”")


def lists_of(key: str, vocabulary: Vocabulary) -> dict[str, Callable[[Sentences, str], object]]:
    """The lists by which texts can tell cases of a figure apart; none but of figures of activities."""
    if vocabulary.model(key) is not Activity:
        return {}
    known = vocabulary.aspects(key)
    return {name: found for name, found in LIST_SUBJECTS.items() if name not in ASPECTS or name in known}


def sum_of(expression: str, vocabulary: Vocabulary) -> FigureSum:
    """The sum of the figures and facts joined by `+`."""
    names = expression.split("+")
    facts = tuple(vocabulary.facts[name] for name in names if name in vocabulary.facts)
    keys = {vocabulary.key(name, vocabulary.facts) for name in names if name not in vocabulary.facts}
    return FigureSum(frozenset(keys), facts)
