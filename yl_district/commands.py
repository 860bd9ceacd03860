"""The base class of commands that need the database: database errors become one clear line."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from .audit.access_log import AccessLogUnavailable
from .installation.files import UnsafeInstallation
from .privacy.encryption import DecryptionError
from .privacy.unreadable import noting_unreadable, untold_places


class DatabaseCommand(BaseCommand):
    """A command that raises CommandError with advice where the database, its keys or the access log are unusable."""

    def execute(self, *args, **options):
        try:
            with noting_unreadable():
                result = super().execute(*args, **options)
                self.tell_unreadable()
            return result
        except UnsafeInstallation as error:
            raise CommandError(str(error)) from None
        except (InterfaceError, OperationalError, ProgrammingError, ImproperlyConfigured) as error:
            raise CommandError(advice(error)) from None
        except DecryptionError as error:
            raise CommandError(f"数据校验失败：{error}") from None
        except AccessLogUnavailable as error:
            raise CommandError(f"不能记录访问日志，什么也没有写出。{advice(error.__cause__)}") from None

    def tell_unreadable(self):
        """Names the cells that could not be read."""
        for place in untold_places():
            self.stderr.write(f"不能读取：{place}；原样保留，请在系统中打开这条记录重新填写。")


def advice(error):
    """Advice about a database error, by its cause: missing tables, no connection, or another."""
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "数据库中还没有（或缺少）所需的表，请先运行 manage.py migrate 后重试。"
    except (OperationalError, ProgrammingError, ImproperlyConfigured):
        return "连接不上数据库，请核对 DATABASE_URL 与数据库服务，首次使用时再运行 manage.py migrate。"
    return f"数据库暂时不能使用（{str(error).splitlines()[0]}），请稍候重试。"
