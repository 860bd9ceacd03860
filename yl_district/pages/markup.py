"""Markup written in large amounts: escaped as Django does it, without what its own functions also look out for."""

from functools import reduce
from html import escape
from operator import add

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

NO_MARKUP = SafeString("")


def escaped_text(text):
    """The text with its markup escaped, unless it is safe."""
    return SafeString(escape(text)) if type(text) is str else conditional_escape(text)


def filled_markup(markup, *values):
    """Like `format_html`: literal markup with values, which are escaped, in place of each `{}`."""
    return SafeString(markup.format(*map(escaped_text, values)))


def joined_markup(parts):
    """Safe parts as one, which is safe as well."""
    return reduce(add, parts, NO_MARKUP)
