"""The server's connections to PostgreSQL: never more than it takes, however many requests come at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from tests.servers import connected, rest_of, running_server, status_of
from yl_district.web.connection_room import lacking_connections

pytestmark = [pytest.mark.postgresql(only=True), pytest.mark.cpu(12), pytest.mark.django_db(transaction=True)]

AT_ONCE = 128
# A session that is looked for in the database and is not there.
COOKIE = f"Cookie: {settings.SESSION_COOKIE_NAME}={'a' * 32}"
REQUEST = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{COOKIE}\r\n\r\n".encode()


def connections_in_use():
    """How many connections PostgreSQL has, but for that of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'")
        return cursor.fetchone()[0]


def of_many_at_once(port):
    """The statuses of so many requests, sent off together over connections that are there already."""
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        clients = [stack.enter_context(connected(port)) for _ in range(AT_ONCE)]
        for client in clients:
            client.sendall(REQUEST)
        return [status_of(text) for text in pool.map(rest_of, clients)]


@pytest.mark.parametrize("unguarded", [False, pytest.param(True, id="twin", marks=pytest.mark.full)])
def test_requests_beyond_the_connections_wait(promises, unguarded):
    with running_server(unguarded=unguarded) as port:
        found = [status for _ in range(2) for status in of_many_at_once(port)]
        if unguarded:
            assert max(found) >= 500
            return
        assert found == [302] * 2 * AT_ONCE
        assert connections_in_use() <= settings.SERVER_WORKERS * settings.SERVER_THREADS
        promises.add("F7", requests=len(found))


def test_the_server_does_not_start_where_connections_are_lacking(settings):
    assert lacking_connections(connection) is None
    settings.SERVER_THREADS = 48
    lacking = lacking_connections(connection)
    assert "最多 100 个，其中保留 3 个、已被占用 0 个，还剩 97 个；服务器需要 101 个（2 个进程各 48 个线程" in lacking
    with pytest.raises(CommandError) as refusal:
        call_command("serve")
    assert str(refusal.value) == lacking
    settings.SERVER_THREADS = 16
    limited = f"ALTER DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])} CONNECTION LIMIT"
    with connection.cursor() as cursor:
        cursor.execute(f"{limited} 30")
        try:
            assert "最多 30 个" in lacking_connections(connection)
        finally:
            cursor.execute(f"{limited} -1")
