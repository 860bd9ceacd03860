"""What was answered and written by imports is encrypted: of case lists it points at the people in them."""

import json
import uuid

from django.db import migrations, models

from yl_district.privacy.encryption import EncryptedJSONField, store_columns

NAMES = ["answers", "written"]
BATCH = 100


def seal(apps, schema_editor):
    ImportBatch = apps.get_model("yl_district", "ImportBatch")
    while rows := list(ImportBatch.objects.filter(seal=None).order_by("pk")[:BATCH]):
        for row in rows:
            row.seal = uuid.uuid4()
            for name in NAMES:
                setattr(row, name, json.loads(row.__dict__[name].stored))
        store_columns(ImportBatch, rows, ["seal", *NAMES])


def unseal(apps, schema_editor):
    ImportBatch = apps.get_model("yl_district", "ImportBatch")
    for row in ImportBatch.objects.order_by("pk").iterator(BATCH):
        texts = {name: json.dumps(getattr(row, name)) for name in NAMES}
        with schema_editor.connection.cursor() as cursor:
            columns = ", ".join(f"{name} = %s" for name in texts)
            cursor.execute(f"UPDATE {ImportBatch._meta.db_table} SET {columns} WHERE id = %s", [*texts.values(), row.pk])


class Migration(migrations.Migration):
    dependencies = [("yl_district", "0016_attachments_inspected")]

    operations = [
        migrations.AddField("importbatch", "seal", models.UUIDField(editable=False, null=True)),
        migrations.AlterField(
            "importbatch",
            "answers",
            EncryptedJSONField(default=dict, label="yl_district_importbatch.answers", verbose_name="答复"),
        ),
        migrations.AlterField(
            "importbatch",
            "written",
            EncryptedJSONField(default=list, label="yl_district_importbatch.written", verbose_name="写入的记录"),
        ),
        migrations.RunPython(seal, unseal),
    ]
