"""Counts of related rows as a QuerySet annotation."""

from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce


def number_of(rows, by):
    """The number of `rows`, a QuerySet filtered by an OuterRef so that all share one value of `by`; 0 where empty."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
