"""manage.py database_roles ROLE [--apply] | --check"""

from django.core.management.base import CommandError
from django.db import connection, transaction

from yl_district.audit import write_once
from yl_district.commands import DatabaseCommand
from yl_district.database.actors import Actor, acting_as, whole_case_files
from yl_district.database.roles import rights_too_many, serving_rights

CASE_TABLE, LOG_TABLE = "assistance_assistedyouth", write_once.ACCESS_LOG.table


class Command(DatabaseCommand):
    help = "PostgreSQL 的两个角色：写出（--apply 则执行）网页服务所用角色的权限；--check 试一试 DATABASE_URL 的角色。"

    def add_arguments(self, parser):
        parser.add_argument(
            "role", nargs="?", metavar="ROLE", help="网页服务所用的角色，须已建立（CREATE ROLE … LOGIN）"
        )
        parser.add_argument("--apply", action="store_true", help="以当前角色（数据表的所有者）执行，而不是只写出")
        parser.add_argument("--check", action="store_true", help="核对当前角色只能提供网页服务；不合格时退出码为 1")

    def handle(self, *, role, apply, check, **options):
        if connection.vendor != "postgresql":
            raise CommandError("只有 PostgreSQL 有数据库角色；现在的 DATABASE_URL 是 SQLite 文件。")
        if check == bool(role):
            raise CommandError("请写明角色的名称，或用 --check 核对当前角色，二者选一。")
        return self._check() if check else self._grant(role, apply)

    def _grant(self, role, apply):
        statements = list(serving_rights(role, {LOG_TABLE, *write_once.tables()}, connection))
        if not apply:
            self.stdout.write("".join(f"{statement};\n" for statement in statements), ending="")
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
            if not cursor.fetchone()[0]:
                raise CommandError(f"没有角色 {role}。请先由数据库管理员执行：CREATE ROLE {role} LOGIN PASSWORD '……';")
            with transaction.atomic():
                for statement in statements:
                    cursor.execute(statement)
        self.stdout.write(f"角色 {role} 已可提供网页服务。")

    def _check(self):
        found = rights_too_many({"cases": CASE_TABLE, "log": LOG_TABLE}, connection)
        with acting_as(Actor()):
            unnamed = number_of_cases()
        with whole_case_files():
            kept = number_of_cases()
        if unnamed:
            found.append(f"不表明身份也能读到个案（{unnamed} 条）")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            role = cursor.fetchone()[0]
        if found:
            self.stdout.write(
                f"角色 {role} 不合格：{'；'.join(found)}。请另建只提供网页服务的角色，见 docs/settings.md。"
            )
            raise SystemExit(1)
        self.stdout.write(f"角色 {role} 合格：不拥有数据表，不表明身份读不到 {kept} 条个案中的任何一条。")


def number_of_cases():
    """How many case files the database shows to whoever acts."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {CASE_TABLE}")
        return cursor.fetchone()[0]
