"""Who a request comes from: what X-Forwarded-For and X-Forwarded-Proto say counts from trusted proxies alone."""

from contextlib import suppress
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip")


def proxy_networks():
    """The networks of the setting TRUSTED_PROXIES; raises ImproperlyConfigured where one is none."""
    try:
        return [ip_network(text) for text in settings.TRUSTED_PROXIES]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES 不正确（{error}）。应为代理服务器的地址或网段，以逗号分隔，例如 127.0.0.1,10.0.0.0/24。"
        ) from None


def origin(peer, headers, networks):
    """(address, scheme) of the client, given the peer's address and the headers by their names in small letters.

    A trusted proxy adds the address that it saw to the right, so the client is the rightmost that is no proxy itself.
    """
    address = read_address(peer)
    if not is_in(address, networks):
        return peer, "http"
    scheme = "https" if last_part(headers.get("x-forwarded-proto", "")).lower() == "https" else "http"
    for part in reversed(headers.get("x-forwarded-for", "").split(",")):
        told = read_address(part.strip())
        if told is None:
            break
        address = told
        if not is_in(address, networks):
            break
    return str(address), scheme


def last_part(text):
    """What the nearest proxy has added to a list."""
    return text.rpartition(",")[2].strip()


def read_address(text):
    """The IP address, without the port or brackets that some proxies add; None where it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    with suppress(ValueError):
        address = ip_address(text)
        return getattr(address, "ipv4_mapped", None) or address
    return None


def is_in(address, networks):
    """Whether the address belongs to one of the networks."""
    return address is not None and any(address in network for network in networks)
