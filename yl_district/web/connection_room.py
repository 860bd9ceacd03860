"""Whether PostgreSQL has a connection for every thread of the server."""

from django.conf import settings

# Imports that work in processes of their own, and commands.
OTHER_PROCESSES = 5
ROOM = """
SELECT LEAST(
        current_setting('max_connections')::int,
        (SELECT NULLIF(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
        (SELECT NULLIF(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)
    ),
    current_setting('superuser_reserved_connections')::int
        + COALESCE(current_setting('reserved_connections', true), '0')::int,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())
"""


def lacking_connections(connection):
    """What to do about it where the database takes fewer connections than the server opens; else None."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        most, reserved, used = cursor.fetchone()
    threads = settings.SERVER_WORKERS * settings.SERVER_THREADS
    needed, free = threads + OTHER_PROCESSES, most - reserved - used
    if needed <= free:
        return None
    return (
        f"PostgreSQL 的连接不够：最多 {most} 个，其中保留 {reserved} 个、已被占用 {used} 个，还剩 {max(free, 0)} 个；"
        f"服务器需要 {needed} 个（{settings.SERVER_WORKERS} 个进程各 {settings.SERVER_THREADS} 个线程，"
        f"另加导入和命令 {OTHER_PROCESSES} 个）。请调小 SERVER_THREADS 或 SERVER_WORKERS，"
        "或调大 PostgreSQL 的 max_connections，或关闭占用连接的其他程序。"
    )
