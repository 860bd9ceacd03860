"""Row policies on case files, on PostgreSQL; SQLite has none."""

from django.db import migrations

from assistance import row_policies


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.creation():
            schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.removal():
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0011_forget_plain_people"),
        ("orgs", "0015_whole_exports"),
        ("reports", "0013_forget_plain_youths"),
        ("yl_district", "0016_attachments_inspected"),
    ]
    operations = [migrations.RunPython(protect, unprotect, elidable=False)]
