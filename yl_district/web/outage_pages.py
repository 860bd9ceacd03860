"""The response where the database does not work: what happened, and what was typed, ready to be sent again."""

import sys

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from ..database.outages import Outage, outage_of
from .kept_forms import kept_form

# Seconds after which a browser or program may ask again.
RETRY_AFTER = {Outage.BUSY: 10, Outage.SLOW: 30}
LATER = 60


def server_error(request):
    """The response to an exception that nothing else has answered: 503 during an outage of the database, else 500."""
    outage = outage_of(sys.exc_info()[1])
    if not outage:
        return defaults.server_error(request)
    return unavailable(request, "503_database.html", outage)


def unavailable(request, template, outage=None):
    """A page with status 503, made without session, account and database, that keeps what was typed."""
    limits = settings.DATABASE_LIMITS
    page = render_to_string(template, {"outage": outage, "limits": limits, "form": kept_form(request)})
    response = HttpResponse(page, status=503)
    response["Retry-After"] = RETRY_AFTER.get(outage, LATER)
    return response
