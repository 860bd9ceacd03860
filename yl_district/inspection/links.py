"""Which targets of links are plain: they open a page or a message in a browser, and only when somebody clicks."""

import re
from urllib.parse import unquote

PLAIN_SCHEMES = {"http", "https", "mailto", "tel", "ftp"}
LINK_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
UNPRINTED = re.compile(r"[\x00-\x1f\x7f]")
# A path of the local network, which tells the server there who is signed in.
NETWORK_PATH = re.compile(r"\s*[\\/]{2}")


def is_plain_link(target):
    """Whether the target is a web or mail address, or a path beside the file."""
    target = as_followed(target)
    scheme = LINK_SCHEME.match(target)
    if scheme:
        return scheme[1].lower() in PLAIN_SCHEMES
    return not NETWORK_PATH.match(target)


def is_elsewhere(target):
    """Whether the target lies outside the file: it has a scheme, or is a path of the local network."""
    target = as_followed(target)
    return bool(LINK_SCHEME.match(target) or NETWORK_PATH.match(target))


def as_followed(target):
    """Returns the target as programs follow it: without line breaks and other such characters, nothing escaped."""
    return UNPRINTED.sub("", unquote(target))
