import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orgs", "0012_encrypt_phones")]

    operations = [
        migrations.AlterField(
            model_name="historicalunit",
            name="seal",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AlterField(
            model_name="historicaluser",
            name="seal",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AlterField(
            model_name="unit",
            name="seal",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AlterField(
            model_name="user",
            name="seal",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]
