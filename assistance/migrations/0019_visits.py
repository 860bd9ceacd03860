"""Visits, the passes of volunteers and their row policies on PostgreSQL; SQLite has none."""

import django.db.models.deletion
import django.utils.timezone
import simple_history.models
import uuid
import yl_district.privacy.encryption
from django.conf import settings
from django.db import migrations, models

from assistance import row_policies
from yl_district.database.unused_indexes import LeaveOutLikeIndexes


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.visit_policies():
            schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.without_visit_policies():
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('assistance', '0018_needs_and_plans'),
        ('reports', '0014_row_policies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalpairing',
            name='pledged_on',
            field=models.DateField(blank=True, null=True, verbose_name='保密承诺签订日期'),
        ),
        migrations.AddField(
            model_name='historicalpairing',
            name='visit_every',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='走访间隔'),
        ),
        migrations.AddField(
            model_name='historicalpairing',
            name='visit_rhythm',
            field=models.CharField(blank=True, choices=[('weeks', '周'), ('months', '个月')], max_length=10, verbose_name='间隔单位'),
        ),
        migrations.AddField(
            model_name='pairing',
            name='pledged_on',
            field=models.DateField(blank=True, null=True, verbose_name='保密承诺签订日期'),
        ),
        migrations.AddField(
            model_name='pairing',
            name='visit_every',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='走访间隔'),
        ),
        migrations.AddField(
            model_name='pairing',
            name='visit_rhythm',
            field=models.CharField(blank=True, choices=[('weeks', '周'), ('months', '个月')], max_length=10, verbose_name='间隔单位'),
        ),
        migrations.CreateModel(
            name='HistoricalVisit',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('planned_on', models.DateField(blank=True, null=True, verbose_name='计划日期')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='走访日期')),
                ('way', models.CharField(blank=True, choices=[('visit', '走访入户'), ('phone', '电话'), ('face_to_face', '面对面'), ('online', '线上')], max_length=20, verbose_name='方式')),
                ('observations', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_visit.observations', verbose_name='走访情况')),
                ('wishes', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_visit.wishes', verbose_name='发现的需求')),
                ('cancelled_on', models.DateField(blank=True, null=True, verbose_name='取消日期')),
                ('cancel_reason', yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_visit.cancel_reason', max_length=200, verbose_name='取消原因')),
                ('is_reported', models.BooleanField(default=False, editable=False, verbose_name='志愿者填报')),
                ('logged_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='登记时间')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('logged_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('pairing', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.pairing', verbose_name='结对')),
            ],
            options={
                'verbose_name': 'historical 走访',
                'verbose_name_plural': 'historical 走访s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('planned_on', models.DateField(blank=True, null=True, verbose_name='计划日期')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='走访日期')),
                ('way', models.CharField(blank=True, choices=[('visit', '走访入户'), ('phone', '电话'), ('face_to_face', '面对面'), ('online', '线上')], max_length=20, verbose_name='方式')),
                ('observations', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_visit.observations', verbose_name='走访情况')),
                ('wishes', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_visit.wishes', verbose_name='发现的需求')),
                ('cancelled_on', models.DateField(blank=True, null=True, verbose_name='取消日期')),
                ('cancel_reason', yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_visit.cancel_reason', max_length=200, verbose_name='取消原因')),
                ('is_reported', models.BooleanField(default=False, editable=False, verbose_name='志愿者填报')),
                ('logged_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='登记时间')),
                ('logged_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='assistance.pairing', verbose_name='结对')),
            ],
            options={
                'verbose_name': '走访',
                'ordering': [models.OrderBy(models.F('done_on'), descending=True, nulls_first=True), '-planned_on', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='assistance',
            name='visit',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='assistance', to='assistance.visit', verbose_name='来自走访'),
        ),
        migrations.AddField(
            model_name='historicalassistance',
            name='visit',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.visit', verbose_name='来自走访'),
        ),
        migrations.CreateModel(
            name='VisitPass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('youth_called', yl_district.privacy.encryption.EncryptedCharField(editable=False, label='assistance_visitpass.youth_called', max_length=10, verbose_name='称呼')),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='链接摘要')),
                ('code_digest', models.CharField(editable=False, max_length=64, verbose_name='验证码摘要')),
                ('phone_digest', models.CharField(blank=True, editable=False, max_length=64, null=True, unique=True, verbose_name='手机摘要')),
                ('issued_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='生成时间')),
                ('taken_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='启用时间')),
                ('ended_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='停用时间')),
                ('issued_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='生成人')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visit_passes', to='assistance.pairing', verbose_name='结对')),
            ],
            options={
                'verbose_name': '走访链接',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('planned_on__isnull', False), ('done_on__isnull', False), _connector='OR'), name='visit_planned_or_done', violation_error_message='请填写计划日期或走访日期。'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('done_on__isnull', True), models.Q(('way', ''), _negated=True), _connector='OR'), name='visit_done_in_a_way', violation_error_message='已走访的，请选择方式。'),
        ),
        migrations.AddConstraint(
            model_name='visitpass',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('pairing',), name='visit_pass_standing_once'),
        ),
        LeaveOutLikeIndexes("visitpass", "token_digest", "phone_digest"),
        migrations.RunPython(protect, unprotect, elidable=False),
    ]
