from django.db import migrations

from yl_district.database.unused_indexes import LeaveOutLikeIndexes


class Migration(migrations.Migration):
    dependencies = [("reports", "0015_draft_policies")]

    operations = [
        LeaveOutLikeIndexes("platformentry", "youth"),
    ]
