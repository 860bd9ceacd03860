from django.db import migrations

from activities.owners import leave_owners
from yl_district.database.unused_indexes import LeaveOutLikeIndexes


def without_owners(apps, schema_editor):
    """Drops the triggers that keep owners, until all migrations are done: SQLite builds the table anew to go back."""
    leave_owners()


class Migration(migrations.Migration):
    dependencies = [("activities", "0019_campaign")]

    operations = [
        migrations.RemoveField("activity", "campaign_text"),
        migrations.RemoveField("historicalactivity", "campaign_text"),
        LeaveOutLikeIndexes("campaign", "key", "name"),
        migrations.RunPython(migrations.RunPython.noop, without_owners),
    ]
