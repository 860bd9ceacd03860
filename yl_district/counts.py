"""Counts of related rows as a QuerySet annotation, and of people rather than rows."""

from django.db.models import Count, IntegerField, Max, Subquery
from django.db.models.functions import Coalesce

# As many rows as can be counted, sorted and skipped in a few milliseconds.
MOST_COUNTED = 2_000


class NumberCounted(Subquery):
    """The number of rows of a QuerySet of one column, no further than one above MOST_COUNTED."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows):
        super().__init__(rows.order_by()[: MOST_COUNTED + 1])


def found_by(rows, most):
    """The rows, noting that they are those of at most so many records, also of what is left of them further on."""
    # A query hands on what it holds to those that are made of it.
    rows.query.most_records = most
    return rows


def most_records(rows):
    """Of how many records the rows are at most, where `found_by` has noted that; else None."""
    return getattr(rows.query, "most_records", None)


def told_number(counted):
    """A number counted so in words, such as 1234, and 2,000+ for more."""
    return str(counted) if counted <= MOST_COUNTED else f"{MOST_COUNTED:,}+"


def number_of(rows, by):
    """The number of `rows`, a QuerySet filtered by an OuterRef so that all share one value of `by`; 0 where empty."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def latest_of_each(rows, by):
    """Of `rows` the one entered last for each value of `by`, such as one for each person."""
    latest = rows.order_by().values(by).annotate(latest=Max("pk")).values("latest")
    return rows.filter(pk__in=latest)
