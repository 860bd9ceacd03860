"""What the product is called: after the level of the committee that it serves."""

from django import template

from ..models import present_level, product_name, told_level

register = template.Library()


@register.simple_tag
def product():
    """The product's name."""
    return product_name(present_level())


@register.simple_tag
def product_as_told():
    """Likewise, for pages of errors, which ask no database."""
    return product_name(told_level())
