
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0025_unused_indexes'),
        ('orgs', '0020_served_orders'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='post',
            index=models.Index(condition=models.Q(('ended_on__isnull', False)), fields=['ended_on', 'id'], name='post_by_end'),
        ),
    ]
