"""Has every sign-in have its own seal."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0009_seal_capacities")]

    operations = [
        migrations.AlterField("signin", "seal", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        migrations.AlterField("historicalsignin", "seal", models.UUIDField(default=uuid.uuid4, editable=False)),
    ]
