"""Searching a list without leaving what was typed in an address."""

from django.http import Http404
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from ..pages.record_choices import NAME_SUFFIX
from ..pages.sealed_searches import SealedSearch, holds_number

OF_THE_FORM = ("list", "csrfmiddlewaretoken")
NUMBER_LEFT_OUT = "（号码）"


@require_POST
def list_search(request):
    """Leads on to the list that the form names, with its conditions in the address, a long number sealed.

    One that was typed where a name is wanted is left out.
    """
    name, query = request.POST.get("list", ""), request.POST.copy()
    for own in OF_THE_FORM:
        query.pop(own, None)
    for box in [each for each in query if each.endswith(NAME_SUFFIX) and holds_number(query[each])]:
        query[box] = NUMBER_LEFT_OUT
    if not (name.endswith("_list") and request.user.may_open(name)):
        raise Http404
    try:
        address = reverse(name)
    except NoReverseMatch:
        raise Http404 from None
    return redirect(f"{address}?{SealedSearch(request.user).with_number_sealed(query).urlencode()}")
