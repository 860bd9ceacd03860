"""Encrypts in which capacity people have signed in, in batches."""

import uuid
from collections import defaultdict

from django.db import migrations

from yl_district.privacy.encryption import REWRITE_BATCH, Sealed, store_columns

NAMES = ("SignIn", "HistoricalSignIn")


def batches(model):
    """Yields lists of rows in the order of their keys."""
    last = 0
    while rows := list(model._base_manager.filter(pk__gt=last).order_by("pk")[:REWRITE_BATCH]):
        yield rows
        last = rows[-1].pk


def seal(apps, schema_editor):
    seals = defaultdict(uuid.uuid4)
    for name in NAMES:
        model = apps.get_model("activities", name)
        for rows in batches(model):
            for row in rows:
                cell = row.__dict__["capacity"]
                row.seal, row.capacity = seals[row.id], cell and cell.stored
            store_columns(model, rows, ["seal", "capacity"])


def unseal(apps, schema_editor):
    for name in NAMES:
        model = apps.get_model("activities", name)
        for rows in batches(model):
            for row in rows:
                row.__dict__["capacity"] = row.capacity and Sealed(row.capacity)
            store_columns(model, rows, ["capacity"])


class Migration(migrations.Migration):
    dependencies = [("activities", "0008_sealed_capacities")]

    operations = [migrations.RunPython(seal, unseal)]
