from django.db import migrations, models

from yl_district.pinyin import NameKeyField, store_name_keys


def fill(apps, schema_editor):
    """Works out the keys of the people who are registered."""
    store_name_keys(apps.get_model("members", "Person"))


class Migration(migrations.Migration):
    dependencies = [("members", "0022_served_orders")]

    operations = [
        migrations.AddField("person", "name_key", NameKeyField(source="name")),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "person",
            models.Index(
                fields=["name"], condition=models.Q(identity_number_index=None), name="person_without_number"
            ),
        ),
        migrations.AddIndex(
            "person",
            models.Index(
                fields=["name_key"], condition=models.Q(name_key__gt=""), name="person_spelled_otherwise"
            ),
        ),
        migrations.AddIndex(
            "person",
            models.Index(
                fields=["id", "other_names"], condition=models.Q(other_names__gt=""), name="person_named_twice"
            ),
        ),
    ]
