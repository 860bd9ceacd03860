"""Removes the columns that name people plainly."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from yl_district.privacy.sealed_links import SealedForeignKey

LINKS = {"AssistedYouth": "person", "CaseGrant": "person", "Scholarship": "student"}


def required(model, link, related):
    """The operation by which every row of a model names its person."""
    field = SealedForeignKey(
        "members.Person",
        django.db.models.deletion.PROTECT,
        sealed_in=f"{link}_key",
        label="case.person",
        related_name=related,
        verbose_name="姓名",
    )
    return migrations.AlterField(model, link, field)


class Migration(migrations.Migration):
    dependencies = [("assistance", "0009_seal_people")]

    operations = [
        *(
            migrations.RemoveField(name, f"plain_{link}")
            for model, link in LINKS.items()
            for name in (model, f"Historical{model}")
        ),
        required("assistedyouth", "person", "assistance_cases"),
        required("scholarship", "student", "scholarships"),
        migrations.AddConstraint(
            "assistedyouth",
            models.UniqueConstraint(
                fields=["person", "registered_on"],
                name="assisted_youth_once",
                violation_error_message="该青少年在这一天已入库。",
            ),
        ),
        migrations.AddConstraint(
            "assistedyouth",
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(removed_on__isnull=True),
                name="assisted_youth_in_register_once",
                violation_error_message="该青少年已在库，出库后才能再次入库。",
            ),
        ),
        migrations.AddConstraint(
            "scholarship",
            models.UniqueConstraint(
                fields=["year", "student"],
                name="scholarship_once",
                violation_error_message="该学生这一年度已有申报。",
            ),
        ),
        migrations.AddConstraint(
            "casegrant",
            models.CheckConstraint(
                condition=~Q(is_approved=True) | Q(person__isnull=False, expires_on__isnull=False),
                name="case_grant_approved_for_a_person_until_a_day",
            ),
        ),
    ]
