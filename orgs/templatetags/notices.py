"""The card of what leaders and auditors of the district are told of and have not noted yet."""

from django import template

from ..models import WholeExport

register = template.Library()
NOTICES_SHOWN = 5


@register.inclusion_tag("orgs/_notices.html", takes_context=True)
def unread_notices(context):
    """Returns the latest notices that the user has not noted, and how many there are."""
    user = context["request"].user
    if not user.may_open("notice_list"):
        return {}
    unread = WholeExport.objects.visible_to(user).unread_by(user).select_related("user")
    return {"exports": list(unread[:NOTICES_SHOWN]), "number": unread.count(), "request": context["request"]}
