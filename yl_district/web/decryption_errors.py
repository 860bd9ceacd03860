"""The response to a DecryptionError, which points to a fault of the installation rather than of the request."""

import logging

from django.http import HttpResponse
from django.template.loader import render_to_string

from ..privacy.encryption import DecryptionError

logger = logging.getLogger(__name__)


class FaultMiddleware:
    """Answers a DecryptionError with a page that says whom to ask, and logs the path and the column."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        """The 503 page for a DecryptionError; None for other exceptions."""
        if not isinstance(exception, DecryptionError):
            return None
        logger.error("%s：%s", request.path, exception)
        return HttpResponse(render_to_string("503_sealed.html"), status=503)
