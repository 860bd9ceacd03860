from django.db import migrations

from yl_district.database.unused_indexes import LeaveOutLikeIndexes


class Migration(migrations.Migration):
    dependencies = [("assistance", "0014_case_drafts")]

    operations = [
        LeaveOutLikeIndexes("assistedyouth", "person"),
        LeaveOutLikeIndexes("casegrant", "person"),
        LeaveOutLikeIndexes("scholarship", "student"),
    ]
