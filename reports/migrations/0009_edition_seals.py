"""Editions state the last line of the access log; those signed before get their seals in the log, once."""

from django.db import migrations, models

from reports.editions.seals import seal_editions_of_before
from yl_district.audit import write_once

TABLES = ["reports_edition"]


def unprotect(apps, schema_editor):
    """SQLite builds the table anew, whose rows nothing may refuse to move."""
    write_once.unprotect(schema_editor.connection, TABLES)


def protect(apps, schema_editor):
    write_once.protect(schema_editor.connection, TABLES)


def seal(apps, schema_editor):
    seal_editions_of_before(apps.get_model("reports", "Edition").objects.select_related("report"))


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0008_demos_of_before'),
        ('yl_district', '0014_acts_of_the_log'),
    ]

    operations = [
        migrations.RunPython(unprotect, protect),
        migrations.AddField(
            model_name='edition',
            name='witness',
            field=models.CharField(blank=True, default='', max_length=60, verbose_name='日志凭证'),
            preserve_default=False,
        ),
        migrations.RunPython(protect, unprotect),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
