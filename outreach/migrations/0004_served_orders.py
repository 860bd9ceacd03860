
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0025_unused_indexes'),
        ('outreach', '0003_unused_indexes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['held_on', 'id'], name='contact_by_day'),
        ),
    ]
