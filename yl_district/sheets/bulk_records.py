"""Many records written with few statements, and their history beside them."""

from ..history.tracking import BATCH, note_changed, note_created, tracked_fields
from ..pinyin import SearchTextField
from ..privacy.encryption import BlindIndexField


def derived_fields(model):
    """The fields whose values follow from their `source` on every write."""
    return [field for field in model._meta.concrete_fields if isinstance(field, (SearchTextField, BlindIndexField))]


def store(records):
    """Writes new records of one kind with their history, with one statement for many of them."""
    if records:
        type(records[0]).objects.bulk_create(records, batch_size=BATCH)
        note_created(records)


def update_stored(records, names):
    """Writes the named fields of stored records of one kind with their history, with one statement for many of them."""
    kind = type(records[0])
    derived = [field.name for field in derived_fields(kind)]
    kind.objects.bulk_create(
        records, BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=sorted({*names, *derived})
    )
    if {field.name for field in tracked_fields(kind)} & {*names}:
        note_changed(records)
