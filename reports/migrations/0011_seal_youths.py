"""Moves the youths of entries to the sealed column, in batches."""

import uuid
from collections import defaultdict

from django.db import migrations

from yl_district.privacy.encryption import REWRITE_BATCH, store_columns

OF_CASE = "assisted_youth"


def batches(model, key):
    """Yields lists of rows in the order of their keys; `key` names these."""
    last = 0
    while rows := list(model._base_manager.filter(pk__gt=last).order_by(key)[:REWRITE_BATCH]):
        yield rows
        last = rows[-1].pk


def models_of(apps):
    """The entries and their history, each with the name of its key and of the key of the record."""
    return [
        (apps.get_model("reports", "PlatformEntry"), "id", "id"),
        (apps.get_model("reports", "HistoricalPlatformEntry"), "history_id", "id"),
    ]


def seal(apps, schema_editor):
    seals = defaultdict(uuid.uuid4)
    for model, key, record in models_of(apps):
        for rows in batches(model, key):
            for row in rows:
                row.seal = seals[getattr(row, record)]
                if row.subject == OF_CASE:
                    row.youth_id, row.person_id = row.person_id, None
            store_columns(model, rows, ["seal", "person", "youth", "youth_key"])


def unseal(apps, schema_editor):
    for model, key, _ in models_of(apps):
        for rows in batches(model, key):
            rows = [row for row in rows if row.subject == OF_CASE]
            for row in rows:
                row.person_id, row.youth_id = row.youth_id, None
            store_columns(model, rows, ["person", "youth", "youth_key"])


class Migration(migrations.Migration):
    dependencies = [("reports", "0010_entries_of_youths")]

    operations = [migrations.RunPython(seal, unseal)]
