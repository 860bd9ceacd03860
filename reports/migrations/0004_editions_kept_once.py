from django.db import migrations

from yl_district.audit import write_once

TABLES = ["reports_edition", "reports_countedfigure"]


def protect(apps, schema_editor):
    write_once.protect(schema_editor.connection, TABLES)


def unprotect(apps, schema_editor):
    write_once.unprotect(schema_editor.connection, TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0003_documents'),
    ]

    operations = [
        migrations.RunPython(protect, unprotect),
    ]
