from django.db import migrations, models

from yl_district.database.unused_indexes import LeaveOutIndex, LeaveOutLikeIndexes


class Migration(migrations.Migration):
    dependencies = [("members", "0024_search_pieces")]

    operations = [
        LeaveOutLikeIndexes("person", "name", "identity_number_index", "mobile_index", "document_number_index"),
        LeaveOutLikeIndexes("member", "development_no"),
        LeaveOutIndex(
            "Post",
            "person",
            models.ForeignKey(
                "members.person", models.PROTECT, related_name="posts", verbose_name="姓名", db_index=False
            ),
        ),
    ]
