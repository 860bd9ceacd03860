"""The palette next to the editor: everything that a text can contain, with its current value."""

from dataclasses import dataclass

from ..figures.figure import Result
from ..figures.readers import CASE_FIGURES
from .aspects import ASPECTS
from .subjects import OTHERWISE
from .vocabulary import Vocabulary
from .words import FACTS, Word
from .writing import TextWriter


@dataclass(frozen=True)
class PaletteEntry:
    """One item to insert: its label, the code inserted, and its current value."""

    label: str
    code: str
    value: str = ""
    note: str = ""
    # The code of a variant on the same figure, and its other aspects.
    variant: str = ""
    aspects: tuple[tuple[str, str], ...] = ()


VARIANTS = [
    ("按数值", "[{name} 零:|一:|其余:]"),
    ("数据不全时", "[{name} 未统计:|不全:|约数:|其余:]"),
    ("与目标比", "[{name}.目标 无:|未完成:|完成:|超额:]"),
    ("与上年同期比", "[{name}.同比 增加:|减少:|持平:|其余:]"),
    ("与上期比", "[{name}.环比 增加:|减少:|持平:|其余:]"),
    ("部分占全部", "[{name}/{name} 全部:|部分:|零:]"),
    ("两数相比", "[{name}>{name} 是:|否:]"),
]


def palette(writer: TextWriter) -> dict[str, list[PaletteEntry]]:
    """The items by group: figures by subject, words, variants; those about cases only if the writer includes cases."""
    vocabulary, results = writer.vocabulary, writer.sentences.results
    groups: dict[str, list[PaletteEntry]] = {}
    for key, result in results.items():
        groups.setdefault(result.figure.subject.value, []).append(figure_entry(key, result, vocabulary))
    groups["词语"] = [
        word_entry(name, word, writer) for name, word in vocabulary.words.items() if readers_may_know(word, writer)
    ]
    example = vocabulary.names.name("sessions")
    groups["按情形写"] = [PaletteEntry(label, code.format(name=example)) for label, code in VARIANTS]
    groups["按情形写"] += [PaletteEntry(fact.hint, f"[{name} 是:|否:]") for name, fact in FACTS.items()]
    groups["版式"] = [PaletteEntry("小标题（单独一行）", "# "), PaletteEntry("括号本身", "{{ }} [[ ]]")]
    return groups


def readers_may_know(word: Word, writer: TextWriter) -> bool:
    """Whether the writer's readers may know the value of the word."""
    return writer.with_cases or not word.keys & CASE_FIGURES


def figure_entry(key: str, result: Result, vocabulary: Vocabulary) -> PaletteEntry:
    """The item of a figure, with its current value."""
    name = vocabulary.names.name(key)
    aspects = [(f"{{{name}.{aspect}}}", ASPECTS[aspect].hint) for aspect in vocabulary.aspects(key) if aspect]
    return PaletteEntry(
        result.figure.label,
        f"{{{name}}}",
        f"{result.amount} {result.unit}".rstrip(),
        result.quality_label,
        f"[{name} 零:|一:|{OTHERWISE}:]",
        tuple(each for each in aspects if result.target is not None or not each[0].endswith(".目标}")),
    )


def word_entry(name: str, word: Word, writer: TextWriter) -> PaletteEntry:
    """The item of a word, with the beginning of its current value."""
    said = "" if name == "序号" else "".join(map(str, word.parts(writer)))
    return PaletteEntry(name, f"{{{name}}}", said if len(said) <= 24 else f"{said[:24]}…", word.hint)
