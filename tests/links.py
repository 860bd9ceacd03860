"""The links of pages: whatever asks for an address without changing anything."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from orgs.access import is_allowed

LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"|\shx-get="([^"]*)"|<form\b(?=[^>]*method="get")[^>]*?\saction="([^"]*)"')
# They end a session, so that a crawl does not follow them.
LEFT_ALONE = {"logout"}


def links_of(address, answer):
    """The addresses that an answer links to if it is a page: of its links, search forms and what htmx loads."""
    if not answer["Content-Type"].startswith("text/html"):
        return set()
    text = answer.content.decode()
    found = {urljoin(address, unescape("".join(link))).partition("#")[0] for link in LINK.findall(text)}
    return {link for link in found if is_own(link)}


def is_own(link):
    """Whether a link leads to a page of the product that a crawl may follow."""
    if urlsplit(link).scheme or urlsplit(link).netloc or link.startswith(settings.STATIC_URL):
        return False
    return name_of(link) not in LEFT_ALONE


def name_of(link):
    """The URL name of the address, None where there is none."""
    try:
        return resolve(urlsplit(link).path).url_name
    except Resolver404:
        return None


def closed_links(user, links):
    """Those of the links that the access table does not open to the user."""
    return {link for link in links if not is_allowed(user, name_of(link))}
