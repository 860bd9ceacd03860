import django.db.models.deletion
from django.db import migrations

import yl_district.privacy.sealed_links
from yl_district.database.unused_indexes import LeaveOutLikeIndexes


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0021_campaign_proof'),
        ('assistance', '0015_unused_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='assistance',
            name='activity',
            field=yl_district.privacy.sealed_links.SealedForeignKey(blank=True, editable=False, label='case.activity', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', sealed_in='activity_key', to='activities.activity', verbose_name='来自活动'),
        ),
        migrations.AddField(
            model_name='assistance',
            name='activity_key',
            field=yl_district.privacy.sealed_links.SealedKeyField(label='assistance_assistance.activity_key', link='activity', verbose_name='活动编号'),
        ),
        migrations.AddField(
            model_name='historicalassistance',
            name='activity',
            field=yl_district.privacy.sealed_links.SealedForeignKey(blank=True, db_index=False, editable=False, label='case.activity', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', sealed_in='activity_key', to='activities.activity', verbose_name='来自活动'),
        ),
        migrations.AddField(
            model_name='historicalassistance',
            name='activity_key',
            field=yl_district.privacy.sealed_links.SealedKeyField(label='assistance_assistance.activity_key', link='activity', verbose_name='活动编号'),
        ),
        LeaveOutLikeIndexes("assistance", "activity"),
    ]
