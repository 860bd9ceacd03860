"""Assessments of prevention work: checklists, ratings and results; their steps are kept once."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
import yl_district.validators
from django.conf import settings
from django.db import migrations, models

from yl_district.audit import write_once

TABLES = ["reports_assessmentstep"]


def protect(apps, schema_editor):
    write_once.protect(schema_editor.connection, TABLES)


def unprotect(apps, schema_editor):
    write_once.unprotect(schema_editor.connection, TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0020_served_orders'),
        ('reports', '0017_review_comments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[yl_district.validators.validate_year], verbose_name='年度')),
                ('name', models.CharField(default='预防青少年违法犯罪考核', max_length=60, verbose_name='考核名称')),
                ('issued_by', models.CharField(blank=True, max_length=60, verbose_name='下达单位')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='截止日期')),
                ('state', models.CharField(choices=[('filling', '填报中'), ('rated', '已自评'), ('reviewed', '已审核'), ('concluded', '已有结果')], default='filling', max_length=10, verbose_name='状态')),
                ('result_points', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='考核得分')),
                ('grade', models.CharField(blank=True, choices=[('passed', '通过'), ('failed', '未通过')], max_length=10, verbose_name='考核结果')),
                ('result_on', models.DateField(blank=True, null=True, verbose_name='结果日期')),
                ('result_by', models.CharField(blank=True, max_length=60, verbose_name='评定单位')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='orgs.organisation', verbose_name='被考核组织')),
            ],
            options={
                'verbose_name': '预防考核',
                'ordering': ['-year', 'organisation', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AssessmentItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(blank=True, max_length=60, verbose_name='类别')),
                ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(999)], verbose_name='序号')),
                ('content', models.TextField(max_length=1000, verbose_name='考核内容')),
                ('points', models.DecimalField(decimal_places=1, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='分值')),
                ('evidence', models.TextField(blank=True, max_length=1000, verbose_name='证明材料')),
                ('figure', models.CharField(blank=True, max_length=60, verbose_name='指标')),
                ('wanted', models.PositiveIntegerField(blank=True, null=True, verbose_name='应达到')),
                ('self_points', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='自评分')),
                ('self_words', models.TextField(blank=True, max_length=1000, verbose_name='自评说明')),
                ('reviewed_points', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='审核分')),
                ('review_words', models.TextField(blank=True, max_length=1000, verbose_name='审核意见')),
                ('rated_content', models.TextField(blank=True, verbose_name='自评时的内容')),
                ('rated_for', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='自评时的分值')),
                ('handed_in_on', models.DateField(blank=True, null=True, verbose_name='自评提交日期')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='撤销原因')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='reports.assessment', verbose_name='预防考核')),
            ],
            options={
                'verbose_name': '考核项目',
                'ordering': ['assessment', 'number', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AssessmentStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('handed_in', '提交自评'), ('returned', '退回'), ('reviewed', '完成审核'), ('concluded', '登记结果'), ('corrected', '更正结果')], max_length=10, verbose_name='事项')),
                ('words', models.TextField(blank=True, max_length=2000, verbose_name='说明')),
                ('written_at', models.DateTimeField(verbose_name='时间')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='reports.assessment', verbose_name='预防考核')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
            ],
            options={
                'verbose_name': '考核经过',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalAssessment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(validators=[yl_district.validators.validate_year], verbose_name='年度')),
                ('name', models.CharField(default='预防青少年违法犯罪考核', max_length=60, verbose_name='考核名称')),
                ('issued_by', models.CharField(blank=True, max_length=60, verbose_name='下达单位')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='截止日期')),
                ('state', models.CharField(choices=[('filling', '填报中'), ('rated', '已自评'), ('reviewed', '已审核'), ('concluded', '已有结果')], default='filling', max_length=10, verbose_name='状态')),
                ('result_points', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='考核得分')),
                ('grade', models.CharField(blank=True, choices=[('passed', '通过'), ('failed', '未通过')], max_length=10, verbose_name='考核结果')),
                ('result_on', models.DateField(blank=True, null=True, verbose_name='结果日期')),
                ('result_by', models.CharField(blank=True, max_length=60, verbose_name='评定单位')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orgs.organisation', verbose_name='被考核组织')),
            ],
            options={
                'verbose_name': 'historical 预防考核',
                'verbose_name_plural': 'historical 预防考核s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalAssessmentItem',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('section', models.CharField(blank=True, max_length=60, verbose_name='类别')),
                ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(999)], verbose_name='序号')),
                ('content', models.TextField(max_length=1000, verbose_name='考核内容')),
                ('points', models.DecimalField(decimal_places=1, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='分值')),
                ('evidence', models.TextField(blank=True, max_length=1000, verbose_name='证明材料')),
                ('figure', models.CharField(blank=True, max_length=60, verbose_name='指标')),
                ('wanted', models.PositiveIntegerField(blank=True, null=True, verbose_name='应达到')),
                ('self_points', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='自评分')),
                ('self_words', models.TextField(blank=True, max_length=1000, verbose_name='自评说明')),
                ('reviewed_points', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='审核分')),
                ('review_words', models.TextField(blank=True, max_length=1000, verbose_name='审核意见')),
                ('rated_content', models.TextField(blank=True, verbose_name='自评时的内容')),
                ('rated_for', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)], verbose_name='自评时的分值')),
                ('handed_in_on', models.DateField(blank=True, null=True, verbose_name='自评提交日期')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='撤销原因')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('assessment', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reports.assessment', verbose_name='预防考核')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical 考核项目',
                'verbose_name_plural': 'historical 考核项目s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.UniqueConstraint(fields=('organisation', 'year'), name='assessment_once_a_year', violation_error_message='这个组织这一年度已有考核清单，请打开原来的清单。'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('grade__gt', ''), ('result_on__isnull', False), ('state', 'concluded')), models.Q(models.Q(('state', 'concluded'), _negated=True), ('grade', ''), ('result_on__isnull', True), ('result_points__isnull', True)), _connector='OR'), name='assessment_result_when_concluded'),
        ),
        migrations.AddConstraint(
            model_name='assessmentitem',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('assessment', 'number'), name='assessment_number_once', violation_error_message='清单中已有这个序号，请改用其他序号，或打开原来的项目修改。'),
        ),
        migrations.AddConstraint(
            model_name='assessmentitem',
            constraint=models.CheckConstraint(condition=models.Q(('self_points', None), models.Q(('rated_for__isnull', False), ('self_points__lte', models.F('rated_for'))), _connector='OR'), name='assessment_self_points_within'),
        ),
        # Last, since on SQLite a table built anew loses its triggers.
        migrations.RunPython(protect, unprotect),
    ]
