"""Overwrites what the files of the database still hold of the values moved."""

from django.db import migrations

from yl_district.privacy.sealed_links import forget_former_values


def forget(apps, schema_editor):
    models = [apps.get_model("reports", name) for name in ("PlatformEntry", "HistoricalPlatformEntry")]
    forget_former_values(schema_editor, *models)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("reports", "0012_entries_have_one_record")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
