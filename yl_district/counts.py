"""Counts of other rows as a column of a QuerySet."""

from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce


def number_of(rows, by):
    """How many of `rows`, which an OuterRef ties to the outer row and which share one value of `by`; 0 without any."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
