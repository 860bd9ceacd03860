from django.db import migrations

from activities.owners import leave_owners
from yl_district.database.unused_indexes import LeaveOutLikeIndexes


def without_owners(apps, schema_editor):
    """Drops the triggers that keep owners, until all migrations are done: SQLite builds the table anew to go back."""
    leave_owners()


class Migration(migrations.Migration):
    dependencies = [("activities", "0023_partner")]

    operations = [
        migrations.RemoveField("activity", "partners_text"),
        migrations.RemoveField("historicalactivity", "partners_text"),
        LeaveOutLikeIndexes("partner", "name"),
        migrations.RunPython(migrations.RunPython.noop, without_owners),
    ]
