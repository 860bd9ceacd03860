"""The responses to a DecryptionError and to an AccessLogUnavailable: nothing is shown, and nothing typed is lost."""

import logging

from ..audit.access_log import AccessLogUnavailable
from ..database.outages import outage_of
from ..privacy.encryption import DecryptionError
from ..privacy.unreadable import noting_unreadable
from .outage_pages import unavailable

logger = logging.getLogger(__name__)


class FaultMiddleware:
    """Has pages name what they could not read; answers a DecryptionError with a page that says whom to ask."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with noting_unreadable():
            return self.get_response(request)

    def process_exception(self, request, exception):
        """The 503 page for a DecryptionError or an AccessLogUnavailable; None for other exceptions."""
        if isinstance(exception, DecryptionError):
            logger.error("%s：%s", request.path, exception)
            return unavailable(request, "503_sealed.html")
        if isinstance(exception, AccessLogUnavailable):
            return log_unavailable(request, exception)
        return None


def log_unavailable(request, error):
    """The 503 page for an AccessLogUnavailable, which is logged."""
    logger.error("The access log cannot be written.", exc_info=error)
    return unavailable(request, "503.html", outage_of(error))
