
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0019_unused_indexes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(fields=['depth', 'path'], name='organisation_by_depth'),
        ),
        migrations.AddIndex(
            model_name='supply',
            index=models.Index(fields=['issued_on', 'id'], name='supply_by_day'),
        ),
        migrations.AddIndex(
            model_name='unitcontact',
            index=models.Index(fields=['held_on', 'id'], name='unit_contact_by_day'),
        ),
    ]
