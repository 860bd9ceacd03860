"""What a page knows of the session in which it was opened."""

import json

from django import template

from ..accounts.ended_sessions import account_mark
from ..accounts.sessions import seconds_left

register = template.Library()


@register.simple_tag(takes_context=True)
def session_mark(context):
    """Returns the mark of the account whose page it is."""
    return account_mark(context["user"])


@register.simple_tag(takes_context=True)
def session_left(context):
    """Returns the seconds that the session lasts yet, as JSON."""
    return json.dumps(seconds_left(context["request"]))
