"""The shortfalls of a period: targets that were missed, and gaps that the level above would ask about."""

from collections.abc import Iterator

from ..figures.readers import CASE_FIGURES
from .sentences import Sentences, TextParts


def shortfall(text: Sentences) -> TextParts:
    """The paragraph on shortfalls other than those of cases; empty without any."""
    clauses = gaps(text, of_cases=False)
    if not clauses:
        return ()
    now, then = ("本年度", "明年") if text.scope.period.part == "year" else ("目前", "下一步")
    return (f"{now}还存在以下不足：", *clauses, f"。{then}要逐项明确责任、限时补齐。")


def case_shortfall(text: Sentences) -> TextParts:
    """The paragraph on shortfalls of cases; empty without any."""
    clauses = gaps(text, of_cases=True)
    return ("精准帮扶方面还存在以下不足：", *clauses, "。要逐一明确责任、限时补齐。") if clauses else ()


def gaps(text: Sentences, of_cases: bool) -> TextParts:
    """All gaps joined to one clause: those of cases, or all others."""
    missed = [key for key, result in text.results.items() if result.target is not None and result.value < result.target]
    if not text.value("assisted_youths"):
        missed = [key for key in missed if not text.results[key].figure.measure.is_least]
    found = [(key, missed_target(text, key)) for key in missed]
    found += [(key, gap) for key, gap in undone(text) if key not in missed]
    told = [gap for key, gap in found if (key in CASE_FIGURES) == of_cases]
    return tuple(part for gap in told for part in ("；", *gap))[1:]


def missed_target(text: Sentences, key: str) -> TextParts:
    """The clause on a target that was missed."""
    result = text.results[key]
    figure, label = result.figure, result.figure.label
    name = label.removesuffix("场次").removesuffix("人次") if figure.is_of_type else "各类活动"
    words: dict[str, str | TextParts] = {
        "n": (text.number(key),),
        "target": f"{result.target}{figure.unit}",
        "name": name,
        "label": label,
    }
    if result.is_missing:
        return text.say("{name}的参加人次未作统计，不能确认达到{target}的目标", **words)
    return text.say(figure.shortfall, **words)


def undone(text: Sentences) -> Iterator[tuple[str, TextParts]]:
    """Yields each gap that the level above would ask about, with the key of its figure.

    What was not recorded is no shortfall of the work: the checks and the annex of doubts name it.
    """
    if text.is_district and text.value("communities_with_cadre") < text.value("communities"):
        yield "communities_with_cadre", ("村、社区团干部尚未配齐",)
    if text.value("cadres_at_quota") < text.value("cadres"):
        reached = "{cadres}中{cadres_at_quota}达到" if text.value("cadres_at_quota") else "{cadres}均未达到"
        yield "cadres_at_quota", text.say(f"尚有团干部联系青年未达到指标（{reached}）")
    for key, label in [("service_plans", "服务计划书"), ("paired_youths", "固定志愿者")]:
        if text.value(key) < text.value("assisted_youths"):
            yield key, (f"尚有帮扶对象没有{label}",)
