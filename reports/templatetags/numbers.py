"""Links on the numbers in a text."""

from django import template
from django.urls import reverse

from reports.figures.scopes import scope_query

register = template.Library()


@register.simple_tag
def number_address(number, scope):
    """The URL of the records that a number counts, in the period that the number refers to."""
    query = scope_query(scope.within(number.period(scope.period)))
    return f"{reverse('figure_detail', args=[number.key])}?{query}"
