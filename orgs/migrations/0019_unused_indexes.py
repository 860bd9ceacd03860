from django.db import migrations

from yl_district.database.unused_indexes import LeaveOutLikeIndexes


class Migration(migrations.Migration):
    dependencies = [("orgs", "0018_paths_byte_by_byte")]

    operations = [
        LeaveOutLikeIndexes("organisation", "path", "name"),
        LeaveOutLikeIndexes("unit", "name", "credit_code"),
        LeaveOutLikeIndexes("user", "username", "mobile_index"),
        LeaveOutLikeIndexes("invitation", "digest"),
    ]
