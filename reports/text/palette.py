"""The palette beside the editor: everything that can be written in a text, with what it comes to at present."""

from dataclasses import dataclass

from ..figures.readers import CASE_FIGURES
from .aspects import ASPECTS
from .subjects import OTHERWISE
from .words import FACTS


@dataclass(frozen=True)
class Entry:
    """One thing to insert: what it is called, what is put into the text, what it comes to now."""

    label: str
    code: str
    value: str = ""
    note: str = ""
    # A variant on the same figure, and what else can be told of it.
    variant: str = ""
    aspects: tuple = ()


VARIANTS = [
    ("按数值", "[{name} 零:|一:|其余:]"),
    ("数据不全时", "[{name} 未统计:|不全:|约数:|其余:]"),
    ("与目标比", "[{name}.目标 无:|未完成:|完成:|超额:]"),
    ("与上年同期比", "[{name}.同比 增加:|减少:|持平:|其余:]"),
    ("与上期比", "[{name}.环比 增加:|减少:|持平:|其余:]"),
    ("部分占全部", "[{name}/{name} 全部:|部分:|零:]"),
    ("两数相比", "[{name}>{name} 是:|否:]"),
]


def palette(writer):
    """The groups of the palette: figures by subject, words, variants; of cases only for those who may know of them."""
    vocabulary, results = writer.vocabulary, writer.sentences.results
    groups = {}
    for key, result in results.items():
        groups.setdefault(result.figure.subject.value, []).append(figure_entry(key, result, vocabulary))
    groups["词语"] = [word_entry(name, word, writer) for name, word in vocabulary.words.items() if told(word, writer)]
    example = vocabulary.names.name("sessions")
    groups["按情形写"] = [Entry(label, code.format(name=example)) for label, code in VARIANTS]
    groups["按情形写"] += [Entry(fact.hint, f"[{name} 是:|否:]") for name, fact in FACTS.items()]
    groups["版式"] = [Entry("小标题（单独一行）", "# "), Entry("括号本身", "{{ }} [[ ]]")]
    return groups


def told(word, writer):
    """Whether the readers for whom is written may know what the word says."""
    return writer.with_cases or not word.keys & CASE_FIGURES


def figure_entry(key, result, vocabulary):
    """A figure with its present value."""
    name = vocabulary.names.name(key)
    aspects = [(f"{{{name}.{aspect}}}", ASPECTS[aspect].hint) for aspect in vocabulary.aspects(key) if aspect]
    return Entry(
        result.figure.label,
        f"{{{name}}}",
        f"{result.amount} {result.unit}".rstrip(),
        result.quality_label,
        f"[{name} 零:|一:|{OTHERWISE}:]",
        tuple(each for each in aspects if result.target is not None or not each[0].endswith(".目标}")),
    )


def word_entry(name, word, writer):
    """A word with what it says at present."""
    said = "" if name == "序号" else "".join(map(str, word.parts(writer)))
    return Entry(name, f"{{{name}}}", said if len(said) <= 24 else f"{said[:24]}…", word.hint)
