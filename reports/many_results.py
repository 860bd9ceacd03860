"""Many figures, or one on many days, counted in one query."""

from django.db.models import IntegerField, Value

from .figures import Result

# A name that no model has for a field.
PREFIX = "asked_"
# SQLite puts no more than 500 queries together.
MOST_TOGETHER = 400


def results_of(asked):
    """The results of (figure, scope) pairs, in their order; the number of queries does not follow from theirs."""
    asked = list(asked)
    names = sorted({name for figure, _ in asked for name in figure.measure.columns})
    found = {}
    for start in range(0, len(asked), MOST_TOGETHER):
        pairs = enumerate(asked[start : start + MOST_TOGETHER], start)
        queries = [query(place, figure, scope, names) for place, (figure, scope) in pairs]
        found |= {row[f"{PREFIX}place"]: row for row in together(queries)}
    return [result(figure, found.get(place, {}), names) for place, (figure, _) in enumerate(asked)]


def together(queries):
    """All rows of queries with the same columns."""
    first, *others = queries
    return first.union(*others, all=True) if others else first


def query(place, figure, scope, names):
    """One row of all that a figure's measure asks, and of nothing where it asks less than others."""
    nothing = dict.fromkeys(names, Value(0, IntegerField()))
    asked = {f"{PREFIX}{name}": expression for name, expression in (nothing | figure.measure.columns).items()}
    at = {f"{PREFIX}place": Value(place, IntegerField())}
    return figure.rows(scope).order_by().annotate(**at).values(*at).annotate(**asked)


def result(figure, row, names):
    """The figure's result from its row; nothing counted where there is none."""
    group = {name: row.get(f"{PREFIX}{name}") or 0 for name in names}
    return Result(figure, *figure.measure.of_groups([group]))
