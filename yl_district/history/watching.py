"""Lets a block of code look at each write of a tracked record just before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True)
class Write:
    """A write that is about to be done.

    - `model`: the model of the rows written; for links between two records that of the links.
    - `names`: the fields that change; all but the key where rows are added or deleted.
    - `versions`: the record as it is stored and as it is to be, one of them where it is created or deleted.
    - `related`: other records that gain or lose the record.
    """

    model: type[Model]
    names: frozenset[str]
    versions: tuple[Any, ...]
    related: tuple[Any, ...] = ()


_watcher: ContextVar[Callable[[Write], None] | None] = ContextVar("watcher", default=None)


@contextmanager
def watching(watcher: Callable[[Write], None]) -> Iterator[None]:
    """Calls `watcher` before each write in the block."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def about_to_change(records: list[Any], names: list[str], related: tuple[Any, ...] = ()) -> None:
    """Tells the watcher that these fields of records of one model are about to be written in bulk."""
    watcher = _watcher.get()
    for record in records if watcher else ():
        watcher(Write(type(record), frozenset(names), (record,), related))


def about_to_save(instance: Any, **options: Any) -> None:
    """Tells the watcher that the record is about to be created or changed; receives the signal `pre_save`."""
    watcher = _watcher.get()
    if watcher is None:
        return
    model = type(instance)
    stored = model._base_manager.filter(pk=instance.pk).first() if instance.pk else None
    if stored is None:
        watcher(Write(model, field_names(model), (instance,)))
        return
    columns = [(field.name, field.attname) for field in model._meta.concrete_fields]
    changed = frozenset(name for name, column in columns if getattr(stored, column) != getattr(instance, column))
    if changed:
        watcher(Write(model, changed, (stored, instance)))


def about_to_delete(instance: Any) -> None:
    """Tells the watcher that the record is about to be deleted."""
    watcher = _watcher.get()
    if watcher:
        watcher(Write(type(instance), field_names(type(instance)), (instance,)))


def about_to_link(instance: Any, field: Any, action: str, keys: set[int] | None, is_reverse: bool) -> None:
    """Tells the watcher that records are about to gain or lose links to others by a many-to-many field.

    `instance` has the field, or is linked by others where `is_reverse`; `keys` are those of the records on the other
    side, None for all.
    """
    watcher = _watcher.get()
    if watcher is None or not action.startswith("pre_"):
        return
    through = field.remote_field.through
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    own, other = (other, own) if is_reverse else (own, other)
    if keys is None:
        keys = set(through._base_manager.filter(**{own: instance.pk}).values_list(other, flat=True))
    model = field.model if is_reverse else field.related_model
    others = tuple(model._base_manager.filter(pk__in=keys))
    for record in others if is_reverse else [instance]:
        watcher(Write(through, field_names(through), (record,), (instance,) if is_reverse else others))


def field_names(model: type[Model]) -> frozenset[str]:
    """The names of the stored fields but the key."""
    return frozenset(field.name for field in model._meta.concrete_fields if not field.primary_key)
