"""Many figures, or one on many days, counted in one query."""

from django.db.models import IntegerField, Value

from .figures import PERSON_TIMES, Result

COLUMNS = ("value", *PERSON_TIMES)
# A name that no model has for a field.
PREFIX = "asked_"
# SQLite puts no more than 500 queries together.
MOST_TOGETHER = 400


def results_of(asked):
    """The results of (figure, scope) pairs, in their order; the number of queries does not follow from theirs."""
    asked = list(asked)
    found = {}
    for start in range(0, len(asked), MOST_TOGETHER):
        queries = [query(place, *pair) for place, pair in enumerate(asked) if start <= place < start + MOST_TOGETHER]
        found |= {row[f"{PREFIX}place"]: row for row in together(queries)}
    return [result(figure, found.get(place, {})) for place, (figure, _) in enumerate(asked)]


def together(queries):
    """All rows of queries with the same columns."""
    first, *others = queries
    return first.union(*others, all=True) if others else first


def query(place, figure, scope):
    """One row of all that a figure's measure asks, and of nothing where it asks less than others."""
    nothing = dict.fromkeys(COLUMNS, Value(0, IntegerField()))
    asked = {f"{PREFIX}{name}": expression for name, expression in (nothing | figure.measure.asked).items()}
    at = {f"{PREFIX}place": Value(place, IntegerField())}
    return figure.rows(scope).order_by().annotate(**at).values(*at).annotate(**asked)


def result(figure, row):
    """The figure's result from its row; nothing counted where there is none."""
    return Result(figure, *figure.measure.told({name: row.get(f"{PREFIX}{name}") or 0 for name in COLUMNS}))
