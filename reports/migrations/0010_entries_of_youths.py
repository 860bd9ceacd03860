"""The column in which entries of assisted youths name them sealed, and the seals of all entries."""

import django.db.models.deletion
from django.db import migrations, models

from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField


def columns(name):
    """The operations on entries or their history."""
    is_history = name != "platformentry"
    youth = SealedForeignKey(
        "members.Person",
        models.DO_NOTHING if is_history else django.db.models.deletion.PROTECT,
        sealed_in="youth_key",
        label="case.person",
        null=True,
        blank=True,
        db_index=not is_history,
        related_name="+" if is_history else "platform_entries_as_youth",
        verbose_name="帮扶对象",
    )
    yield migrations.AddField(name, "seal", models.UUIDField(editable=False, null=True))
    yield migrations.AddField(name, "youth", youth)
    yield migrations.AddField(
        name, "youth_key", SealedKeyField(link="youth", verbose_name="人员编号", label="reports_platformentry.youth_key")
    )


class Migration(migrations.Migration):
    dependencies = [("reports", "0009_edition_seals"), ("assistance", "0010_only_sealed_people")]

    operations = [
        migrations.RemoveConstraint("platformentry", "platform_entry_has_its_subject"),
        *columns("platformentry"),
        *columns("historicalplatformentry"),
    ]
