"""Review comments on signed editions, whose words are kept once."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from yl_district.audit import write_once

TABLES = ["reports_commententry"]


def protect(apps, schema_editor):
    write_once.protect(schema_editor.connection, TABLES)


def unprotect(apps, schema_editor):
    write_once.unprotect(schema_editor.connection, TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0016_unused_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField(verbose_name='段落序号')),
                ('start', models.PositiveIntegerField(verbose_name='文字起点')),
                ('end', models.PositiveIntegerField(verbose_name='文字止点')),
                ('quoted', models.TextField(verbose_name='针对')),
                ('figure_key', models.CharField(blank=True, max_length=60, verbose_name='指标代码')),
                ('is_about_cases', models.BooleanField(default=False, verbose_name='涉及精准帮扶')),
                ('state', models.CharField(choices=[('open', '待答复'), ('answered', '已答复'), ('accepted', '已办结')], default='open', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(verbose_name='提出时间')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='reports.edition', verbose_name='定稿')),
            ],
            options={
                'verbose_name': '审阅意见',
                'ordering': ['-asked_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='CommentEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('asked', '提出'), ('answered', '答复'), ('asked_again', '再问'), ('accepted', '办结')], max_length=12, verbose_name='事项')),
                ('words', models.TextField(blank=True, max_length=1000, verbose_name='内容')),
                ('written_at', models.DateTimeField(verbose_name='时间')),
                ('amendment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.edition', verbose_name='更正稿')),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='reports.comment', verbose_name='审阅意见')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
            ],
            options={
                'verbose_name': '意见往来',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalComment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField(verbose_name='段落序号')),
                ('start', models.PositiveIntegerField(verbose_name='文字起点')),
                ('end', models.PositiveIntegerField(verbose_name='文字止点')),
                ('quoted', models.TextField(verbose_name='针对')),
                ('figure_key', models.CharField(blank=True, max_length=60, verbose_name='指标代码')),
                ('is_about_cases', models.BooleanField(default=False, verbose_name='涉及精准帮扶')),
                ('state', models.CharField(choices=[('open', '待答复'), ('answered', '已答复'), ('accepted', '已办结')], default='open', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(verbose_name='提出时间')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('answered_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人')),
                ('asked_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('edition', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='reports.edition', verbose_name='定稿')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical 审阅意见',
                'verbose_name_plural': 'historical 审阅意见s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['state'], name='comment_by_state'),
        ),
        migrations.AddConstraint(
            model_name='commententry',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'accepted'), models.Q(('words', ''), _negated=True), _connector='OR'), name='comment_entry_says_something'),
        ),
        migrations.AddConstraint(
            model_name='commententry',
            constraint=models.CheckConstraint(condition=models.Q(('amendment', None), ('kind', 'answered'), _connector='OR'), name='comment_entry_amendment_of_answer'),
        ),
        # Last, since on SQLite a table built anew loses its triggers.
        migrations.RunPython(protect, unprotect),
    ]
