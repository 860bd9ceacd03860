"""The card of the first steps, and the way back to them."""

from django import template

from yl_district.installation.getting_started import where_to_go_on

from ..getting_started import card_of

register = template.Library()


@register.inclusion_tag("_getting_started.html", name="getting_started", takes_context=True)
def getting_started_card(context):
    """The card: the next step, while the installation is beginning; two queries then, and none afterwards."""
    return card_of(context["request"].user) | {"csrf_token": context.get("csrf_token")}


@register.simple_tag(takes_context=True)
def way_to_go_on(context):
    """The address of the steps for users who may do them while the installation is beginning, else ""."""
    return where_to_go_on() if context["request"].user.may_open("getting_started") else ""
