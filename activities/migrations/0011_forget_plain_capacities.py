"""Overwrites what the files of the database still hold of the values encrypted."""

from django.db import migrations

from yl_district.privacy.sealed_links import forget_former_values


def forget(apps, schema_editor):
    models = [apps.get_model("activities", name) for name in ("SignIn", "HistoricalSignIn")]
    forget_former_values(schema_editor, *models)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("activities", "0010_unique_seals")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
