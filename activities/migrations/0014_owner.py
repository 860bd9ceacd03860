import django.db.models.deletion
from django.db import migrations, models

from activities.owners import keep_owners, leave_owners


def keep(apps, schema_editor):
    """Creates the triggers, and fills the column of the activities that are registered."""
    keep_owners()


def leave(apps, schema_editor):
    leave_owners()


COUNTED = ["state", "held_on", "type", "session_count", "attendance", "basis", "sign_in_count"]


class Migration(migrations.Migration):
    dependencies = [("activities", "0013_unused_indexes")]

    operations = [
        migrations.AddField(
            "activity",
            "owner",
            models.ForeignKey(
                "orgs.organisation",
                django.db.models.deletion.DO_NOTHING,
                verbose_name="所属组织",
                related_name="+",
                null=True,
                editable=False,
                db_index=False,
            ),
        ),
        migrations.RemoveIndex("activity", "activity_counted"),
        migrations.AddIndex("activity", models.Index(fields=[*COUNTED, "owner", "hub"], name="activity_counted")),
        migrations.AddIndex("activity", models.Index(fields=["owner", "held_on", "id"], name="activity_by_owner")),
        migrations.RunPython(keep, leave),
    ]
