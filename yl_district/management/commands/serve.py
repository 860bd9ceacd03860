"""manage.py serve [--port PORT]"""

import resource
import socket

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import connection, connections
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from yl_district.commands import DatabaseCommand
from yl_district.installation.facts import is_known_demo
from yl_district.web.connection_room import lacking_connections
from yl_district.web.proxies import proxy_networks

# Open connections of clients for each process: one that waits holds no thread, only some memory.
CLIENTS = 2048
# Files that a process opens beside: the database, static files, pipes.
OTHER_FILES = 512
# Seconds in which an answer that was begun can be ended when the server stops.
STOPS_WITHIN = 5


class Command(DatabaseCommand):
    help = "启动服务器；数据库连接不够、代理设置不全时不启动，并说明要改什么。"

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="端口，默认为 8000")

    def handle(self, *, port, **options):
        try:
            proxies = proxy_networks()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        if settings.HTTPS and not proxies:
            raise CommandError(
                "设了 HTTPS=1，但没有设 TRUSTED_PROXIES，服务器认不出哪些请求来自 HTTPS 代理。"
                "请设为代理服务器的地址，例如 TRUSTED_PROXIES=127.0.0.1（见 docs/settings.md）。"
            )
        if lacking := lacking_connections(connection):
            raise CommandError(lacking)
        # The processes begin as copies of this one: they take over what is known of the database, not the connection.
        is_known_demo()
        connections.close_all()
        allow_open_files(CLIENTS + OTHER_FILES)
        # granian shares a port with whoever listens there already, and requests would go to either.
        refuse_taken_port(port)
        Granian(
            "yl_district.asgi:front",
            address="127.0.0.1",
            port=port,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=settings.SERVER_WORKERS,
            backlog=CLIENTS,
            backpressure=CLIENTS,
            http1_settings=HTTP1Settings(header_read_timeout=int(settings.HEADER_SECONDS * 1000)),
            respawn_failed_workers=True,
            workers_kill_timeout=STOPS_WITHIN,
            log_level=LogLevels.error,
        ).serve()


def refuse_taken_port(port):
    """Raises CommandError where somebody listens on the port already, or may not."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        advice = f"请停止占用它的程序，或改用其他端口，例如 PORT={port + 1}。"
        raise CommandError(f"端口 {port} 已被占用或不可用（{error.strerror}）。{advice}") from None


def allow_open_files(count):
    """Raises what this process and its children may open to `count`, as far as the system lets them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
