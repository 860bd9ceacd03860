"""Forms of outside platforms, batches entered in them, and comparisons with their lists."""

import django.db.models.deletion
import simple_history.models
import uuid
import yl_district.privacy.encryption
from django.conf import settings
from django.db import migrations, models


# The platforms known so far; a line without a sign of equality has the platform's heading for our own word.
LAYOUTS = {
    ("1+100", "cadre"): "姓名\n性别\n联系电话＝手机号码\n所在单位＝所在组织\n职务\n干部类别＝干部性质",
    ("1+100", "linked_youth"): "姓名\n性别\n联系电话＝手机号码\n所在单位＝单位\n领域\n联系干部＝联系的团干部",
    ("1+100", "activity"): "活动名称\n活动时间＝日期\n活动地点＝地点\n参加人次＝人次",
    ("共青云", "member"): "姓名\n性别\n民族\n身份证号码＝身份证号\n联系电话＝手机号码\n政治面貌\n学历＝文化程度\n"
    "入团时间＝入团年月\n团组织＝所在团支部",
    ("共青云", "organisation"): "组织名称\n组织类别\n所属领域\n成立时间＝成立日期",
    ("志愿北京", "activity"): "项目名称＝活动名称\n开始日期＝日期\n服务地点＝地点\n参与人数＝人次",
    ("志愿北京", "volunteer"): "姓名\n性别\n证件号码＝身份证号\n手机号码\n志愿者编号",
    ("智慧团建", "member"): "姓名\n性别\n民族\n身份证号\n手机号码\n政治面貌\n学历＝文化程度\n入团年月\n发展团员编号\n"
    "所在支部＝所在团支部",
    ("智慧团建", "organisation"): "组织全称＝组织名称\n组织类别\n层级\n换届日期＝最近换届日期",
    ("青春助跑", "assisted_youth"): "姓名\n性别\n出生日期",
    ("青春助跑", "volunteer"): "姓名\n性别\n身份证号\n手机号码\n工作单位＝单位",
}


def register(apps, schema_editor):
    model = apps.get_model("reports", "PlatformLayout")
    model.objects.bulk_create(
        model(platform=platform, subject=subject, columns=columns) for (platform, subject), columns in LAYOUTS.items()
    )


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0018_assessments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalPlatformLayout',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('platform', models.CharField(max_length=30, verbose_name='平台')),
                ('subject', models.CharField(choices=[('member', '团员'), ('cadre', '团干部'), ('linked_youth', '联系青年'), ('assisted_youth', '帮扶对象'), ('volunteer', '志愿者'), ('activity', '活动'), ('organisation', '团组织')], max_length=20, verbose_name='对象')),
                ('columns', models.TextField(max_length=3000, verbose_name='栏目')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical 平台表格',
                'verbose_name_plural': 'historical 平台表格s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PlatformLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(max_length=30, verbose_name='平台')),
                ('subject', models.CharField(choices=[('member', '团员'), ('cadre', '团干部'), ('linked_youth', '联系青年'), ('assisted_youth', '帮扶对象'), ('volunteer', '志愿者'), ('activity', '活动'), ('organisation', '团组织')], max_length=20, verbose_name='对象')),
                ('columns', models.TextField(max_length=3000, verbose_name='栏目')),
            ],
            options={
                'verbose_name': '平台表格',
                'ordering': ['platform', 'subject', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('platform', 'subject'), name='platform_layout_once', violation_error_message='这个平台的这种对象已有表格，请打开原来的表格修改。')],
            },
        ),
        migrations.CreateModel(
            name='PlatformBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('taken_out', '待确认'), ('entered', '已录入'), ('undone', '已撤销')], default='taken_out', max_length=10, verbose_name='状态')),
                ('is_from_list', models.BooleanField(default=False, verbose_name='来自平台名单')),
                ('made_at', models.DateTimeField(verbose_name='时间')),
                ('entered_on', models.DateField(blank=True, null=True, verbose_name='录入日期')),
                ('bound_on', models.DateField(blank=True, null=True, verbose_name='绑定日期')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
                ('layout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='reports.platformlayout', verbose_name='平台表格')),
            ],
            options={
                'verbose_name': '平台录入批次',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('made_at', models.DateTimeField(verbose_name='时间')),
                ('file_name', yl_district.privacy.encryption.EncryptedCharField(label='reports_reconciliation.file_name', max_length=200, verbose_name='文件')),
                ('listed_count', models.PositiveIntegerField(verbose_name='名单行数')),
                ('same_count', models.PositiveIntegerField(verbose_name='一致')),
                ('batch', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reconciliation', to='reports.platformbatch', verbose_name='批次')),
                ('layout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reconciliations', to='reports.platformlayout', verbose_name='平台表格')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
            ],
            options={
                'verbose_name': '平台对照',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='PlatformBatchRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_key', models.PositiveBigIntegerField(verbose_name='记录编号')),
                ('digests', models.JSONField(verbose_name='摘要')),
                ('has_begun_entry', models.BooleanField(default=False, verbose_name='由本批登记')),
                ('has_bound_entry', models.BooleanField(default=False, verbose_name='由本批绑定')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='reports.platformbatch', verbose_name='批次')),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='batch_rows', to='reports.platformentry', verbose_name='平台录入')),
            ],
            options={
                'verbose_name': '批次中的记录',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('batch', 'record_key'), name='platform_batch_row_once')],
            },
        ),
        migrations.CreateModel(
            name='ReconciliationRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('is_new', models.BooleanField(default=True, verbose_name='本次新出现')),
                ('kind', models.CharField(choices=[('only_here', '仅在本台账'), ('only_there', '仅在平台'), ('differs', '逐项不一致'), ('unclear', '不能确定是谁')], max_length=10, verbose_name='差异')),
                ('digest', models.CharField(max_length=64, verbose_name='摘要')),
                ('record_key', models.PositiveBigIntegerField(null=True, verbose_name='记录编号')),
                ('heading', models.CharField(blank=True, max_length=30, verbose_name='栏目')),
                ('name', yl_district.privacy.encryption.EncryptedCharField(blank=True, label='reports_reconciliationrow.name', max_length=200, verbose_name='名称')),
                ('ours', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='reports_reconciliationrow.ours', verbose_name='本台账')),
                ('theirs', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='reports_reconciliationrow.theirs', verbose_name='平台')),
                ('decision', models.CharField(blank=True, choices=[('noted', '已知悉'), ('ours', '以本台账为准'), ('theirs', '以平台为准'), ('to_delete', '平台上应删除')], max_length=10, verbose_name='决定')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='决定时间')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='决定人')),
                ('layout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='reports.platformlayout', verbose_name='平台表格')),
                ('reconciliation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='reports.reconciliation', verbose_name='平台对照')),
            ],
            options={
                'verbose_name': '对照差异',
                'ordering': ['kind', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('layout', 'digest'), name='reconciliation_row_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', None), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='reconciliation_row_decided_by_somebody')],
            },
        ),
        migrations.RunPython(register, migrations.RunPython.noop),
    ]
