"""A line of the access log cannot be replaced by the number that SQLite itself gives its row either."""

from django.db import migrations

from yl_district.audit import append_only


def protect_anew(apps, schema_editor):
    """PostgreSQL has nothing that takes a row's place without its triggers."""
    if schema_editor.connection.vendor == "sqlite":
        append_only.unprotect(schema_editor.connection)
        append_only.protect(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('yl_district', '0006_attachments'),
    ]

    operations = [
        migrations.RunPython(protect_anew, migrations.RunPython.noop),
    ]
