"""Counts the figures of a scope, in few queries, and writes them as JSON."""

import json
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db.models import IntegerField, Value

from orgs.models import Organisation

from ..models import Target
from .figure import Result
from .lines import all_figures


def targets_of(scope):
    """The targets of the scope's year by figure; they are set for the district and a year, so no part has any."""
    if not scope.is_district or scope.period.part != "year":
        return {}
    return dict(Target.objects.filter(year=scope.year).values_list("figure", "value"))


def figures_of(scope, with_cases=True):
    """The figures that can be counted within `scope`, by key; those of case files where asked for."""
    kept = {key: figure for key, figure in all_figures().items() if figure.of_hubs or not scope.hub}
    return {key: figure for key, figure in kept.items() if with_cases or not figure.is_case}


def results(scope, with_cases=True):
    """Every figure's result within `scope`, by key, in printing order; those of case files where asked for."""
    targets, figures = targets_of(scope), figures_of(scope, with_cases)
    groups = groups_of(scope, figures.values())
    return {key: figure.result_of_groups(groups[figure.source], targets) for key, figure in figures.items()}


def groups_of(scope, figures):
    """For each source of the figures its rows in groups, as far as `where` tells them apart, with what is measured."""
    kin = defaultdict(list)
    for figure in figures:
        kin[figure.source].append(figure)
    found = {}
    for source, alike in kin.items():
        names = sorted({name for figure in alike for name in figure.where})
        columns = {name: column for figure in alike for name, column in figure.measure.columns.items()}
        rows = source(scope).order_by()
        found[source] = list(rows.values(*names).annotate(**columns)) if names else [rows.aggregate(**columns)]
    return found


def figures_as_dict(scope, results):
    """The figures of a scope as the JSON file states them."""
    figures = {key: result.as_dict() for key, result in results.items()}
    start, end = map(str, scope.period.bounds)
    return {"year": scope.year, "start": start, "end": end, "scope": scope.name, "figures": figures}


def write_results(scope, results, stream):
    """Writes what the figures of a scope came to as JSON to a binary stream."""
    stream.write(json.dumps(figures_as_dict(scope, results), ensure_ascii=False, indent=2).encode() + b"\n")


def write_figures(scope, stream, with_cases=True):
    """Writes the figures of a scope as JSON to a binary stream."""
    write_results(scope, results(scope, with_cases), stream)


def root_organisation():
    """The district's own organisation; raises ValidationError while none has been entered."""
    root = Organisation.objects.filter(depth=1).first()
    if root is None:
        raise ValidationError("还没有团组织。请先导入台账，或新建本级组织。")
    return root


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
