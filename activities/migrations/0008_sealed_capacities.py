"""Columns in which sign-ins hold their capacity encrypted."""

from django.db import migrations, models

from yl_district.privacy.sealed_choices import EncryptedChoiceField

CHOICES = [
    ("member", "团员"),
    ("linked_youth", "联系青年"),
    ("assisted_youth", "帮扶对象"),
    ("volunteer", "志愿者"),
    ("parent", "家长"),
    ("other", "其他"),
]


def columns(name):
    """The operations by which sign-ins or their history get sealed columns."""
    capacity = EncryptedChoiceField(
        blank=True, choices=CHOICES, label="activities_signin.capacity", max_length=20, verbose_name="身份"
    )
    seal = models.UUIDField(editable=False, null=True)
    return [migrations.AddField(name, "seal", seal), migrations.AlterField(name, "capacity", capacity)]


class Migration(migrations.Migration):
    dependencies = [("activities", "0007_names_in_pinyin_order")]

    operations = [*columns("signin"), *columns("historicalsignin")]
