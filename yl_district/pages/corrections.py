"""Announces which figures of closed years a correction would move, before it is saved.

The setting `CLOSED_FIGURES` names the function that counts them: called with the user, the record as it was and as it
is to be, the names of the changed fields, the values of the form, and today, it returns {place: Counted}.
"""

import hashlib
import json
from collections.abc import Callable, Hashable, Mapping
from contextlib import nullcontext
from dataclasses import astuple, dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from ..history.tracking import because
from ..record_options import options_of

ANNOUNCED, REASON = "announced", "correction_reason"


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
    """A figure that a correction moves: what it is, and its amounts before and after."""

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
    """The correction moves figures of closed years, and the user has not yet confirmed that."""


class Correction:
    """The saving of one record's form, watched for what it moves.

    `effects` are the figures of closed years that differ; the form is saved only once it confirms exactly these and
    states a reason.
    """

    def __init__(self, form: Any, record: Any) -> None:
        self.form, self.record = form, record
        self.names = self._names() if record is not None and getattr(form, "former", None) else []
        self.before = self._counted()

    def _names(self) -> list[str]:
        """The changed fields of the record that a figure may read: all but those declared neutral."""
        model = type(self.record)
        columns = {field.name for field in model._meta.concrete_fields} - set(options_of(model).neutral)
        changed = [self.form.stands_for.get(name, name) for name in self.form.changed_data]
        return [name for name in changed if name in columns]

    def _counted(self) -> Mapping[Hashable, Counted]:
        if not self.names:
            return {}
        count: Callable[..., Mapping[Hashable, Counted]] = import_string(settings.CLOSED_FIGURES)
        versions = self.form.former, self.form.instance
        return count(self.form.user, versions, self.names, self.form.cleaned_data.values(), self.form.day)

    def because(self) -> Any:
        """A context in which changes are recorded with the stated reason, if any."""
        reason = self._reason()
        return because(reason) if self.names and reason else nullcontext()

    def _reason(self) -> str:
        return " ".join(self.form.data.get(REASON, "").split())

    def verify(self) -> None:
        """Raises Unannounced, with the announcement on the form, unless the form confirms what has been moved."""
        if not self.names:
            return
        after = self._counted()
        effects = [Effect(one, after[at].amount) for at, one in self.before.items() if at in after and after[at] != one]
        digest = effects_digest(effects)
        is_confirmed = self.form.data.get(ANNOUNCED) == digest
        if effects and not (is_confirmed and self._reason()):
            self.form.announce(effects, digest, is_confirmed)
            raise Unannounced


def effects_digest(effects: list[Effect]) -> str:
    """A digest by which the form says which effects the user has seen."""
    return hashlib.sha256(json.dumps([astuple(one) for one in effects]).encode()).hexdigest()[:32]
