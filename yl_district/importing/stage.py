"""The writes of a file's valid rows, as acts that can be stored as JSON until they are carried out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from ..history.bulk_sql import row_of
from ..privacy.sealed_facts import SealableRows
from ..privacy.sealed_links import SealedForeignKey
from ..sheets.resource import SheetResource


class Act(NamedTuple):
    """One record to be written, stored as a list in this order.

    `number` is that of a record that the import creates (else None), `key` that of a stored one (else None). `names`
    are the changed fields, None for a new record, `row` the whole row as of `bulk_sql`, but with the keys themselves
    where they are sealed, and `links` {many-to-many field: keys} of links to replace. A record without a key yet is
    referred to as [number].
    """

    label: str
    number: int | None
    key: int | None
    names: list[str] | None
    row: list[Any]
    links: dict[str, list[Any]]


class Stage:
    """Builds the acts of an import, row by row."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        self.begun: list[Any] = []

    def acts_of(self, resource: SheetResource) -> list[Act]:
        """The acts of the row that the resource has just imported, in the order in which records must be created."""
        instance, links = resource.instance, resource.linked
        acts = [
            self._act(resource, record, links=links if record is instance else {})
            for record in resource.records_of(instance)
        ]
        return [*filter(None, acts), *self.acts_beside(resource)]

    def acts_beside(self, resource: SheetResource) -> list[Act]:
        """The acts of the records that the resource has added by `write_beside`, each once."""
        acts = [self._act(resource, record, names) for record, names in resource.beside]
        resource.beside.clear()
        return [act for act in acts if act]

    def holder_of(self, resource: SheetResource) -> list[Any]:
        """[label, key or [number]] of the record of the row that the resource has just imported."""
        return [resource.instance._meta.label, self._reference(resource.instance)]

    def _act(
        self, resource: SheetResource, record: Any, names: Sequence[str] | None = None, links: Any = ()
    ) -> Act | None:
        is_new = record.pk is None and id(record) not in self.numbers
        if is_new:
            self.begun.append(record)  # keeps it alive, so that its id() stays unique
            self.numbers[id(record)] = len(self.begun)
        changed = {*(names or ()), *resource.dirty.pop(id(record), (record, set()))[1]}
        if not (is_new or changed or links):
            return None
        kind: Any = type(record)
        row = row_of(record)
        for place, field in foreign_keys(kind):
            if isinstance(field, SealedForeignKey):
                row[place] = getattr(record, field.attname)
            if row[place] is None and field.is_cached(record):
                other = field.get_cached_value(record)
                row[place] = self._reference(other) if other is not None else None
        written = None if is_new else sorted({*changed, *derived(kind, changed)})
        linked = {name: [self._reference(other) for other in others] for name, others in dict(links).items()}
        return Act(model_label(kind), self.numbers.get(id(record)), record.pk, written, row, linked)

    def _reference(self, record: Any) -> int | list[int]:
        """The record's key, or [number] where it has none yet."""
        return [self.numbers[id(record)]] if record.pk is None else record.pk


@cache
def model_label(model: Any) -> str:
    """The model's label, which Django writes anew whenever it is asked."""
    return model._meta.label


_foreign_keys: dict[type[models.Model], list[tuple[int, Any]]] = {}


def foreign_keys(model: type[models.Model]) -> list[tuple[int, Any]]:
    """The model's foreign keys, as (position in a row, field)."""
    if model not in _foreign_keys:
        fields = enumerate(model._meta.concrete_fields)
        _foreign_keys[model] = [(place, field) for place, field in fields if isinstance(field, models.ForeignKey)]
    return _foreign_keys[model]


def derived(model: type[models.Model], names: Collection[str]) -> list[str]:
    """Names of the derived fields with a source among `names`, and of those that are only written together."""
    fields = model._meta.concrete_fields
    found = [field.name for field in fields if not {*names}.isdisjoint(getattr(field, "sources", ()))]
    return [*found, *model.written_together(names)] if issubclass(model, SealableRows) else found


def dependency_order(labels: Iterable[str]) -> list[str]:
    """Model labels without duplicates, in topological order: a model comes after those it refers to."""
    waiting, found = list(dict.fromkeys(labels)), []
    while waiting:
        free = next(label for label in waiting if not referred_to(label) & {*waiting} - {label})
        waiting.remove(free)
        found.append(free)
    return found


def referred_to(label: str) -> set[str]:
    """Labels of the models that a model refers to."""
    meta = apps.get_model(label)._meta
    fields = [*meta.concrete_fields, *meta.local_many_to_many]
    return {field.related_model._meta.label for field in fields if field.is_relation}


def model_of(act: Act) -> Any:
    """The model of an act."""
    return apps.get_model(act.label)
