from django.db import migrations, models

from yl_district.database.unused_indexes import LeaveOutIndex, LeaveOutLikeIndexes


class Migration(migrations.Migration):
    dependencies = [("activities", "0012_served_orders")]

    operations = [
        LeaveOutLikeIndexes("activitytype", "key", "name"),
        LeaveOutIndex(
            "SignIn",
            "activity",
            models.ForeignKey(
                "activities.activity", models.PROTECT, related_name="sign_ins", verbose_name="活动名称", db_index=False
            ),
        ),
    ]
