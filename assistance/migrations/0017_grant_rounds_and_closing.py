import django.db.models.deletion
import simple_history.models
import uuid
import yl_district.privacy.encryption
from django.conf import settings
from django.db import migrations, models

from assistance import row_policies


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.policies(row_policies.OPEN_ROUNDS):
            schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.without_policies(row_policies.OPEN_ROUNDS):
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('assistance', '0016_assistance_activity'),
        ('orgs', '0020_served_orders'),
        ('reports', '0015_draft_policies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='assistedyouth',
            name='removal_note',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_assistedyouth.removal_note', verbose_name='出库说明'),
        ),
        migrations.AddField(
            model_name='assistedyouth',
            name='removal_reason',
            field=models.CharField(blank=True, choices=[('age', '年满'), ('education', '升学'), ('employment', '就业'), ('relieved', '困难已解除'), ('moved', '迁出'), ('withdrawn', '本人或监护人退出'), ('referred', '转介其他部门'), ('death', '死亡'), ('other', '其他')], max_length=20, verbose_name='出库原因'),
        ),
        migrations.AddField(
            model_name='historicalassistedyouth',
            name='removal_note',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_assistedyouth.removal_note', verbose_name='出库说明'),
        ),
        migrations.AddField(
            model_name='historicalassistedyouth',
            name='removal_reason',
            field=models.CharField(blank=True, choices=[('age', '年满'), ('education', '升学'), ('employment', '就业'), ('relieved', '困难已解除'), ('moved', '迁出'), ('withdrawn', '本人或监护人退出'), ('referred', '转介其他部门'), ('death', '死亡'), ('other', '其他')], max_length=20, verbose_name='出库原因'),
        ),
        migrations.CreateModel(
            name='CaseGrantRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('register', '审批当日在库的全部帮扶对象'), ('renewal', '续期已有的授权')], default='register', max_length=20, verbose_name='申请内容')),
                ('reason', yl_district.privacy.encryption.EncryptedTextField(label='assistance_casegrantround.reason', max_length=300, verbose_name='申请理由')),
                ('days', models.PositiveSmallIntegerField(default=90, verbose_name='期限（天）')),
                ('requested_at', models.DateTimeField(auto_now_add=True, verbose_name='申请时间')),
                ('is_approved', models.BooleanField(blank=True, null=True, verbose_name='批准')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='审批时间')),
                ('decision_note', models.CharField(blank=True, max_length=200, verbose_name='审批意见')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='终止日期')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decided_case_grant_rounds', to=settings.AUTH_USER_MODEL, verbose_name='审批人')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_grant_rounds', to='orgs.organisation', verbose_name='所在组织')),
                ('renewed', models.ManyToManyField(blank=True, related_name='renewal_rounds', to='assistance.casegrant', verbose_name='续期的授权')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_grant_rounds', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '批量授权',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='casegrant',
            name='grant_round',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='assistance.casegrantround', verbose_name='批量授权'),
        ),
        migrations.AddField(
            model_name='historicalcasegrant',
            name='grant_round',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.casegrantround', verbose_name='批量授权'),
        ),
        migrations.CreateModel(
            name='HistoricalCaseGrantRound',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('register', '审批当日在库的全部帮扶对象'), ('renewal', '续期已有的授权')], default='register', max_length=20, verbose_name='申请内容')),
                ('reason', yl_district.privacy.encryption.EncryptedTextField(label='assistance_casegrantround.reason', max_length=300, verbose_name='申请理由')),
                ('days', models.PositiveSmallIntegerField(default=90, verbose_name='期限（天）')),
                ('requested_at', models.DateTimeField(blank=True, editable=False, verbose_name='申请时间')),
                ('is_approved', models.BooleanField(blank=True, null=True, verbose_name='批准')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='审批时间')),
                ('decision_note', models.CharField(blank=True, max_length=200, verbose_name='审批意见')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='终止日期')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审批人')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orgs.organisation', verbose_name='所在组织')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': 'historical 批量授权',
                'verbose_name_plural': 'historical 批量授权s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalCaseGrantRound_renewed',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('casegrant', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.casegrant')),
                ('casegrantround', models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.casegrantround')),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='assistance.historicalcasegrantround')),
            ],
            options={
                'verbose_name': 'HistoricalCaseGrantRound_renewed',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='casegrantround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('is_approved__isnull', True)), models.Q(('decided_by__isnull', False), ('is_approved__isnull', False), models.Q(('decided_by', models.F('user')), _negated=True)), _connector='OR'), name='case_grant_round_decided_by_somebody_else', violation_error_message='批量授权须由申请人以外的人审批。'),
        ),
        migrations.RunPython(protect, unprotect, elidable=False),
    ]
