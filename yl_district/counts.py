"""Counts of related rows as a QuerySet annotation, and of people rather than rows."""

from django.db.models import Count, Max, Subquery
from django.db.models.functions import Coalesce


def number_of(rows, by):
    """The number of `rows`, a QuerySet filtered by an OuterRef so that all share one value of `by`; 0 where empty."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def latest_of_each(rows, by):
    """Of `rows` the one entered last for each value of `by`, such as one for each person."""
    latest = rows.order_by().values(by).annotate(latest=Max("pk")).values("latest")
    return rows.filter(pk__in=latest)
