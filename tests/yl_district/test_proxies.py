"""Whom a request comes from, as proxies tell it, and as anybody could."""

from ipaddress import ip_network

import pytest
from django.core.management import CommandError, call_command

from yl_district.web.proxies import origin

NETWORKS = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"),  # the left one is what the client itself wrote
        ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "203.0.113.9:5060", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::9]:5060", "2001:db8::9"),
        ("127.0.0.1", "2001:db8::9", "2001:db8::9"),
        ("::ffff:127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("fd00::1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, nobody", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9, nobody, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("203.0.113.1", "10.1.2.3", "203.0.113.1"),  # no proxy of ours
    ],
)
def test_the_client_is_the_rightmost_that_is_no_proxy(peer, told, address):
    assert origin(peer, {"x-forwarded-for": told}, NETWORKS)[0] == address


@pytest.mark.parametrize(
    ("peer", "told", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "https, http", "http"),
        ("127.0.0.1", "http, HTTPS", "https"),
        ("127.0.0.1", "", "http"),
        ("203.0.113.1", "https", "http"),
    ],
)
def test_https_is_what_the_nearest_trusted_proxy_says(peer, told, scheme):
    assert origin(peer, {"x-forwarded-proto": told}, NETWORKS)[1] == scheme


def test_nobody_is_trusted_unless_named():
    assert origin("127.0.0.1", {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}, []) == (
        "127.0.0.1",
        "http",
    )


@pytest.mark.parametrize(
    ("proxies", "words"),
    [
        (["proxy"], "TRUSTED_PROXIES 不正确（'proxy' does not appear"),
        ([], "设了 HTTPS=1，但没有设 TRUSTED_PROXIES"),
    ],
)
def test_the_server_does_not_start_where_proxies_are_named_wrongly_or_not_at_all(settings, proxies, words):
    settings.HTTPS, settings.TRUSTED_PROXIES = True, proxies
    with pytest.raises(CommandError, match=words):
        call_command("serve")
