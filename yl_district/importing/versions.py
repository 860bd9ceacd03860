"""History positions at check time, from which later changes by others are found before the commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from django.apps import apps
from django.db.models import Max, QuerySet

from ..history.tracking import tracked_fields
from ..likeness import name_key
from ..privacy.sealed_facts import SealableRows
from ..privacy.sealed_links import SealedForeignKey, keys_referred_to
from ..typing import TrackedModel
from .stage import dependency_order

RECENT = 1_000  # keys up to the last one, some of which open transactions may still add

# {label of the model: [last history key, number of rows just below it]}.
Marks: TypeAlias = dict[str, list[int]]
# [first, last] of each run of history keys.
KeyRanges: TypeAlias = list[list[int]]
# [label of the model, KeyRanges] each, in order.
Written: TypeAlias = list[list[Any]]


def marks_of(models: Iterable[TrackedModel]) -> Marks:
    """{model's label: [last history key, number of existing keys among the RECENT up to it]}."""
    found = {}
    for model in models:
        kept = model.history.model.objects.order_by()
        last = kept.aggregate(last=Max("history_id"))["last"] or 0
        found[model._meta.label] = [last, kept.filter(history_id__gt=last - RECENT, history_id__lte=last).count()]
    return found


class Changes:
    """Records of some models that others have changed since the marks were taken.

    `marks` is the result of `marks_of`; `own`, {label: ranges of history keys}, is what the import itself has written.
    """

    def __init__(self, marks: Marks, own: Mapping[str, KeyRanges] | None = None) -> None:
        self.keys: dict[str, set[int]] = {}
        self.names: dict[str, set[str]] = {}
        pointed: dict[TrackedModel, set[int]] = defaultdict(set)
        models = {label: apps.get_model(label) for label in marks}
        for label, model in models.items():
            late = changed_since(model, marks[label], (own or {}).get(label, ()))
            self.keys[label] = set(late.values_list("id", flat=True))
            self.names[label] = keys_of_names(late) if has_name(model) else set()
            for field in tracked_fields(model) if self.keys[label] else ():
                if getattr(field, "related_model", None) in models.values():
                    pointed[field.related_model].update(keys_by(late, field))
        self.pointed = {model._meta.label: keys for model, keys in pointed.items()}

    def __bool__(self) -> bool:
        return any(self.keys.values())

    def count_as_changed(self, label: str) -> None:
        """Also counts records of a model as changed that changed records of other models refer to.

        Which person a row means depends on that person's memberships and posts as well.
        """
        keys, model = self.pointed.get(label, set()) - {None}, apps.get_model(label)
        if keys and label in self.keys:
            self.keys[label] |= keys
            self.names[label] |= keys_of_names(model._base_manager.filter(pk__in=keys))


def keys_by(rows: QuerySet, field: Any) -> Iterable[int]:
    """The keys to which rows refer by a foreign key."""
    if isinstance(field, SealedForeignKey):
        return keys_referred_to(rows, field.name)
    return rows.values_list(field.attname, flat=True)


def keys_of_names(rows: QuerySet) -> set[str]:
    """What other spellings of the names of rows have in common with them."""
    names = {*rows.values_list("name", flat=True)}
    if issubclass(rows.model, SealableRows):
        names |= {row.name for row in rows.filter(sealed_facts__isnull=False)}
    return {name_key(name) for name in names if name}


def has_name(model: TrackedModel) -> bool:
    """Whether the model has a field `name`."""
    return any(field.name == "name" for field in model._meta.concrete_fields)


def changed_since(model: TrackedModel, mark: Iterable[int], own: KeyRanges | tuple[()] = ()) -> QuerySet:
    """History rows written after the mark, except the key ranges `own`.

    Where keys just below the mark's have been added since, all of the RECENT count as changed.
    """
    last, count = mark
    kept = model.history.model.objects.order_by()
    before = kept.filter(history_id__gt=last - RECENT, history_id__lte=last)
    late = kept.filter(history_id__gt=last if before.count() == count else last - RECENT)
    for keys in own:
        late = late.exclude(history_id__range=keys)
    return late


def written_since(marks: Marks, reason: str) -> Written:
    """[model's label, ranges of history keys] written for a reason since the marks, referenced models first."""
    found: Written = []
    for label in dependency_order(marks):
        last, _ = marks[label]
        kept = apps.get_model(label).history.model.objects.order_by("history_id")
        keys = kept.filter(history_id__gt=last, history_change_reason=reason).values_list("history_id", flat=True)
        if keys:
            found.append([label, as_ranges(keys)])
    return found


def give_reason(written: Written, reason: str) -> None:
    """Sets the change reason of the history rows that `written_since` returned."""
    for label, ranges in written:
        for keys in ranges:
            apps.get_model(label).history.model.objects.filter(history_id__range=keys).update(
                history_change_reason=reason
            )


def as_ranges(keys: Iterable[int]) -> KeyRanges:
    """Keys as sorted ranges [first, last] without gaps."""
    ranges: KeyRanges = []
    for key in sorted(keys):
        if ranges and key == ranges[-1][1] + 1:
            ranges[-1][1] = key
        else:
            ranges.append([key, key])
    return ranges
