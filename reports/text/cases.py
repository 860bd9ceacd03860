"""The cases of a variant in a clerk's words, and what its text would say if a case applied, with sample values."""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from ..figures.measures import COUNTED, INCOMPLETE, ROUNDED
from .aspects import Meaningless
from .editing import EditableText, EditorNode, pieces_of
from .parsing import Branch, Choice, parse, unified
from .reading import is_about_cases, read_text
from .subjects import OTHERWISE, Cases, subject
from .writing import TextWriter

# Value and quality of a figure, as samples for a case of which the present ones are no example.
SAMPLE_VALUES = [
    (12, COUNTED),
    (1, COUNTED),
    (0, COUNTED),
    (5, COUNTED),
    (12, ROUNDED),
    (12, INCOMPLETE),
    (0, INCOMPLETE),
]
MOST_VARIED = 2

CASE_WORDS = {
    "零": "是零",
    "一": "是 1",
    "有": "有，不是零",
    "未统计": "没有统计",
    "不全": "统计不全",
    "约数": "是约数",
    "全部": "全部",
    "部分": "一部分",
    "无": "没有",
    "未完成": "没有完成",
    "完成": "正好完成",
    "超额": "超额完成",
    "增加": "增加了",
    "减少": "减少了",
    "持平": "持平",
    "是": "是",
    "否": "不是",
    OTHERWISE: "其他情况",
}
BETWEEN = {"/": "在“{1}”中“{0}”占多少", ">": "“{0}”是否多于“{1}”", "<": "“{0}”是否少于“{1}”", "=": "“{0}”是否等于“{1}”"}
ASPECT_WORDS = {
    "目标": "“{}”与上级下达的目标相比",
    "同比": "“{}”与上年同期相比",
    "环比": "“{}”与上一期相比",
    "主题": "“{}”有没有主题",
    "专项": "“{}”有没有专项",
    "签到": "“{}”有没有签到",
}


def question_of(expression: str, writer: TextWriter) -> str:
    """The subject of a variant as a question to a clerk: `“团干部”是多少`, `是否委机关本级`."""
    fact = writer.vocabulary.facts.get(expression)
    if fact:
        return fact.hint
    if not writer.vocabulary.names.key(expression):
        sign = re.search(r"[/><=]", expression)
        if sign:
            sides = expression[: sign.start()], expression[sign.end() :]
            return BETWEEN[sign[0]].format(*(side.replace("+", "、") for side in sides))
        if "+" in expression:
            return f"“{expression.replace('+', '、')}”合计"
        name, _, aspect = expression.rpartition(".")
        if aspect in ASPECT_WORDS:
            return ASPECT_WORDS[aspect].format(name)
    return f"“{expression}”是多少"


def variant_in_words(source: str, writer: TextWriter) -> EditorNode:
    """The variant with which a text begins, as a form shows it: its question, and each case with the nodes of its text.

    Each case's placeholders say what they would if it applied. Raises Meaningless where there is none, or its subject
    means nothing.
    """
    source = unified(source)
    (parsed, *_), _ = parse(source) if source.strip() else ((None,), ())
    choice = parsed.nodes[0] if parsed and parsed.nodes else None
    if not isinstance(choice, Choice):
        raise Meaningless("这里没有分情况写的句子，请重新打开本页")
    meaning = subject(choice.subject, writer.vocabulary)
    paragraph = read_text(source, writer.vocabulary).paragraphs[0]
    is_hidden = is_about_cases(paragraph) and not writer.with_cases
    heads, texts = pieces_of(source, choice)
    branches: list[EditorNode] = []
    earlier: list[str] = []
    for place, branch in enumerate(choice.branches):
        is_known = branch.case in [*meaning.fitting, OTHERWISE]
        sample = sample_writer(writer, meaning, branch.case, earlier) if is_known and not is_hidden else writer
        editable = EditableText(sample)
        editable.source, editable.is_hidden = source, is_hidden
        known: Branch = paragraph.nodes[0].branches[place]
        branches.append(
            {
                "case": branch.case,
                "words": CASE_WORDS.get(branch.case, branch.case),
                "applies": is_known and not is_hidden and fits_first(writer, meaning, branch.case, earlier),
                "source": texts[place],
                "content": editable.nodes(branch.nodes, known.nodes),
                "shown": editable.shown,
            }
        )
        earlier += [branch.case] if is_known else []
    cases = [{"case": each, "words": CASE_WORDS.get(each, each)} for each in (*meaning.fitting, OTHERWISE)]
    return {
        "subject": choice.subject,
        "words": question_of(choice.subject, writer),
        "heads": heads,
        "branches": branches,
        "cases": cases,
    }


def sample_writer(writer: TextWriter, meaning: Cases, case: str, earlier: Sequence[str]) -> TextWriter:
    """A writer in whose figures the case applies and none of the `earlier` ones does; the same one if none is found."""
    return next((each for each in sample_writers(writer, meaning) if fits_first(each, meaning, case, earlier)), writer)


def fits_first(writer: TextWriter, meaning: Cases, case: str, earlier: Sequence[str]) -> bool:
    """Whether the case is the first that applies."""
    return meaning.fits(case, writer) and not any(meaning.fits(each, writer) for each in earlier)


def sample_writers(writer: TextWriter, meaning: Cases) -> Iterator[TextWriter]:
    """Yields the writer, then others with sample values in the figures on which the cases depend."""
    yield writer
    known = sorted(key for key in meaning.keys if key in writer.sentences.results)
    varied = known[:MOST_VARIED] if len(known) <= MOST_VARIED else []
    for combination in (
        product(SAMPLE_VALUES, repeat=len(varied)) if varied else [(one,) * len(known) for one in SAMPLE_VALUES]
    ):
        yield with_values(writer, dict(zip(varied or known, combination, strict=True)))


def with_values(writer: TextWriter, values: dict[str, tuple[int, str]]) -> TextWriter:
    """A writer of the same document with these values and qualities of figures, by their keys."""
    other, sentences = copy.copy(writer), copy.copy(writer.sentences)
    changed = {
        key: replace(sentences.results[key], value=value, quality=quality) for key, (value, quality) in values.items()
    }
    sentences.results = sentences.results | changed
    other.sentences, other.ordinal = sentences, 0
    return other
