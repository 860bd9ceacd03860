"""What was signed cannot be replaced on SQLite either."""

from django.db import migrations

from yl_district.audit import write_once

TABLES = ["reports_edition", "reports_countedfigure"]


def protect_anew(apps, schema_editor):
    """PostgreSQL has nothing that takes a row's place without its triggers."""
    if schema_editor.connection.vendor == "sqlite":
        write_once.unprotect(schema_editor.connection, TABLES)
        write_once.protect(schema_editor.connection, TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0005_target_document_number'),
    ]

    operations = [
        migrations.RunPython(protect_anew, migrations.RunPython.noop),
    ]
