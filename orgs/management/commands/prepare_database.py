"""manage.py prepare_database: brings the database up to date before a server starts, and says how to begin."""

from django.conf import settings
from django.core.management import call_command

from orgs.accounts.first_run import is_empty
from orgs.models import Role
from orgs.roles import RoleKind
from yl_district.commands import DatabaseCommand
from yl_district.installation.facts import is_demo
from yl_district.installation.setup_code import issue_code, withdraw_code

FIRST_RUN = """这个数据库还是空的。请用浏览器打开本系统，在第一页填写下面的一次性代码，建立团组织和第一个账号：

    {code}

代码用过即失效，没有用过的每次启动都换新的；请勿告诉他人，谁先用它，谁就是系统管理员。"""
FIRST_ACCOUNT = (
    "还没有系统管理员，暂时没有人能登录。请运行 .venv/bin/python manage.py first_administrator 用户名，"
    "在浏览器中打开它显示的链接，设置密码。"
)


class Command(DatabaseCommand):
    help = (
        "启动服务前的准备：更新数据库的结构；空的数据库，显示首次设置的一次性代码；没有系统管理员的，说明如何开立。"
        "make serve 会自动运行。"
    )

    def handle(self, **options):
        call_command("migrate", interactive=False, verbosity=0)
        if settings.OWNER_DATABASE_URL:
            call_command("database_roles", settings.SERVING_ROLE, apply=True)
        if is_demo():
            self.stdout.write("这个数据库存放的是演示数据，每一页都有“演示数据”的标记；请勿录入真实信息。")
        elif not Role.objects.filter(kind=RoleKind.ADMINISTRATOR, user__is_active=True).exists():
            if is_empty():
                self.stdout.write(FIRST_RUN.format(code=issue_code()))
            else:
                withdraw_code()
                self.stdout.write(FIRST_ACCOUNT)
