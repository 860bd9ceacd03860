"""The link from each page to its help."""

from django import template
from django.urls import reverse

from ..help_pages import help_of

register = template.Library()


@register.simple_tag(takes_context=True)
def help_address(context):
    """The address of the page's help, that of all help where it has none; "" on pages of the help itself."""
    match = context["request"].resolver_match
    url_name = match.url_name if match else ""
    if (url_name or "").startswith("help_"):
        return ""
    name = help_of(url_name)
    return reverse("help_detail", args=[name]) if name else reverse("help_list")
