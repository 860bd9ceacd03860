"""Middleware of the access log: records refusals."""

import logging

from django.db import DatabaseError

from .access_log import AccessLogUnavailable, Action, record

logger = logging.getLogger(__name__)
REFUSED_STATUSES = (403, 404)
# URL arguments that name a record; others may be secrets, such as an invitation's code.
NAMING = ("kind", "pk")


class AccessLogMiddleware:
    """Must follow the authentication middleware and precede those that refuse requests."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code in REFUSED_STATUSES:
            self._note(request)
        return response

    def _note(self, request):
        """Records a refusal; if the log cannot be written, the response stays a refusal."""
        match = request.resolver_match
        try:
            if match and match.url_name and request.user.is_authenticated:
                keys = [str(match.kwargs[name]) for name in NAMING if name in match.kwargs]
                record(Action.REFUSAL, ":".join([match.url_name, *keys]), request=request)
        except (AccessLogUnavailable, DatabaseError):
            logger.exception("A refusal could not be noted in the access log.")
