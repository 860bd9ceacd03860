from django.db import migrations, models

from yl_district.database.unused_indexes import LeaveOutIndex


class Migration(migrations.Migration):
    dependencies = [("outreach", "0002_history")]

    operations = [
        LeaveOutIndex(
            "Link",
            "cadre",
            models.ForeignKey(
                "members.person", models.PROTECT, related_name="links_as_cadre", verbose_name="团干部", db_index=False
            ),
        ),
    ]
