"""Has every entry have its own seal, and exactly the record of its kind."""

import uuid

from django.db import migrations, models
from django.db.models import Q

RECORDS = ("person", "youth", "activity", "organisation")


def only_record(name, condition):
    return condition & Q(**{f"{each}__isnull": each != name for each in RECORDS})


class Migration(migrations.Migration):
    dependencies = [("reports", "0011_seal_youths")]

    operations = [
        migrations.AlterField(
            "platformentry", "seal", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
        ),
        migrations.AlterField("historicalplatformentry", "seal", models.UUIDField(default=uuid.uuid4, editable=False)),
        migrations.AddConstraint(
            "platformentry",
            models.CheckConstraint(
                condition=only_record("activity", Q(subject="activity"))
                | only_record("organisation", Q(subject="organisation"))
                | only_record("youth", Q(subject="assisted_youth"))
                | only_record("person", ~Q(subject__in=["activity", "organisation", "assisted_youth"])),
                name="platform_entry_has_its_subject",
                violation_error_message="请选择与“对象”相符的一条记录。",
            ),
        ),
        migrations.AddConstraint(
            "platformentry",
            models.UniqueConstraint(
                fields=["platform", "subject", "youth"],
                condition=Q(youth__isnull=False),
                name="platform_entry_youth_once",
                violation_error_message="这条记录已登记录入该平台，请打开原登记修改。",
            ),
        ),
    ]
