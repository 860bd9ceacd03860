"""Refuses to replace a line of the access log by its rowid as well, on SQLite."""

from django.db import migrations

from yl_district.audit.write_once import ACCESS_LOG


def protect_anew(apps, schema_editor):
    """Recreates the triggers on SQLite; PostgreSQL cannot replace a row without firing them."""
    if schema_editor.connection.vendor == "sqlite":
        ACCESS_LOG.unprotect(schema_editor.connection)
        ACCESS_LOG.protect(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('yl_district', '0006_attachments'),
    ]

    operations = [
        migrations.RunPython(protect_anew, migrations.RunPython.noop),
    ]
