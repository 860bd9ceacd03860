"""Where a number in a text leads."""

from django import template
from django.urls import reverse

from reports.figures.scopes import scope_query

register = template.Library()


@register.simple_tag
def number_address(number, scope):
    """The page of the records that a number counts, in the period of which it tells."""
    query = scope_query(scope.within(number.period(scope.period)))
    return f"{reverse('figure_detail', args=[number.key])}?{query}"
