from django.db import migrations

from yl_district.database.unused_indexes import LeaveOutLikeIndexes


class Migration(migrations.Migration):
    dependencies = [("youthhubs", "0004_names_in_pinyin_order")]

    operations = [
        LeaveOutLikeIndexes("hub", "name"),
    ]
