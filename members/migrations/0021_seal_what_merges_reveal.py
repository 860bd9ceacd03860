from django.db import migrations

from yl_district.privacy.encryption import store_columns
from yl_district.privacy.sealed_choices import EncryptedChoiceField

NAMES = ("PersonMerge", "HistoricalPersonMerge")


def seal(apps, schema_editor):
    """Encrypts which merges reveal a case file, their history too."""
    for name in NAMES:
        model = apps.get_model("members", name)
        for row in list(model._base_manager.all()):
            row.revealing = "yes" if row.is_revealing else "no"
            store_columns(model, [row], ["revealing"])


def open_again(apps, schema_editor):
    for name in NAMES:
        model = apps.get_model("members", name)
        for row in list(model._base_manager.all()):
            model._base_manager.filter(pk=row.pk).update(is_revealing=row.revealing == "yes")


def column(default):
    return EncryptedChoiceField(
        choices=[("no", "否"), ("yes", "是")],
        default=default,
        editable=False,
        label="members_personmerge.revealing",
        max_length=3,
        verbose_name="涉及只因个案登记的人",
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0020_seal_people")]

    # Rows that are there get no plain default.
    operations = [
        *(migrations.AddField(name, "revealing", column("")) for name in NAMES),
        migrations.RunPython(seal, open_again),
        *(migrations.AlterField(name, "revealing", column("no")) for name in NAMES),
        *(migrations.RemoveField(name, "is_revealing") for name in NAMES),
    ]
