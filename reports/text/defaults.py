"""The texts from which documents start: in three styles, one for each form and one for hubs.

`== heading` begins a section, `==* heading` one about cases. `<<activities>>` is replaced by a line on each type of
activity that is not mentioned elsewhere in the text, `<<activities_together>>` by one sentence on all of these, and
`<<key key>>` by one sentence on these types. How each type is told is said in `activity_types.txt` of the style, where
`<name>` is the type, `<held>` its figure of sessions and `<came>` that of person-times; the lines that begin with
GENERAL are taken in turn for types without one of their own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from django.db.models import TextChoices

from activities.models import ActivityType

from ..figures.scopes import Scope
from ..models import Report
from .names import FigureNames
from .parsing import resolve_variants
from .words import OUTSIDE_TYPES
from .writing import Draft

if TYPE_CHECKING:
    from .vocabulary import Vocabulary

FOLDER = Path(__file__).parent / "defaults"
SECTION_LINE = re.compile(r"^==(\*?) ?(.*)$", re.MULTILINE)
TYPE_LIST = re.compile(r"<<([\w ]+)>>")
ALL_ACTIVITIES = ["activities", "activities_together"]
GENERAL = "general"
SUMMARY, HUB = "summary", "hub"
# Forms with a text of their own; the others use SUMMARY.
FILES = {Report.Form.QUARTERLY: "quarterly_return", Report.Form.MONTHLY: "monthly_bulletin"}


class Style(TextChoices):
    """How a default text is written; the folder of its files bears the name."""

    FULL = "full", "详写"
    SHORT = "short", "简写"
    LIST = "list", "条目式"


def default_drafts(scope: Scope, vocabulary: Vocabulary, style: str = Style.FULL) -> list[Draft]:
    """The sections from which a scope's document starts; conditions fixed for its organisation are resolved."""
    form = Report.form_of(scope.period)
    name = HUB if scope.hub else FILES.get(form, SUMMARY)
    text = (FOLDER / style / f"{name}.txt").read_text("utf-8")
    text = TYPE_LIST.sub(lambda found: sentences_on_types(found[1].split(), vocabulary, style), text)
    text = resolve_variants(text, "本级", "是" if scope.is_district else "否")
    if name == SUMMARY:
        text = resolve_variants(text, "全年", "是" if form == Report.Form.ANNUAL else "否")
    _, *pieces = SECTION_LINE.split(text)
    sections = zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
    return [Draft(heading.strip(), body.strip(), bool(of_cases)) for of_cases, heading, body in sections]


def sentences_on_types(keys: Sequence[str], vocabulary: Vocabulary, style: str) -> str:
    """The lines on all types not mentioned elsewhere, or one sentence on the types with these keys."""
    kinds = [kind for kind in vocabulary.types if not kind.is_education_on(vocabulary.scope.day)]
    is_all = keys[0] in ALL_ACTIVITIES
    chosen = [kind for kind in kinds if (kind.key not in OUTSIDE_TYPES if is_all else kind.key in keys)]
    clauses = clauses_on(chosen, vocabulary.names, style)
    counts = [vocabulary.names.name(f"sessions.{kind.key}") for kind in chosen]
    if keys[0] == ALL_ACTIVITIES[0]:
        return "\n".join(f"[{count} 有:{said}。]" for count, said in zip(counts, clauses, strict=True))
    return "".join(
        f"[{count} 有:{said}{clause_separator(counts[place + 1 :])}]"
        for place, (count, said) in enumerate(zip(counts, clauses, strict=True))
    )


def clause_separator(following: Sequence[str]) -> str:
    """The separator between a clause and the next one that applies, or the full stop."""
    said = "。"
    for count in reversed(following):
        said = f"[{count} 有:；|其余:{said}]"
    return said


def clauses_on(kinds: Iterable[ActivityType], names: FigureNames, style: str) -> list[str]:
    """The clause on each type of activity: what was done, the number of sessions and the attendance."""
    wordings = wordings_of(style)
    general = cycle(wordings[GENERAL])
    clauses = []
    for kind in kinds:
        said = wordings[kind.key][0] if kind.key in wordings else next(general)
        held, came = (names.name(f"{measure}.{kind.key}") for measure in ("sessions", "attendances"))
        said = said.replace("<held>", held).replace("<came>", came)
        clauses.append(said.replace("<name>", escaped(kind.name.removesuffix("活动"))))
    return clauses


def wordings_of(style: str) -> dict[str, list[str]]:
    """How the types of activity are told in a style, by the type's key."""
    lines = (FOLDER / style / "activity_types.txt").read_text("utf-8").splitlines()
    wordings: dict[str, list[str]] = defaultdict(list)
    for key, wording in (line.split(" ", 1) for line in lines if line):
        wordings[key].append(wording)
    return wordings


def escaped(name: str) -> str:
    """The name with its brackets and bars escaped, so that none is parsed as markup."""
    return re.sub(r"([{}\[\]|])", r"\1\1", name)
