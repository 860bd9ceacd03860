"""What the access log asks of every request: refusals are noted, and nothing is shown that cannot be noted."""

import logging

from django.db import DatabaseError
from django.shortcuts import render

from .access_log import AccessLogUnavailable, Action, record

logger = logging.getLogger(__name__)
REFUSALS = (403, 404)
# The parts of an address that name a record; others may be secrets, such as the code of an invitation.
NAMING = ("kind", "pk")


class AccessLogMiddleware:
    """Comes after the one that knows the user, before those that refuse."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code in REFUSALS:
            self._note(request)
        return response

    def _note(self, request):
        """Notes a refusal; one that cannot be noted stays a refusal."""
        match = request.resolver_match
        try:
            if match and match.url_name and request.user.is_authenticated:
                keys = [str(match.kwargs[name]) for name in NAMING if name in match.kwargs]
                record(Action.REFUSAL, ":".join([match.url_name, *keys]), request=request)
        except (AccessLogUnavailable, DatabaseError):
            logger.exception("A refusal could not be noted in the access log.")

    def process_exception(self, request, exception):
        """In place of what cannot be noted, a page that says so."""
        if not isinstance(exception, AccessLogUnavailable):
            return None
        return unavailable(request, exception)


def unavailable(request, error):
    """The page that stands in place of what cannot be noted."""
    logger.error("The access log cannot be written.", exc_info=error)
    return render(request, "503.html", status=503)
