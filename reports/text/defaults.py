"""The texts from which documents start: one for each form and one for hubs, with a line for each type of activity.

`== heading` begins a section, `==* heading` one about cases. `<<activities>>` is replaced by a line on each type of
activity that is not mentioned elsewhere in the text, `<<key key>>` by one sentence on these types.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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
ALL_ACTIVITIES = "activities"
GENERAL = "{期内}举办<name>活动<count>"
SUMMARY, HUB = "summary", "hub"
# Forms with a text of their own; the others use SUMMARY.
FILES = {Report.Form.QUARTERLY: "quarterly_return", Report.Form.MONTHLY: "monthly_bulletin"}


def default_drafts(scope: Scope, vocabulary: Vocabulary) -> list[Draft]:
    """The sections from which a scope's document starts; conditions fixed for its organisation are resolved."""
    form = Report.form_of(scope.period)
    name = HUB if scope.hub else FILES.get(form, SUMMARY)
    text = (FOLDER / f"{name}.txt").read_text("utf-8")
    text = TYPE_LIST.sub(lambda found: sentences_on_types(found[1].split(), vocabulary), text)
    text = resolve_variants(text, "本级", "是" if scope.is_district else "否")
    if name == SUMMARY:
        text = resolve_variants(text, "全年", "是" if form == Report.Form.ANNUAL else "否")
    _, *pieces = SECTION_LINE.split(text)
    sections = zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
    return [Draft(heading.strip(), body.strip(), bool(of_cases)) for of_cases, heading, body in sections]


def sentences_on_types(keys: Sequence[str], vocabulary: Vocabulary) -> str:
    """The lines on all types not mentioned elsewhere, or one sentence on the types with these keys."""
    kinds = [kind for kind in vocabulary.types if not kind.is_education_on(vocabulary.scope.day)]
    clauses = [
        (kind, clause(kind, vocabulary.names))
        for kind in kinds
        if (kind.key not in OUTSIDE_TYPES if keys == [ALL_ACTIVITIES] else kind.key in keys)
    ]
    counts = [vocabulary.names.name(f"sessions.{kind.key}") for kind, _ in clauses]
    if keys == [ALL_ACTIVITIES]:
        return "\n".join(f"[{count} 有:{said}。]" for count, (_, said) in zip(counts, clauses, strict=True))
    return "".join(
        f"[{count} 有:{said}{clause_separator(counts[place + 1 :])}]"
        for place, (count, (_, said)) in enumerate(zip(counts, clauses, strict=True))
    )


def clause_separator(following: Sequence[str]) -> str:
    """The separator between a clause and the next one that applies, or the full stop."""
    said = "。"
    for count in reversed(following):
        said = f"[{count} 有:；|其余:{said}]"
    return said


def clause(kind: ActivityType, names: FigureNames) -> str:
    """The clause on one type of activity: the number of sessions, their topics and the attendance."""
    sessions, attendances = (names.name(f"{measure}.{kind.key}") for measure in ("sessions", "attendances"))
    wording = wordings().get(kind.key, GENERAL)
    begin = wording.replace("<name>", escaped(kind.name.removesuffix("活动"))).replace("<count>", f"{{{sessions}}}")
    return f"{begin}[{sessions}.主题 有:，主题涉及{{{sessions}.主题}}]，{{{attendances}.参加}}"


def wordings() -> dict[str, str]:
    """The beginning of the clause on each type of activity, by the type's key."""
    lines = (FOLDER / "activity_types.txt").read_text("utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line)


def escaped(name: str) -> str:
    """The name with its brackets and bars escaped, so that none is parsed as markup."""
    return re.sub(r"([{}\[\]|])", r"\1\1", name)
