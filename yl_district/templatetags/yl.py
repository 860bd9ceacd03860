"""Template filters of the workbench, available in every template."""

from django import template

register = template.Library()


@register.filter
def masked(number):
    """An identity number or phone with its middle hidden: `110105********002X`, `138****8000`."""
    text = str(number or "")
    if len(text) >= 15:
        return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}"
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 7 else text
