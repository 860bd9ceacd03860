"""manage.py prepare_database: brings the database up to date before a server starts, and says how to sign in first."""

from django.conf import settings
from django.core.management import call_command

from orgs.models import Organisation, Role
from orgs.roles import RoleKind
from yl_district.commands import DatabaseCommand
from yl_district.installation.facts import is_demo

PROGRAM = ".venv/bin/python manage.py"
IMPORT = (
    f"用 {PROGRAM} import_ledger 台账文件 导入本单位的台账（空台账由 {PROGRAM} ledger_template -o 台账.xlsx 写出），再"
)
FIRST_ACCOUNT = f"运行 {PROGRAM} first_administrator 用户名，在浏览器中打开它显示的链接，设置密码。"


class Command(DatabaseCommand):
    help = "启动服务前的准备：更新数据库的结构；还没有系统管理员时，说明如何开立。make serve 会自动运行。"

    def handle(self, **options):
        call_command("migrate", interactive=False, verbosity=0)
        if settings.OWNER_DATABASE_URL:
            call_command("database_roles", settings.SERVING_ROLE, apply=True)
        if is_demo():
            self.stdout.write("这个数据库存放的是演示数据，每一页都有“演示数据”的标记；请勿录入真实信息。")
        elif not Role.objects.filter(kind=RoleKind.ADMINISTRATOR, user__is_active=True).exists():
            first = "" if Organisation.objects.exists() else IMPORT
            self.stdout.write(f"还没有系统管理员，暂时没有人能登录。请{first}{FIRST_ACCOUNT}")
