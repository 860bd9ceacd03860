"""Words that mean something other than one figure, and facts that a variant can test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from activities.models import Campaign, QuarterTheme
from assistance.models import Assistance
from members.models import Post
from yl_district.database.actors import whole_case_files
from yl_district.periods import PARTS, Period

from ..figures.figure import FLOW, Subject
from . import shortfall
from .aspects import Meaning
from .plans import TASKS, period_ahead, quarters_ahead
from .sentences import Number, TextPart, TextParts, listing, shortened

if TYPE_CHECKING:
    from .writing import TextWriter

# Types of activities that the summary covers with the work they serve, as it does the educational types.
OUTSIDE_TYPES = ["cadre_meeting", "face_to_face", "open_day", "visit"]
# How many gifts made together with partners a text names.
MOST_GIFTS_TOLD = 4
# The opening day of the 19th National Congress of the Party.
CONGRESS = date(2017, 10, 18)
# The fields of work that a text names as those of the period, with the subjects of the figures by which they show.
FIELDS_OF_WORK = {
    "组织建设": [Subject.ORGANISATION, Subject.MEMBERS, Subject.UNITS],
    "思想引领": [Subject.EDUCATION],
    "联系青年": [Subject.LINKS],
}


@dataclass(frozen=True)
class Word(Meaning):
    """A word in braces; it exists only in scopes that have all figures in `keys`."""

    written: Callable[[TextWriter], str | TextParts]
    hint: str
    keys: frozenset[str] = frozenset()

    def parts(self, writer: TextWriter) -> TextParts:
        written = self.written(writer)
        return written if isinstance(written, tuple) else (written,)


@dataclass(frozen=True)
class Fact:
    """A condition that holds or not; `keys` as in Word."""

    holds: Callable[[TextWriter], bool]
    hint: str
    keys: frozenset[str] = frozenset()


def guidance(day: date) -> str:
    """The guiding thought, as documents of the Party phrased it at the time."""
    if day >= CONGRESS:
        return "坚持以习近平新时代中国特色社会主义思想为指导"
    return "深入学习贯彻党的路线方针政策"


def label(period: Period) -> str:
    """The name of the part of the year; empty for a run of days."""
    return PARTS[period.part][0] if period.part else ""


def period_adverbial(period: Period) -> str:
    """The period as an adverbial: `全年` as in `全年举办`, `一季度`, `期内`."""
    return label(period) or "期内"


def this_period(period: Period) -> str:
    """The period as its own report calls it: `本年度`, `本季度`, `本月`, `本期`."""
    return {"y": "本年度", "h": "本半年", "q": "本季度", "m": "本月"}.get(period.part[:1], "本期")


def end_in_words(period: Period) -> str:
    """The period's end: `年末`, `6月底`, `4月5日`."""
    end = period.end
    if period.part == "year":
        return "年末"
    return f"{end.month}月底" if period.part else f"{end.month}月{end.day}日"


def quarter(period: Period) -> int:
    """The number of the quarter in which the period ends."""
    return (period.end.month + 2) // 3


def season(period: Period, shift: int = 0) -> tuple[str, str]:
    """The theme of the quarter, or of the one `shift` quarters later: its name and its tasks."""
    name = QuarterTheme.USUAL[(quarter(period) + shift - 1) % 4]
    return name, TASKS[name]


def given(writer: TextWriter) -> TextParts:
    """The sentence on the assistances given, in total and for each youth."""
    text = writer.sentences
    youths, everything, least = map(text.value, ["assisted_youths", "assistances", "assistances_per_youth"])
    span = period_adverbial(text.scope.period)
    if not everything:
        return (f"{span}没有登记帮扶记录。",) if youths else ()
    rows = text.results["assistances"].figure.rows(text.scope).order_by()
    with whole_case_files():
        columns = rows.values_list("pk", "kind", "goods", "partners__name")
        assistances = list(columns.order_by("held_on", "pk", "partners__name_sort"))
    chosen = {kind for _, kind, *_ in assistances}
    kinds = shortened([name for kind, name in Assistance.Kind.choices if kind in chosen])
    if youths < 2:
        begin = "总计帮扶{assistances}"
    elif youths * least == everything:
        begin = "对每名帮扶对象分别帮扶{assistances_per_youth}，总计帮扶{assistances}"
    elif least:
        begin = "总计帮扶{assistances}，每名帮扶对象不少于{assistances_per_youth}"
    else:
        begin = "总计帮扶{assistances}，尚有在库对象未得到帮扶"
    return (span, *text.say(begin), *text.say("，内容包括{kinds}。", kinds=kinds), *given_together(assistances))


def given_together(assistances: Iterable[tuple[int, str, str, str | None]]) -> TextParts:
    """The sentence on goods given together with partners, in the order of (key, kind, goods, partner); empty without.

    Names with digits are left out, which would stand in a text as numbers that no figure counts.
    """
    told: dict[str, list[str]] = {}
    for _, group in groupby(assistances, itemgetter(0)):
        rows = list(group)
        partners, goods = "、".join(filter(None, (partner for *_, partner in rows))), rows[0][2]
        if partners and goods and not re.search(r"\d", partners + goods) and goods not in told.get(partners, ()):
            told.setdefault(partners, []).append(goods)
    gifts = [f"与{partners}一起为帮扶对象发放{'、'.join(goods)}" for partners, goods in told.items()]
    return (f"其中，{'，'.join(gifts[:MOST_GIFTS_TOLD])}。",) if gifts else ()


def remaining(writer: TextWriter) -> TextParts:
    """A sentence on each type of activity that the document does not mention otherwise."""
    text = writer.sentences
    parts: list[TextPart] = []
    for kind in text.types:
        if not writer.mentioned & {f"sessions.{kind.key}", f"attendances.{kind.key}"}:
            told = text.told_of_type(kind, f"{kind.name.removesuffix('活动')}活动")
            parts += [f"{period_adverbial(text.scope.period)}举办", *told, "。"]
    return tuple(parts)


def campaigns_covered(writer: TextWriter) -> TextParts:
    """A sentence on each campaign that has reached somebody in the period."""
    text = writer.sentences
    keys = [key.partition(".")[2] for key in text.results if key.startswith("coverage_reached.") and text.value(key)]
    campaigns = Campaign.objects.filter(key__in=keys).order_by("started_on", "pk") if keys else ()
    return tuple(part for campaign in campaigns for part in text.coverage(campaign))


def assessment_passed(writer: TextWriter) -> TextParts:
    """The sentence on the year's assessment of prevention work; empty without a result."""
    text = writer.sentences
    if not text.value(ASSESSED):
        return ()
    [assessment] = text.results[ASSESSED].figure.rows(text.scope)
    has_passed = assessment.grade == assessment.Grade.PASSED
    done = f"完成{assessment.name}各项内容，考核结果" if has_passed else f"{assessment.name}结果"
    return (f"{done}为", Number(ASSESSED, assessment.result_words), "。")


def is_active(writer: TextWriter) -> bool:
    """Whether work was recorded within the period.

    If all of that work is about cases, the paragraph is marked as one about cases.
    """
    found = writer.sentences.results.values()
    done = [result.figure for result in found if result.figure.is_work and result.value]
    writer.is_about_cases |= bool(done) and all(figure.is_case for figure in done)
    return bool(done)


def fields_of_work(writer: TextWriter) -> TextParts:
    """`以组织建设和思想引领为重点`, naming the fields with records in the period; empty without any."""
    found = [one for one in writer.sentences.results.values() if one.value and one.figure.timing == FLOW]
    subjects = {one.figure.subject for one in found if not one.figure.is_case}
    worked = [field for field, own in FIELDS_OF_WORK.items() if subjects.intersection(own)]
    worked += ["志愿服务"] if writer.sentences.value("sessions.volunteering") else []
    worked += ["青年活动"] if has_themes(writer) else []
    return ("以", *listing(worked), "为重点") if worked else ()


def has_themes(writer: TextWriter) -> bool:
    """Whether an activity was held of a type that belongs under the activities themselves."""
    day = writer.scope.day
    return any(not kind.is_education_on(day) and kind.key not in OUTSIDE_TYPES for kind in writer.sentences.types)


def period(write: Callable[[Period], str]) -> Callable[[TextWriter], str]:
    return lambda writer: write(writer.sentences.scope.period)


# The figure of assessments with a result, of which an organisation has one a year at most.
ASSESSED = "assessment_results"
CASE_COUNTS = frozenset({"assisted_youths", "assistances", "assistances_per_youth"})

# Says nothing, but makes its paragraph one about cases.
CASES_MARK = "涉及帮扶"

WORDS = {
    "年度": Word(period(lambda one: f"{one.year}年"), "所属年份"),
    "下一年度": Word(period(lambda one: f"{one.year + 1}年"), "下一个年份"),
    "期间": Word(period(lambda one: one.name), "统计期间的全称"),
    "期内": Word(period(period_adverbial), "全年、上半年、一季度、3月"),
    "本期": Word(period(this_period), "本年度、本季度、本月"),
    "期末": Word(lambda writer: end_in_words(writer.sentences.scope.passed), "年末、6月底、3月底"),
    "上一期间": Word(period(lambda one: one.before.name), "上一个同样长的期间"),
    "上年同期": Word(period(lambda one: one.year_before.name), "上一年的同一期间"),
    "组织": Word(lambda writer: writer.sentences.scope.name, "组织或青年汇的名称"),
    "本单位": Word(lambda writer: writer.sentences.us, "行文中的自称"),
    "地区": Word(lambda writer: writer.sentences.area, "所服务的地方"),
    "同级党委": Word(lambda writer: writer.sentences.party_committee, "本级的党委或党工委"),
    "指导思想": Word(period(lambda one: guidance(one.end)), "当年文件的提法"),
    "重点": Word(fields_of_work, "“以组织建设和思想引领为重点”，只列有记录的工作"),
    "季度主题": Word(period(lambda one: season(one)[0]), "服务季、运动季、文体季、文化季"),
    "季度要求": Word(period(lambda one: season(one)[1]), "本季主题的要求"),
    "下季主题": Word(period(lambda one: season(one, 1)[0]), "下一季度的主题"),
    "下季要求": Word(period(lambda one: season(one, 1)[1]), "下季主题的要求"),
    "季度安排": Word(lambda writer: quarters_ahead(writer.sentences), "下一年度四个季度的主题和已列入计划的活动"),
    "下期安排": Word(lambda writer: period_ahead(writer.sentences), "下一期已列入计划的活动，没有的不写"),
    "序号": Word(lambda writer: writer.next_ordinal(), "一、二、三……，每节从一起"),
    "专职指标": Word(lambda writer: f"{Post.FULL_TIME_QUOTA}名", "专职团干部联系青年的指标"),
    "其他指标": Word(lambda writer: f"{Post.OTHER_QUOTA}名", "其他团干部联系青年的指标"),
    "不足": Word(lambda writer: shortfall.shortfall(writer.sentences), "未完成的任务和缺项"),
    "帮扶不足": Word(lambda writer: shortfall.case_shortfall(writer.sentences), "精准帮扶的缺项", CASE_COUNTS),
    "帮扶情况": Word(given, "帮扶次数和内容，有的还写与谁一起发放了什么", CASE_COUNTS),
    CASES_MARK: Word(lambda writer: "", "本段只给可以知道帮扶情况的人看", CASE_COUNTS),
    "专项覆盖": Word(campaigns_covered, "期内专项的覆盖人数和覆盖率，逐项一句"),
    "预防考核": Word(assessment_passed, "预防青少年违法犯罪考核的结果，没有结果的不写", frozenset({ASSESSED})),
    "其余活动": Word(remaining, "全文没有提到的活动类型，逐类一句"),
}

FACTS = {
    "本级": Fact(lambda writer: writer.sentences.is_district, "是否委机关本级"),
    "全年": Fact(lambda writer: writer.sentences.scope.period.part == "year", "是否全年"),
    "有工作": Fact(is_active, "期内是否登记过活动、联络、帮扶"),
    "有主题活动": Fact(has_themes, "是否举办过面向青年的主题活动"),
    "有不足": Fact(lambda writer: bool(shortfall.shortfall(writer.sentences)), "是否有未完成的任务或缺项"),
}


def words_of(keys: Set[str]) -> dict[str, Word]:
    """The words that exist in a scope with figures of these keys."""
    return {name: word for name, word in WORDS.items() if word.keys <= keys}
