"""The page of what the organisations below have signed, with the sums."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from ..figures.readers import may_know_cases
from ..figures.scopes import asked_scope, scope_query
from ..models import Report
from .returns import by_place, kept_of, returns, sums

HUBS_BELOW = "hubs"


@require_GET
def return_list(request):
    """Lists who has signed a return for the period and who has not, with the sums of the signed figures."""
    scope, form = asked_scope(request)
    of_hubs = request.GET.get("below") == HUBS_BELOW
    report_form = Report.form_of(scope.period)
    with_cases = may_know_cases(request.user, scope)
    found = returns(scope, of_hubs) if report_form and not scope.hub else []
    kept = kept_of(found, with_cases)
    added = [each for each in sums(scope, kept, with_cases) if each.is_of_note] if kept else []
    chosen = next((each for each in added if each.result.figure.key == request.GET.get("figure")), None)
    context = {
        "title": "下级报送",
        "scope": scope,
        "form": form,
        "query": scope_query(scope),
        "report_form": report_form and report_form.label,
        "below": HUBS_BELOW if of_hubs else "",
        "returns": found,
        "missing": [each for each in found if not each.edition],
        "signed": sum(1 for each in found if each.edition),
        "sums": added,
        "chosen": chosen,
        "rows": list(by_place(found, kept, chosen.result.figure.key)) if chosen else [],
    }
    context["most"] = max((result.value for _, result in context["rows"]), default=0)
    return render(request, "reports/return_list.html", context)
