"""Announces which figures of closed years an act would move, before it is done.

The setting `CLOSED_FIGURES` names the class that counts them: built with the user, today, and whether only signed years
are asked about, it is told of each write beforehand by `note(write)`; `effects()` says what the writes have moved.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string

from ..history.tracking import because
from ..history.watching import watching

ANNOUNCED, REASON, LONGEST_REASON = "announced", "correction_reason", 100


@dataclass(frozen=True)
class Occasion:
    """A way of writing records, and the words of the page that announces what it moves.

    - `warning`: what has not been done yet, and why.
    - `advice`: what else could be meant.
    - `reason_label`: what the reason is called.
    - `only_signed`: whether only years on which a report has been signed are announced.
    - `with_cases`: whether figures of case files are, which say whether somebody is assisted who is known to be meant.
    """

    warning: str
    advice: str
    reason_label: str
    only_signed: bool = False
    with_cases: bool = True


CORRECTION = Occasion(
    "还没有保存：这项更正会改动已结束年度的统计。",
    "以前的确如此、只是现在变了的，请改选“自何日起”。",
    "更正原因",
)
ACT = Occasion(
    "还没有办理：所填日期会改动已结束年度的统计。",
    "日期填错的，请先改正日期。",
    "补办原因",
)
REGISTRATION = Occasion(
    "还没有登记：这条记录会改动已签发年度的统计。",
    "日期填错的，请先改正日期。",
    "补登原因",
    only_signed=True,
)
DELETION = Occasion(
    "还没有删除：删除会改动已结束年度的统计。",
    "只删除登记错了的；确有其事的，请返回保留。",
    "删除原因",
)
MERGE = Occasion(
    "还没有合并：合并会改动已结束年度的统计。",
    "不是同一人的，请返回。",
    "合并原因",
    with_cases=False,
)
TAKING_BACK = Occasion(
    "还没有撤回：撤回会改动已结束年度的统计。",
    "确有其事的，请返回保留。",
    "撤回原因",
)
UNMERGE = Occasion(
    "还没有撤销：撤销合并会改动已结束年度的统计。",
    "确是同一人的，请返回保留。",
    "撤销原因",
    with_cases=False,
)


@dataclass(frozen=True)
class Counted:
    """A figure of a closed year: the words for where and what it is, and its amount with the unit."""

    organisation: str
    year: int
    label: str
    unit: str
    amount: str


@dataclass(frozen=True)
class Effect:
    """A figure that an act moves: what it is, and its amounts before and after."""

    figure: Counted
    after: str


@dataclass(frozen=True)
class EffectRun:
    """Effects of the same amounts on one figure in years that follow each other."""

    effect: Effect
    last_year: int

    @property
    def years(self) -> str:
        """The year, or the first and the last one."""
        first = self.effect.figure.year
        return str(first) if first == self.last_year else f"{first}–{self.last_year}"


def effect_runs(effects: list[Effect]) -> list[EffectRun]:
    """The effects by organisation and figure, those alike in years that follow each other as one."""
    found: dict[tuple[str, str, str], list[EffectRun]] = {}
    for one in effects:
        figure = one.figure
        runs = found.setdefault((figure.organisation, figure.label, figure.unit), [])
        last = runs[-1] if runs else None
        is_alike = last and (last.effect.figure.amount, last.effect.after) == (figure.amount, one.after)
        if last and is_alike and last.last_year == figure.year - 1:
            runs[-1] = EffectRun(last.effect, figure.year)
        else:
            runs.append(EffectRun(one, figure.year))
    return [run for runs in found.values() for run in runs]


class Unannounced(Exception):
    """The act moves figures of closed years, and the user has not yet confirmed that."""


def counter(user: Any, today: date, **options: Any) -> Any:
    """An object that counts what writes move in closed years, as the module's docstring says."""
    return import_string(settings.CLOSED_FIGURES)(user, today, **options)


@contextmanager
def announcing(form: Any) -> Iterator[None]:
    """Watches what the block, the act of a page's form, moves in closed years, and has the history keep the reason.

    Raises Unannounced at its end, with the announcement on the form, unless the form confirms exactly what has been
    moved and states a reason.
    """
    occasion = form.occasion
    closed = counter(form.user, form.day, only_signed=occasion.only_signed, with_cases=occasion.with_cases)
    seen, reason = form.data.get(ANNOUNCED), " ".join(form.data.get(REASON, "").split())
    # The history of records keeps 100 characters of it.
    with because(reason[:LONGEST_REASON] if seen and reason else None), watching(closed.note):
        yield
    effects = closed.effects()
    digest = effects_digest(effects)
    is_confirmed = seen == digest
    if effects and not (is_confirmed and reason):
        form.announce(effects, digest, is_confirmed)
        raise Unannounced


@contextmanager
def moving_nothing(user: Any, today: date) -> Iterator[None]:
    """Raises ValidationError where the block moves figures of closed years, for acts that cannot ask for a reason."""
    closed = counter(user, today)
    with watching(closed.note):
        yield
    if closed.effects():
        raise ValidationError("这会改动已结束年度的统计，须写明原因。请在修改页面更正。")


def effects_digest(effects: list[Effect]) -> str:
    """A digest by which the form says which effects the user has seen."""
    return hashlib.sha256(json.dumps([astuple(one) for one in effects]).encode()).hexdigest()[:32]
