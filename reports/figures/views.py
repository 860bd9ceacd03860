"""The pages of the figures and of the records behind each."""

from functools import partial
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from yl_district.kept.results import kept_result, one_moment
from yl_district.pages.choice_answers import FIELD, choices_asked_for
from yl_district.pages.list_exports import FORMATS, export_table
from yl_district.pages.pages import rows_response
from yl_district.typing import UserRequest

from ..models import Comment
from .counting import figures_of, results, targets_of
from .readers import CASE_FIGURES, may_know_cases
from .records_behind import records_behind
from .scopes import PlaceForm, Scope, asked_scope, scope_query
from .tables import table_of


@one_moment()
def figure_list(request: UserRequest) -> HttpResponse:
    """Lists every figure of a period with its target and quality; answers which places there are, for every page."""
    if FIELD in request.GET:
        return choices_asked_for(request.GET, PlaceForm(user=request.user))
    scope, form = asked_scope(request)
    context = {
        "title": f"{scope.period.name}指标",
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        "results": results(scope, may_know_cases(request.user, scope)).values(),
    }
    return render(request, "reports/figure_list.html", context)


def figure_detail(request: UserRequest, key: str) -> HttpResponse:
    """Shows one figure and exactly the records it counts."""
    scope, form = asked_scope(request)
    figure = figures_of(scope, may_know_cases(request.user, scope)).get(key)
    if figure is None:
        raise Http404
    asked = ("figure and records", figure.key, *scope.known_by)
    group = kept_result(asked, partial(figure.group, scope))
    result, number = figure.result_of_groups([group], targets_of(scope)), group["number"]
    context = {
        "title": figure.label,
        "figure": figure,
        "result": result,
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        "comments": Comment.objects.visible_to(request.user).about_figure(key, scope).with_entries(),
        **records_behind(request, figure, scope, number),
    }
    if context["is_closed"]:
        return render(request, "reports/figure_detail.html", context)
    context["exports"] = export_ways(request, key, scope)
    return rows_response(request, "reports/figure_detail.html", "_rows.html", context)


def export_ways(request: UserRequest, key: str, scope: Scope) -> dict[str, str]:
    """The export links for the records behind a figure, in the page's order; none for records of cases."""
    if key in CASE_FIGURES or not request.user.may_open("figure_export"):
        return {}
    sorts = urlencode([("sort", name) for name in request.GET.getlist("sort")])
    address = f"{reverse('figure_export', args=[key])}?{scope_query(scope)}{sorts and f'&{sorts}'}"
    return {kind: f"{address}&format={kind}" for kind in FORMATS} | {"note": "含列表的全部各页，栏目与本页相同。"}


@require_GET
def figure_export(request: UserRequest, key: str) -> HttpResponseBase:
    """Exports the visible records behind a figure with the page's columns; never records of cases."""
    scope, _ = asked_scope(request)
    figure = figures_of(scope, with_cases=False).get(key)
    if figure is None:
        raise Http404
    rows = figure.rows(scope).visible_to(request.user)
    return export_table(
        request,
        table_of(figure, rows.model, request.user),
        rows,
        name=f"{scope.name}{scope.period.name}{figure.label}",
        back=f"{reverse('figure_detail', args=[key])}?{scope_query(scope)}",
    )
