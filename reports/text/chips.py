"""What the editor tells of one placeholder: its figure, and the other forms in which the number can be written."""

from dataclasses import dataclass

from .aspects import ASPECTS, TARGET, AspectMeaning
from .sentences import BARE, Number
from .words import Word
from .writing import TextWriter


@dataclass(frozen=True)
class Described:
    """A placeholder in words; `key` is empty for one that is no figure."""

    name: str
    text: str
    key: str = ""
    aspect: str = ""
    quality: str = ""
    definition: str = ""
    number: Number | None = None


@dataclass(frozen=True)
class NumberForm:
    """One form of a number: the placeholder, what it says now, and what it is."""

    code: str
    text: str
    hint: str


def described(meaning: AspectMeaning | Word, writer: TextWriter) -> Described:
    """The placeholder's name and present text, with the figure's definition and quality where it is one."""
    parts = meaning.parts(writer)
    text = "".join(map(str, parts))
    if not isinstance(meaning, AspectMeaning):
        return Described(meaning.hint if isinstance(meaning, Word) else "", text)
    result = writer.sentences.results[meaning.key]
    number = next((part for part in parts if isinstance(part, Number) and part.key == meaning.key), None)
    figure = result.figure
    return Described(figure.label, text, meaning.key, meaning.aspect, result.quality_label, figure.definition, number)


def number_forms(meaning: AspectMeaning | Word, writer: TextWriter) -> list[NumberForm]:
    """The forms of a figure's number, the plain ones first; none for a word."""
    if not isinstance(meaning, AspectMeaning):
        return []
    name, result = writer.vocabulary.names.name(meaning.key), writer.sentences.results[meaning.key]
    units = [(f"{{{name}}}", "", "带单位"), (f"{{{name}:{BARE}}}", BARE, "不带单位")]
    forms = [NumberForm(code, str(writer.sentences.number(meaning.key, unit)), hint) for code, unit, hint in units]
    for aspect in writer.vocabulary.aspects(meaning.key):
        if not aspect or (aspect == TARGET and result.target is None):
            continue
        said = "".join(map(str, ASPECTS[aspect].parts(writer.sentences, meaning.key, "")))
        if said:
            forms.append(NumberForm(f"{{{name}.{aspect}}}", said, ASPECTS[aspect].hint))
    return forms
