import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("yl_district", "0017_sealed_imports")]

    operations = [
        migrations.AlterField(
            "importbatch", "seal", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
        ),
    ]
