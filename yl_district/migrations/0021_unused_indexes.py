from django.db import migrations

from yl_district.database.unused_indexes import LeaveOutLikeIndexes


class Migration(migrations.Migration):
    dependencies = [("yl_district", "0020_kept_results")]

    operations = [
        LeaveOutLikeIndexes("installationfact", "name"),
        LeaveOutLikeIndexes("keptresult", "key"),
        LeaveOutLikeIndexes("submission", "token"),
    ]
