"""Converts the counts of ledgers to the format of all imports, and adds each sheet's kind to the mappings of lists."""

from django.db import migrations

TAGS = ("n", "c", "s")


def count_by_sheet(apps, schema_editor):
    batches = apps.get_model("yl_district", "ImportBatch").objects
    for batch in batches.filter(kind="ledger"):
        by_sheet = {name: counts for name, counts in batch.counts.items() if isinstance(counts, list)}
        if by_sheet:
            batch.sheets = [
                {"number": number, "name": name, "merged": [], "rows": 0, "counts": dict(zip(TAGS, counts, strict=True))}
                for number, (name, counts) in enumerate(by_sheet.items())
            ]
            sums = map(sum, zip(*by_sheet.values(), strict=True))
            batch.counts = dict(zip(TAGS, sums, strict=True))
            batch.save(update_fields=["sheets", "counts"])
    for batch in batches.exclude(kind="ledger").exclude(mapping={}):
        for sheet in batch.mapping.get("sheets", ()):
            sheet.setdefault("kind", batch.kind)
        batch.save(update_fields=["mapping"])


class Migration(migrations.Migration):
    dependencies = [("yl_district", "0007_log_rows_not_replaced")]
    operations = [migrations.RunPython(count_by_sheet, migrations.RunPython.noop)]
