"""The layer of a page for whoever is signed in: whose page it is, how long the session lasts, where drafts lie."""

import json

from django import template

from ..access import opens_case_files
from ..accounts.ended_sessions import account_mark
from ..accounts.sessions import seconds_left

register = template.Library()
# Pages to which a form may be led on before it is carried out.
ASKING_PAGES = frozenset(
    "account_reauthenticate mfa_reauthenticate mfa_activate_totp mfa_view_recovery_codes password_change".split()
)


@register.inclusion_tag("_session_layer.html", takes_context=True)
def session_layer(context):
    """Returns what scripts need to know to keep what is typed beyond the end of the session."""
    request = context["request"]
    name = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "user": request.user,
        "mark": account_mark(request.user),
        "left": json.dumps(seconds_left(request)),
        "drafts": place_of_drafts(request.user, name),
        "asks": name in ASKING_PAGES,
    }


def place_of_drafts(user, url_name):
    """Returns where what is typed on a page is kept: "browser", about cases "server", or "" for nowhere."""
    if not opens_case_files(url_name):
        return "browser"
    return "server" if user.may_open("case_draft_keep") else ""
