"""Addresses for links: only of pages that the access table opens to whoever looks.

A link that leads to a refusal is a line in the access log about somebody who did nothing wrong.
"""

from django.urls import resolve, reverse

_page_names = {}


def open_address(user, target, *args):
    """Returns the address of a page, given by its URL name or as a record's own; "" where the user may not open it.

    Which of the records a user sees is decided where these are chosen; this asks no query.
    """
    if isinstance(target, str):
        return reverse(target, args=args) if user.may_open(target) else ""
    if not hasattr(target, "get_absolute_url"):
        return ""
    address = target.get_absolute_url()
    return address if user.may_open(page_name(target, address)) else ""


def page_name(record, address):
    """Returns the URL name of a record's own page, which all records of a model share."""
    model = type(record)
    if model not in _page_names:
        _page_names[model] = resolve(address.partition("#")[0]).url_name
    return _page_names[model]
