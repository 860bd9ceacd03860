"""Markup written in large amounts: escaped as Django does it, without what its own functions also look out for."""

from html import escape

from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString

NO_MARKUP = SafeString("")


def escaped_text(text):
    """The text with its markup escaped, unless it is safe."""
    return SafeString(escape(text)) if type(text) is str else conditional_escape(text)


def filled_markup(markup, *values):
    """Like `format_html`: literal markup with values, which are escaped, in place of each `{}`."""
    return SafeString(markup.format(*map(escaped_text, values)))


def joined_markup(parts):
    """Safe parts as one, which is safe as well; with a part that is not safe, nor is the whole."""
    parts = list(parts)
    # Not added up one by one, which copies the whole for each.
    joined = "".join(parts)
    return SafeString(joined) if all(isinstance(part, SafeData) for part in parts) else joined
