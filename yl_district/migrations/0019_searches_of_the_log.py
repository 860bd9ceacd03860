from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('yl_district', '0018_unique_import_seals'),
    ]

    operations = [
        migrations.AlterField(
            model_name='accessentry',
            name='action',
            field=models.CharField(choices=[('sign_in', '登录'), ('sign_in_failed', '登录失败'), ('sign_out', '退出'), ('case_view', '查阅个案'), ('unmask', '查看完整信息'), ('export', '导出'), ('import', '导入'), ('refusal', '拒绝访问'), ('grant', '个案授权'), ('account', '账号变动'), ('verify', '核对日志'), ('sign', '签发'), ('layout', '文档版式'), ('mend', '修复内容'), ('notice', '通知'), ('retention', '到期处理'), ('printout', '个人信息告知'), ('search', '按号码搜索')], max_length=20, verbose_name='动作'),
        ),
    ]
