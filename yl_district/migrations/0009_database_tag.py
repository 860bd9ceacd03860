"""The database gets a name of its own, by which it knows the rows that it exported."""

from django.db import migrations, models

import yl_district.sheets.models


def name_database(apps, schema_editor):
    apps.get_model("yl_district", "DatabaseTag").objects.create()


class Migration(migrations.Migration):
    dependencies = [("yl_district", "0008_counts_by_sheet")]
    operations = [
        migrations.CreateModel(
            name="DatabaseTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tag",
                    models.CharField(
                        default=yl_district.sheets.models.new_tag, max_length=6, verbose_name="标识"
                    ),
                ),
            ],
            options={"verbose_name": "数据库标识"},
        ),
        migrations.RunPython(name_database, migrations.RunPython.noop),
    ]
