"""Moves the downloads recorded so far into the access log, and makes the log append-only."""

from django.db import migrations, models

from yl_district.audit.write_once import ACCESS_LOG
from yl_district.audit.access_log import BEGINNING, FORMER_SCHEME, digest_of


def move_downloads(apps, schema_editor):
    """Appends every download to the chain, with its own time."""
    line, download = apps.get_model("yl_district", "AccessEntry"), apps.get_model("yl_district", "Download")
    last = line.objects.order_by("-number").values_list("number", "digest").first()
    number, previous = last or (0, BEGINNING)
    for noted in download.objects.select_related("user").order_by("created_at", "pk").iterator():
        number += 1
        entry = line(
            number=number,
            at=noted.created_at,
            user_id=noted.user_id,
            who=noted.user.username if noted.user else "",
            action="export",
            subject=noted.file_name,
            detail=noted.subject,
            previous=previous,
        )
        entry.digest = previous = digest_of(entry, FORMER_SCHEME)
        entry.save(force_insert=True)


def protect(apps, schema_editor):
    ACCESS_LOG.protect(schema_editor.connection)


def unprotect(apps, schema_editor):
    ACCESS_LOG.unprotect(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('yl_district', '0002_accessentry'),
    ]

    operations = [
        migrations.RunPython(move_downloads, migrations.RunPython.noop),
        migrations.DeleteModel(name='Download'),
        migrations.AlterField(
            model_name='accessentry',
            name='action',
            field=models.CharField(choices=[('sign_in', '登录'), ('sign_in_failed', '登录失败'), ('sign_out', '退出'), ('case_view', '查阅个案'), ('unmask', '查看完整信息'), ('export', '导出'), ('import', '导入'), ('refusal', '拒绝访问'), ('grant', '个案授权'), ('account', '账号变动'), ('verify', '核对日志')], max_length=20, verbose_name='动作'),
        ),
        migrations.RunPython(protect, unprotect),
    ]
