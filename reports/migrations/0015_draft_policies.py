"""The row policy on drafts of forms about cases, on PostgreSQL; SQLite has none."""

from django.db import migrations

from assistance import row_policies


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.policies(row_policies.OPEN_DRAFTS):
            schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.without_policies(row_policies.OPEN_DRAFTS):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("assistance", "0014_case_drafts"),
        ("reports", "0014_row_policies"),
    ]
    operations = [migrations.RunPython(protect, unprotect, elidable=False)]
