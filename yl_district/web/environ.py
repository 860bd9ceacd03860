"""A request as ASGI tells of it, in the terms of WSGI."""

import sys
from urllib.parse import unquote_to_bytes

from .proxies import FORWARDED, origin


def wsgi_environ(scope, networks):
    """The environ of a request without its body, in which only trusted proxies of these networks had a say."""
    headers = joined_headers(scope["headers"])
    address, scheme = origin(scope["client"][0], headers, networks)
    server, port = scope["server"]
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": address,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        if name in ("content-type", "content-length"):
            environ[name.upper().replace("-", "_")] = value
        elif name not in FORWARDED:
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return environ


def joined_headers(pairs):
    """{name: value}; those with an underscore, which WSGI cannot tell from a hyphen, are left out."""
    found = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if "_" in name:
            continue
        if name in found:
            value = f"{found[name]}{'; ' if name == 'cookie' else ','}{value}"
        found[name] = value
    return found
