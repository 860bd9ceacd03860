import django.db.models.deletion
import simple_history.models
import uuid
import yl_district.pinyin
import yl_district.privacy.encryption
import yl_district.privacy.sealed_links
import yl_district.validators
from django.conf import settings
from django.db import migrations, models

from assistance import row_policies
from yl_district.database.unused_indexes import LeaveOutLikeIndexes


OPEN_ROWS = row_policies.OPEN_APPLICATIONS | row_policies.OPEN_SUGGESTIONS


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.policies(OPEN_ROWS):
            schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.without_policies(OPEN_ROWS):
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0024_forget_partner_texts'),
        ('assistance', '0019_visits'),
        ('reports', '0015_draft_policies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DistrictProject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(error_messages={'unique': '这一项目名称已被使用；每年都有的项目，请在名称中写明年份。'}, max_length=60, unique=True, verbose_name='项目')),
                ('year', models.PositiveSmallIntegerField(validators=[yl_district.validators.validate_year], verbose_name='年度')),
                ('giver', models.CharField(blank=True, max_length=60, verbose_name='提供单位')),
                ('apply_by', models.DateField(blank=True, null=True, verbose_name='申请截止日期')),
                ('remark', models.TextField(blank=True, verbose_name='备注')),
                ('search_text', yl_district.pinyin.SearchTextField(source='name')),
                ('name_sort', yl_district.pinyin.NameOrderField(of_people=False, source='name')),
            ],
            options={
                'verbose_name': '区级帮扶项目',
                'ordering': ['-year', 'name_sort', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalDistrictProject',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(error_messages={'unique': '这一项目名称已被使用；每年都有的项目，请在名称中写明年份。'}, max_length=60, verbose_name='项目')),
                ('year', models.PositiveSmallIntegerField(validators=[yl_district.validators.validate_year], verbose_name='年度')),
                ('giver', models.CharField(blank=True, max_length=60, verbose_name='提供单位')),
                ('apply_by', models.DateField(blank=True, null=True, verbose_name='申请截止日期')),
                ('remark', models.TextField(blank=True, verbose_name='备注')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical 区级帮扶项目',
                'verbose_name_plural': 'historical 区级帮扶项目s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalProjectApplication',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('asked_on', models.DateField(verbose_name='申请日期')),
                ('purpose', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_projectapplication.purpose', verbose_name='申请内容')),
                ('answer', models.CharField(choices=[('waiting', '待答复'), ('approved', '批准'), ('refused', '未批准')], default='waiting', max_length=20, verbose_name='答复')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='答复日期')),
                ('given_on', models.DateField(blank=True, null=True, verbose_name='发放日期')),
                ('given', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_projectapplication.given', verbose_name='发放内容')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='发放金额')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('assistance', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.assistance', verbose_name='帮扶记录')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.districtproject', verbose_name='项目')),
                ('youth', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.assistedyouth', verbose_name='帮扶对象')),
            ],
            options={
                'verbose_name': 'historical 帮扶项目申请',
                'verbose_name_plural': 'historical 帮扶项目申请s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSuggestedActivity',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('activity_key', yl_district.privacy.sealed_links.SealedKeyField(label='assistance_suggestedactivity.activity_key', link='activity', verbose_name='活动编号')),
                ('name', yl_district.privacy.encryption.EncryptedCharField(blank=True, editable=False, label='assistance_suggestedactivity.name', max_length=100, verbose_name='活动名称')),
                ('held_on', models.DateField(verbose_name='活动日期')),
                ('suggested_on', models.DateField(verbose_name='推荐日期')),
                ('way', models.CharField(choices=[('face_to_face', '当面'), ('phone', '电话'), ('message', '信息'), ('guardian', '请监护人转告'), ('school', '请学校转告')], max_length=20, verbose_name='告知方式')),
                ('outcome', models.CharField(choices=[('waiting', '待了解'), ('came', '去了'), ('absent', '没去'), ('declined', '拒绝')], default='waiting', max_length=20, verbose_name='结果')),
                ('reason', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_suggestedactivity.reason', verbose_name='原因')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('activity', yl_district.privacy.sealed_links.SealedForeignKey(blank=True, db_index=False, editable=False, label='case.suggested_activity', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', sealed_in='activity_key', to='activities.activity', verbose_name='活动')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('youth', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.assistedyouth', verbose_name='帮扶对象')),
            ],
            options={
                'verbose_name': 'historical 推荐活动',
                'verbose_name_plural': 'historical 推荐活动s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ProjectApplication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('asked_on', models.DateField(verbose_name='申请日期')),
                ('purpose', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_projectapplication.purpose', verbose_name='申请内容')),
                ('answer', models.CharField(choices=[('waiting', '待答复'), ('approved', '批准'), ('refused', '未批准')], default='waiting', max_length=20, verbose_name='答复')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='答复日期')),
                ('given_on', models.DateField(blank=True, null=True, verbose_name='发放日期')),
                ('given', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_projectapplication.given', verbose_name='发放内容')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='发放金额')),
                ('assistance', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.assistance', verbose_name='帮扶记录')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='assistance.districtproject', verbose_name='项目')),
                ('youth', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='project_applications', to='assistance.assistedyouth', verbose_name='帮扶对象')),
            ],
            options={
                'verbose_name': '帮扶项目申请',
                'ordering': ['-asked_on', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('youth', 'project'), name='project_applied_for_once', violation_error_message='该帮扶对象已申请过这一项目，请打开原申请修改。'), models.CheckConstraint(condition=models.Q(models.Q(('answer', 'waiting'), ('answered_on__isnull', True)), models.Q(models.Q(('answer', 'waiting'), _negated=True), ('answered_on__isnull', False)), _connector='OR'), name='project_answered_on_a_day', violation_error_message='批准或未批准的，须填写答复日期；待答复的，不填答复日期。'), models.CheckConstraint(condition=models.Q(('given_on__isnull', True), models.Q(('answer', 'approved'), ('given_on__gte', models.F('answered_on'))), _connector='OR'), name='project_given_once_approved', violation_error_message='批准以后才能发放，发放日期不早于答复日期。')],
            },
        ),
        migrations.CreateModel(
            name='SuggestedActivity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('activity_key', yl_district.privacy.sealed_links.SealedKeyField(label='assistance_suggestedactivity.activity_key', link='activity', verbose_name='活动编号')),
                ('name', yl_district.privacy.encryption.EncryptedCharField(blank=True, editable=False, label='assistance_suggestedactivity.name', max_length=100, verbose_name='活动名称')),
                ('held_on', models.DateField(verbose_name='活动日期')),
                ('suggested_on', models.DateField(verbose_name='推荐日期')),
                ('way', models.CharField(choices=[('face_to_face', '当面'), ('phone', '电话'), ('message', '信息'), ('guardian', '请监护人转告'), ('school', '请学校转告')], max_length=20, verbose_name='告知方式')),
                ('outcome', models.CharField(choices=[('waiting', '待了解'), ('came', '去了'), ('absent', '没去'), ('declined', '拒绝')], default='waiting', max_length=20, verbose_name='结果')),
                ('reason', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_suggestedactivity.reason', verbose_name='原因')),
                ('activity', yl_district.privacy.sealed_links.SealedForeignKey(blank=True, editable=False, label='case.suggested_activity', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', sealed_in='activity_key', to='activities.activity', verbose_name='活动')),
                ('youth', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suggested_activities', to='assistance.assistedyouth', verbose_name='帮扶对象')),
            ],
            options={
                'verbose_name': '推荐活动',
                'ordering': ['-held_on', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('youth', 'activity'), name='activity_suggested_once', violation_error_message='已向该帮扶对象推荐过这次活动，请打开原来的推荐登记结果。'), models.CheckConstraint(condition=models.Q(('suggested_on__lte', models.F('held_on'))), name='activity_suggested_before_it_is_held', violation_error_message='推荐日期不晚于活动日期。')],
            },
        ),
        LeaveOutLikeIndexes("districtproject", "name"),
        LeaveOutLikeIndexes("suggestedactivity", "activity"),
        migrations.RunPython(protect, unprotect, elidable=False),
    ]
