"""What a page answers where the fault lies with the installation, not with what was asked."""

import logging

from django.http import HttpResponse
from django.template.loader import render_to_string

from ..privacy.encryption import DecryptionError

logger = logging.getLogger(__name__)


class FaultMiddleware:
    """Answers with a page that says whom to ask, and logs where the fault lies."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        """A cell that cannot be decrypted; every other exception goes its way."""
        if not isinstance(exception, DecryptionError):
            return None
        logger.error("%s：%s", request.path, exception)
        return HttpResponse(render_to_string("503_sealed.html"), status=503)
