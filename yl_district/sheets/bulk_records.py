"""Bulk writes of records with their history."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from ..history.tracking import BATCH_SIZE, note_changed, note_created, tracked_fields
from ..pinyin import SearchTextField
from ..privacy.encryption import BlindIndexField


def derived_fields(model: type[Model]) -> list[Any]:
    """Returns the model's fields that are derived from their `source` on every write."""
    return [field for field in model._meta.concrete_fields if isinstance(field, (SearchTextField, BlindIndexField))]


def create_records(records: Sequence[Any]) -> None:
    """Inserts new records of one model with their history, one statement per batch."""
    if records:
        type(records[0]).objects.bulk_create(records, batch_size=BATCH_SIZE)
        note_created(records)


def update_stored(records: Sequence[Any], names: Iterable[str]) -> None:
    """Updates the named fields of stored records of one model with their history, one statement per batch."""
    kind = type(records[0])
    derived = [field.name for field in derived_fields(kind)]
    kind.objects.bulk_create(
        records, BATCH_SIZE, update_conflicts=True, unique_fields=["pk"], update_fields=sorted({*names, *derived})
    )
    if {field.name for field in tracked_fields(kind)} & {*names}:
        note_changed(records)
