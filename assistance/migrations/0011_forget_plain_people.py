"""Overwrites what the files of the database still hold of the columns removed."""

from django.db import migrations

from yl_district.privacy.sealed_links import forget_former_values


def forget(apps, schema_editor):
    names = ["AssistedYouth", "CaseGrant", "Scholarship"]
    changed = [apps.get_model("assistance", f"{kind}{name}") for name in names for kind in ("", "Historical")]
    forget_former_values(schema_editor, *changed)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("assistance", "0010_only_sealed_people")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
