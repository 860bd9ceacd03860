"""Counts the figures of a scope in few queries, and writes them as JSON."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db.models import Aggregate, IntegerField, QuerySet, Value

from orgs.models import Organisation
from yl_district.kept.results import kept_result, kept_results, once_a_moment

from ..models import Target
from .figure import Figure, Result
from .lines import all_figures
from .prepared import PLACE_OF_PAIR, PreparedQuery, fetched, prepared
from .scopes import Scope
from .sources import (
    Rows,
    ToReach,
    assessments,
    committee_members,
    members_verified,
    units_toward_task,
    units_verified,
)

# Keeps annotations from colliding with model fields, none of which begins so.
PREFIX = "asked_"
# The column by which the rows of queries that are asked together are told apart.
AT = f"{PREFIX}place"
# SQLite combines at most 500 queries by UNION.
MOST_TOGETHER = 400
# Sources of one figure each, which one query counts with campaigns.
COUNTED_TOGETHER = (assessments, committee_members, members_verified, units_toward_task, units_verified)


def targets_of(scope: Scope) -> dict[str, int]:
    """The targets for the scope, by figure key; targets are set for the district and whole years only."""
    if not scope.is_district or scope.period.part != "year":
        return {}
    rows = Target.objects.filter(year=scope.year).values_list("figure", "value")
    targets: dict[str, int] = once_a_moment(("targets", scope.year), partial(dict, rows))
    return targets


def figures_of(scope: Scope, with_cases: bool = True) -> dict[str, Figure]:
    """The figures that can be counted within `scope`, by key; those of cases only with `with_cases`."""
    kept = {key: figure for key, figure in all_figures().items() if figure.of_hubs or not scope.hub}
    return {key: figure for key, figure in kept.items() if with_cases or not figure.is_case}


def results(scope: Scope, with_cases: bool = True, only: Collection[str] | None = None) -> dict[str, Result]:
    """The result of every figure within `scope`, by key, in printing order; those of cases only with `with_cases`.

    `only` names the figures wanted, where these are not all.
    """
    targets, figures = targets_of(scope), figures_of(scope, with_cases)
    wanted = {key: figure for key, figure in figures.items() if only is None or key in only}
    # Of cases nothing is kept, so that one query counts all of these.
    cases = [figure for figure in wanted.values() if figure.is_case]
    of_cases = {result.figure.key: result for result in results_of((figure, scope) for figure in cases)}
    # Campaigns and the like have rows of their own, so that one query counts those of all of them.
    single = [one for one in wanted.values() if is_of_campaign(one) or one.source in COUNTED_TOGETHER]
    apart = of_cases | {result.figure.key: result for result in kept_results_of((one, scope) for one in single)}
    groups = grouped_rows(scope, figures.values(), {one.source for key, one in wanted.items() if key not in apart})
    return {
        key: replace(apart[key], target=targets.get(key))
        if key in apart
        else figure.result_of_groups(groups[figure.source], targets)
        for key, figure in wanted.items()
    }


def is_of_campaign(figure: Figure) -> bool:
    """Whether a figure counts whom a campaign is to reach, or those of them whom it has reached."""
    return isinstance(figure.source, ToReach)


def grouped_rows(
    scope: Scope, figures: Iterable[Figure], sources: Collection[Callable[[Scope], Rows]]
) -> dict[Callable[[Scope], Rows], list[dict[str, Any]]]:
    """For each of the sources, its rows grouped by the columns of `where`, with the columns of the figures' measures.

    They are kept until a register changes from which they were counted.
    """
    kin = defaultdict(list)
    for figure in figures:
        if figure.source in sources:
            kin[figure.source].append(figure)
    asked = {source: ("figures", *scope.known_by, *(one.key for one in alike)) for source, alike in kin.items()}
    found = kept_results({asked[source]: partial(groups_of, source, alike, scope) for source, alike in kin.items()})
    return {source: found[key] for source, key in asked.items()}


def groups_of(source: Callable[[Scope], Rows], alike: Iterable[Figure], scope: Scope) -> list[dict[str, Any]]:
    """The groups of one source from which the figures `alike`, all of that source, follow."""
    names = sorted({name for figure in alike for name in figure.where})
    columns = {name: column for figure in alike for name, column in figure.measure.columns.items()}
    asked = {f"{PREFIX}{name}": column for name, column in columns.items()}
    key = source, *names, *columns
    query = prepared(key, scope, lambda any_scope: grouped(source(any_scope), names, asked))
    return [{name.removeprefix(PREFIX): value for name, value in row.items()} for row in query.ask(scope)]


def grouped(rows: QuerySet, names: Iterable[str], columns: Mapping[str, Aggregate | Value]) -> QuerySet:
    """The aggregates `columns` of the rows by the values of `names`; of all rows together without names."""
    return rows.order_by().annotate(**{AT: Value(PLACE_OF_PAIR)}).values(AT, *names).annotate(**columns)


def figures_as_dict(scope: Scope, results: Mapping[str, Result]) -> dict[str, Any]:
    """The results of a scope as the JSON file represents them."""
    figures = {key: result.as_dict() for key, result in results.items()}
    start, end = map(str, scope.period.bounds)
    return {"year": scope.year, "start": start, "end": end, "scope": scope.name, "figures": figures}


def write_results(scope: Scope, results: Mapping[str, Result], stream: BinaryIO) -> None:
    """Writes the results of a scope as JSON to a binary stream."""
    stream.write(json.dumps(figures_as_dict(scope, results), ensure_ascii=False, indent=2).encode() + b"\n")


def write_figures(scope: Scope, stream: BinaryIO, with_cases: bool = True) -> None:
    """Counts the figures of a scope and writes them as JSON to a binary stream."""
    write_results(scope, results(scope, with_cases), stream)


def root_organisation() -> Organisation:
    """The district's own organisation; raises ValidationError before one has been entered."""
    root = Organisation.objects.filter(depth=1).first()
    if root is None:
        raise ValidationError("还没有团组织。请先导入台账，或新建本级组织。")
    return root


def results_of(asked: Iterable[tuple[Figure, Scope]]) -> list[Result]:
    """The results of (figure, scope) pairs, in their order; one query counts up to MOST_TOGETHER of them."""
    asked = list(asked)
    names = sorted({name for figure, _ in asked for name in figure.measure.columns})
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(asked), MOST_TOGETHER):
        places = range(start, min(start + MOST_TOGETHER, len(asked)))
        queries = [measured(*asked[place], names) for place in places]
        given = zip(places, queries, strict=True)
        parameters = [one for place, query in given for one in query.for_scope(asked[place][1], place)]
        rows = fetched(" UNION ALL ".join(query.sql for query in queries), parameters)
        found |= {row[AT]: row for row in queries[0].read(rows)}
    return [result(figure, found.get(place, {}), names) for place, (figure, _) in enumerate(asked)]


def kept_results_of(asked: Iterable[tuple[Figure, Scope]]) -> list[Result]:
    """The same as `results_of`; those of figures that tell of no cases are kept until a register changes."""
    asked = list(asked)
    open_pairs = [pair for pair in asked if not pair[0].is_case]
    key = ("measured", *((figure.key, *scope.known_by) for figure, scope in open_pairs))
    known = iter(kept_result(key, partial(values_counted, open_pairs)) if open_pairs else [])
    of_cases = iter(results_of(pair for pair in asked if pair[0].is_case))
    return [next(of_cases) if figure.is_case else Result(figure, *next(known)) for figure, _ in asked]


def values_counted(asked: Iterable[tuple[Figure, Scope]]) -> list[tuple[int, str]]:
    """The value and the quality of each of the pairs."""
    return [(result.value, result.quality) for result in results_of(asked)]


def measured(figure: Figure, scope: Scope, names: Sequence[str]) -> PreparedQuery:
    """The query for one row about the figure, with the same columns for every figure."""
    key = figure.key, figure.source, *figure.where.items(), *names
    return prepared(key, scope, lambda any_scope: measure_query(figure, any_scope, names))


def measure_query(figure: Figure, scope: Scope, names: Iterable[str]) -> QuerySet:
    """A query for one row: the columns of the figure's measure, and 0 for those that only other measures have."""
    nothing = dict.fromkeys(names, Value(0, IntegerField()))
    asked = {f"{PREFIX}{name}": expression for name, expression in (nothing | figure.measure.columns).items()}
    return grouped(figure.rows(scope), [], asked)


def result(figure: Figure, row: Mapping[str, Any], names: Iterable[str]) -> Result:
    """The figure's result from its row; 0 where the row is empty."""
    group = {name: row.get(f"{PREFIX}{name}") or 0 for name in names}
    return Result(figure, *figure.measure.of_groups([group]))
