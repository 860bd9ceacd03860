"""manage.py first_administrator NAME: creates the first administrator's account in a new database."""

from django.core.exceptions import ValidationError
from django.core.management import CommandError

from orgs.accounts.actions import invite
from orgs.accounts.invitations import link_path
from orgs.models import Organisation, Role
from orgs.roles import RoleKind
from yl_district.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "为新数据库开立第一个系统管理员账号，并显示设置密码的一次性链接。"

    def add_arguments(self, parser):
        parser.add_argument("username", metavar="用户名")

    def handle(self, *, username, **options):
        root = Organisation.objects.filter(depth=1).first()
        if root is None:
            raise CommandError("数据库中还没有团组织，请先用 manage.py import_ledger 导入台账，再开立系统管理员。")
        if Role.objects.filter(kind=RoleKind.ADMINISTRATOR, organisation=root, user__is_active=True).exists():
            raise CommandError("已有系统管理员，其他账号请由系统管理员在“账号”页面开立。")
        try:
            user = invite("系统管理员", username, None, [(RoleKind.ADMINISTRATOR, root)], request=None)
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from None
        self.stdout.write(f"请在 72 小时内用浏览器打开本系统的 {link_path(user)} 设置密码。")
