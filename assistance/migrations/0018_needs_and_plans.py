"""Needs talks, and plans with measures, signatures, reviews and amendments; nothing that was kept is moved."""

import django.db.models.deletion
import simple_history.models
import uuid
import yl_district.fields
import yl_district.privacy.encryption
from django.conf import settings
from django.db import migrations, models

from assistance import row_policies


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.policies(row_policies.OPEN_PLAN_PARTS):
            schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.without_policies(row_policies.OPEN_PLAN_PARTS):
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('assistance', '0017_grant_rounds_and_closing'),
        ('members', '0026_served_ends'),
        ('reports', '0015_draft_policies'),  # which brings the functions of the policies
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalNeedsTalk',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('held_on', models.DateField(verbose_name='日期')),
                ('way', models.CharField(choices=[('phone', '电话'), ('face_to_face', '面谈'), ('visit', '走访入户'), ('message', '微信'), ('other', '其他')], max_length=20, verbose_name='方式')),
                ('spoken_with', models.CharField(choices=[('youth', '本人'), ('guardian', '监护人'), ('school', '学校'), ('community', '社区'), ('other', '其他')], max_length=20, verbose_name='谈话对象')),
                ('needs', yl_district.privacy.encryption.EncryptedTextField(label='assistance_needstalk.needs', verbose_name='所说的需求')),
                ('next_step', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_needstalk.next_step', verbose_name='下一步')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 需求征集',
                'verbose_name_plural': 'historical 需求征集s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPlanAmendment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('agreed_on', models.DateField(verbose_name='变更日期')),
                ('reason', yl_district.privacy.encryption.EncryptedTextField(label='assistance_planamendment.reason', verbose_name='变更原因')),
                ('content', yl_district.privacy.encryption.EncryptedTextField(label='assistance_planamendment.content', verbose_name='变更内容')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 计划变更',
                'verbose_name_plural': 'historical 计划变更s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPlanMeasure',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('content', yl_district.privacy.encryption.EncryptedTextField(label='assistance_planmeasure.content', verbose_name='具体措施')),
                ('due_on', yl_district.fields.PartialDateField(blank=True, null=True, verbose_name='完成时限')),
                ('responsible', yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_planmeasure.responsible', max_length=30, verbose_name='负责人')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='完成日期')),
                ('result', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_planmeasure.result', verbose_name='完成情况')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 计划措施',
                'verbose_name_plural': 'historical 计划措施s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='NeedsTalk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('held_on', models.DateField(verbose_name='日期')),
                ('way', models.CharField(choices=[('phone', '电话'), ('face_to_face', '面谈'), ('visit', '走访入户'), ('message', '微信'), ('other', '其他')], max_length=20, verbose_name='方式')),
                ('spoken_with', models.CharField(choices=[('youth', '本人'), ('guardian', '监护人'), ('school', '学校'), ('community', '社区'), ('other', '其他')], max_length=20, verbose_name='谈话对象')),
                ('needs', yl_district.privacy.encryption.EncryptedTextField(label='assistance_needstalk.needs', verbose_name='所说的需求')),
                ('next_step', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_needstalk.next_step', verbose_name='下一步')),
            ],
            options={
                'verbose_name': '需求征集',
                'ordering': ['-held_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PlanAmendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('agreed_on', models.DateField(verbose_name='变更日期')),
                ('reason', yl_district.privacy.encryption.EncryptedTextField(label='assistance_planamendment.reason', verbose_name='变更原因')),
                ('content', yl_district.privacy.encryption.EncryptedTextField(label='assistance_planamendment.content', verbose_name='变更内容')),
            ],
            options={
                'verbose_name': '计划变更',
                'ordering': ['agreed_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PlanMeasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('content', yl_district.privacy.encryption.EncryptedTextField(label='assistance_planmeasure.content', verbose_name='具体措施')),
                ('due_on', yl_district.fields.PartialDateField(blank=True, null=True, verbose_name='完成时限')),
                ('responsible', yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_planmeasure.responsible', max_length=30, verbose_name='负责人')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='完成日期')),
                ('result', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_planmeasure.result', verbose_name='完成情况')),
            ],
            options={
                'verbose_name': '计划措施',
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='family_party',
            field=models.CharField(blank=True, choices=[('youth', '本人'), ('guardian', '监护人')], max_length=20, verbose_name='家庭方签字人'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='family_signer',
            field=yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_serviceplan.family_signer', max_length=30, verbose_name='家庭方姓名'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='final_finding',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_serviceplan.final_finding', verbose_name='年末回顾情况'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='final_next',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_serviceplan.final_next', verbose_name='下一年继续的事项'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='final_on',
            field=models.DateField(blank=True, null=True, verbose_name='年末回顾日期'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='final_outcome',
            field=models.CharField(blank=True, choices=[('reached', '达成'), ('partly', '部分达成'), ('missed', '未达成')], max_length=20, verbose_name='年末目标达成'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='midyear_finding',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_serviceplan.midyear_finding', verbose_name='年中回顾情况'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='midyear_next',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_serviceplan.midyear_next', verbose_name='下半年继续的事项'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='midyear_on',
            field=models.DateField(blank=True, null=True, verbose_name='年中回顾日期'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='midyear_outcome',
            field=models.CharField(blank=True, choices=[('reached', '达成'), ('partly', '部分达成'), ('missed', '未达成')], max_length=20, verbose_name='年中目标达成'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='office_signer',
            field=yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_serviceplan.office_signer', max_length=30, verbose_name='团委签字'),
        ),
        migrations.AddField(
            model_name='historicalserviceplan',
            name='volunteer_signer',
            field=yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_serviceplan.volunteer_signer', max_length=30, verbose_name='志愿者签字'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='family_party',
            field=models.CharField(blank=True, choices=[('youth', '本人'), ('guardian', '监护人')], max_length=20, verbose_name='家庭方签字人'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='family_signer',
            field=yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_serviceplan.family_signer', max_length=30, verbose_name='家庭方姓名'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='final_finding',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_serviceplan.final_finding', verbose_name='年末回顾情况'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='final_next',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_serviceplan.final_next', verbose_name='下一年继续的事项'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='final_on',
            field=models.DateField(blank=True, null=True, verbose_name='年末回顾日期'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='final_outcome',
            field=models.CharField(blank=True, choices=[('reached', '达成'), ('partly', '部分达成'), ('missed', '未达成')], max_length=20, verbose_name='年末目标达成'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='midyear_finding',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_serviceplan.midyear_finding', verbose_name='年中回顾情况'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='midyear_next',
            field=yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_serviceplan.midyear_next', verbose_name='下半年继续的事项'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='midyear_on',
            field=models.DateField(blank=True, null=True, verbose_name='年中回顾日期'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='midyear_outcome',
            field=models.CharField(blank=True, choices=[('reached', '达成'), ('partly', '部分达成'), ('missed', '未达成')], max_length=20, verbose_name='年中目标达成'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='office_signer',
            field=yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_serviceplan.office_signer', max_length=30, verbose_name='团委签字'),
        ),
        migrations.AddField(
            model_name='serviceplan',
            name='volunteer_signer',
            field=yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_serviceplan.volunteer_signer', max_length=30, verbose_name='志愿者签字'),
        ),
        migrations.AddConstraint(
            model_name='serviceplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('final_on__isnull', True), ('midyear_on__isnull', True)), ('signed_on__isnull', False), _connector='OR'), name='plan_reviewed_once_signed', violation_error_message='计划书签订以后才有回顾，请先登记签订日期。'),
        ),
        migrations.AddField(
            model_name='historicalneedstalk',
            name='asked_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
        ),
        migrations.AddField(
            model_name='historicalneedstalk',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalneedstalk',
            name='volunteer',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.volunteer', verbose_name='询问的志愿者'),
        ),
        migrations.AddField(
            model_name='historicalneedstalk',
            name='youth',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.assistedyouth', verbose_name='帮扶对象'),
        ),
        migrations.AddField(
            model_name='historicalplanamendment',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalplanamendment',
            name='plan',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.serviceplan', verbose_name='服务计划'),
        ),
        migrations.AddField(
            model_name='historicalplanmeasure',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalplanmeasure',
            name='plan',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.serviceplan', verbose_name='服务计划'),
        ),
        migrations.AddField(
            model_name='needstalk',
            name='asked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人'),
        ),
        migrations.AddField(
            model_name='needstalk',
            name='volunteer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='needs_talks', to='members.volunteer', verbose_name='询问的志愿者'),
        ),
        migrations.AddField(
            model_name='needstalk',
            name='youth',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='needs_talks', to='assistance.assistedyouth', verbose_name='帮扶对象'),
        ),
        migrations.AddField(
            model_name='planamendment',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='assistance.serviceplan', verbose_name='服务计划'),
        ),
        migrations.AddField(
            model_name='planmeasure',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measure_rows', to='assistance.serviceplan', verbose_name='服务计划'),
        ),
        migrations.AddConstraint(
            model_name='planmeasure',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__length__in', [4, 7, 10])), name='planmeasure_due_on_is_a_day_a_month_or_a_year'),
        ),
        migrations.RunPython(protect, unprotect, elidable=False),
    ]
