"""Which targets of links are plain: they open a page or a message in a browser, and only when somebody clicks."""

import re

PLAIN_SCHEMES = {"http", "https", "mailto", "tel", "ftp"}
LINK_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# A path of the local network, which tells the server there who is signed in.
NETWORK_PATH = re.compile(r"\s*[\\/]{2}")


def is_plain_link(target):
    """Whether the target is a web or mail address, or a path beside the file."""
    scheme = LINK_SCHEME.match(target)
    if scheme:
        return scheme[1].lower() in PLAIN_SCHEMES
    return not NETWORK_PATH.match(target)


def is_elsewhere(target):
    """Whether the target lies outside the file: it has a scheme, or is a path of the local network."""
    return bool(LINK_SCHEME.match(target) or NETWORK_PATH.match(target))
