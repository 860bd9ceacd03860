"""Reads a section aloud: what its paragraphs could say better, each finding with the sentence and a proposal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from .sentences import Block, Number

# With the quotation marks and brackets that close behind its end.
SENTENCE = re.compile(r"[^。！？]+[。！？]*[”’）》】]*")
LONGEST_SENTENCE = 80
FEWEST_ALIKE = 3
FEWEST_CLAUSES = 3
FIRST_LETTERS = 4
TOPICS = re.compile(r"主题涉及([^，。；]+)")
FULL_WIDTH = dict(zip(",;:!?().", "，；：！？（）。", strict=True))
HAN_LETTERS = "\u4e00-\u9fff"
# Between Chinese, so neither a decimal point nor what stands within 1+100 or an address.
HALF_WIDTH = re.compile(rf"(?<=[{HAN_LETTERS}”》）])[,;:!?().](?=[{HAN_LETTERS}“《（]|$)")
# With the letter before it, by which it is found; in capitals alone it is an abbreviation, such as DIY or PDF.
ENGLISH_WORD = re.compile(rf"[{HAN_LETTERS}]?(?<![A-Za-z])(?=[A-Za-z]*[a-z])([A-Za-z]{{2,}})")
NAME_IN_MARKS = re.compile(r"“[^“”]*”|《[^《》]*》")
WRITTEN_NUMBER = re.compile(r"[0-9０-９]+(?:[.．][0-9０-９]+)?")


class StyleRule(StrEnum):
    LONG = "句子过长"
    ALIKE = "句式重复"
    TWICE = "数字重复"
    PHRASE = "套话"
    ENGLISH = "英文"
    HALF_WIDTH = "半角标点"


@dataclass(frozen=True)
class StyleFinding:
    """What reads badly in a paragraph, which is counted from 1 within its section.

    `proposed` is the sentence as it could be, where that can be made mechanically.
    """

    rule: StyleRule
    paragraph: int
    quoted: str
    proposal: str
    proposed: str = ""


def style_findings(blocks: Iterable[Block]) -> list[StyleFinding]:
    """The findings in the blocks of one section, in the order of its paragraphs."""
    found: list[StyleFinding] = []
    runs: list[list[Block]] = [[]]
    for block in blocks:
        if block.level:
            runs.append([])
        else:
            runs[-1].append(block)
    number = 0
    for run in runs:
        found += alike_paragraphs(run, number + 1)
        for block in run:
            number += 1
            found += paragraph_findings(block, number)
    return sorted(found, key=lambda each: each.paragraph)


def paragraph_findings(block: Block, number: int) -> Iterator[StyleFinding]:
    """Yields the findings within one paragraph."""
    said = sentences_in(block.text)
    for _, sentence in said:
        if len(sentence) > LONGEST_SENTENCE:
            yield long_sentence(sentence, number)
    texts = [sentence for _, sentence in said]
    for first, length in alike_runs(texts):
        yield alike(texts[first], f"连续 {length} 句", number)
    yield from numbers_twice(block, said, number)
    for start, sentence in said:
        yield from phrases(sentence, number)
        yield from foreign_words(block, start, sentence, number)
        yield from half_width_marks(block, start, sentence, number)


def sentences_in(text: str) -> list[tuple[int, str]]:
    """The sentences of a paragraph, each with where it begins."""
    found = ((match, match[0].strip()) for match in SENTENCE.finditer(text))
    return [(match.start() + match[0].index(sentence), sentence) for match, sentence in found if sentence]


def long_sentence(sentence: str, number: int) -> StyleFinding:
    """The finding of a sentence that is too long, with where it could be cut."""
    told = f"这句有 {len(sentence)} 字，超过 {LONGEST_SENTENCE} 字"
    middle = len(sentence) / 2
    for mark in "；，":
        cuts = [match.start() for match in re.finditer(mark, sentence)]
        if cuts:
            cut = min(cuts, key=lambda place: abs(place - middle))
            proposed = f"{sentence[:cut]}。{sentence[cut + 1 :]}" if mark == "；" else ""
            proposal = f"{told}，可在“{sentence[max(0, cut - 8) : cut]}”之后断成两句。"
            return StyleFinding(StyleRule.LONG, number, sentence, proposal, proposed)
    return StyleFinding(StyleRule.LONG, number, sentence, f"{told}，请断成两句。")


def alike_paragraphs(run: Sequence[Block], first: int) -> Iterator[StyleFinding]:
    """Yields the findings of paragraphs in a row that are of one pattern; `first` is the number of the first."""
    texts = [block.text for block in run]
    for place, length in alike_runs(texts):
        yield alike(sentences_in(texts[place])[0][1], f"从这段起连续 {length} 段", first + place)


def alike(sentence: str, where: str, number: int) -> StyleFinding:
    """The finding of texts of one pattern, of which the first begins with a sentence."""
    proposal = f"{where}是同一种句式，请合并写，或换一换开头和说法。"
    return StyleFinding(StyleRule.ALIKE, number, sentence, proposal)


def alike_runs(texts: Sequence[str]) -> list[tuple[int, int]]:
    """(place, number) of the texts in a row that have the same frame or the same beginning, the longer runs of both."""
    found = [*runs_of([frame(text) for text in texts]), *runs_of([beginning(text) for text in texts])]
    kept: list[tuple[int, int]] = []
    for place, length in sorted(found, key=lambda run: -run[1]):
        if all(place + length <= other or other + others <= place for other, others in kept):
            kept.append((place, length))
    return sorted(kept)


def runs_of(keys: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """Yields (place, number) of equal keys in a row, at least FEWEST_ALIKE of them; empty keys are like none."""
    for key, run in groupby(range(len(keys)), key=lambda place: keys[place]):
        places = list(run)
        if key and len(places) >= FEWEST_ALIKE:
            yield places[0], len(places)


def skeleton(text: str) -> str:
    """The text without its numbers and the names in it."""
    return WRITTEN_NUMBER.sub("＃", NAME_IN_MARKS.sub("＊", text))


def frame(text: str) -> tuple[str, ...]:
    """How each clause of the skeleton begins; empty for texts of few clauses."""
    clauses = [clause for clause in re.split("[，；：。！？]", skeleton(text)) if clause]
    return tuple(clause[0] for clause in clauses) if len(clauses) >= FEWEST_CLAUSES else ()


def beginning(text: str) -> str:
    """The first words of the skeleton; empty where they are a number or a name."""
    begun = skeleton(text)[:FIRST_LETTERS]
    return "" if len(begun) < FIRST_LETTERS or begun[0] in "＃＊" else begun


def numbers_twice(block: Block, said: Sequence[tuple[int, str]], number: int) -> Iterator[StyleFinding]:
    """Yields the findings of figures that a paragraph gives more than once, with the sentence of the second time."""
    times = Counter((part.key, part.aspect) for part in block.parts if isinstance(part, Number))
    seen: Counter[tuple[str, str]] = Counter()
    start = 0
    for part in block.parts:
        if isinstance(part, Number):
            named = (part.key, part.aspect)
            seen[named] += 1
            if seen[named] == 2:
                sentence = next(each for begin, each in reversed(said) if begin <= start)
                proposal = f"“{part.text}”在这一段中写了 {times[named]} 次，第二次起可以省去，或换一个说法。"
                yield StyleFinding(StyleRule.TWICE, number, sentence, proposal)
        start += len(str(part))


def phrases(sentence: str, number: int) -> Iterator[StyleFinding]:
    """Yields the finding of a sentence with 主题涉及."""
    if TOPICS.search(sentence):
        proposal = "“主题涉及”是套话，请写明讲了什么，或改作“以……为主题”。"
        yield StyleFinding(StyleRule.PHRASE, number, sentence, proposal, TOPICS.sub(r"以\1为主题", sentence))


def foreign_words(block: Block, start: int, sentence: str, number: int) -> Iterator[StyleFinding]:
    """Yields the finding of a sentence with English words that its writer typed outside quotation marks."""
    unnamed = NAME_IN_MARKS.sub(lambda match: "＊" * len(match[0]), sentence)
    found = ENGLISH_WORD.finditer(unnamed)
    words = [match[0] for match in found if block.is_typed(start + match.start(1))]
    if words:
        told = "、".join(f"“{word}”" for word in dict.fromkeys(words))
        yield StyleFinding(StyleRule.ENGLISH, number, sentence, f"{told}中的英文请改写成中文；确是专名的，加上引号。")


def half_width_marks(block: Block, start: int, sentence: str, number: int) -> Iterator[StyleFinding]:
    """Yields the finding of a sentence with half-width marks between Chinese that its writer typed."""
    places = {match.start() for match in HALF_WIDTH.finditer(sentence) if block.is_typed(start + match.start())}
    if places:
        marks = dict.fromkeys(sentence[place] for place in sorted(places))
        letters = [FULL_WIDTH[mark] if place in places else mark for place, mark in enumerate(sentence)]
        proposal = f"中文之间的“{' '.join(marks)}”应为全角。"
        yield StyleFinding(StyleRule.HALF_WIDTH, number, sentence, proposal, "".join(letters))
