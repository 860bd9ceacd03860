"""Early rejection of requests that no browser sends."""

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
from django.shortcuts import render
from django.utils.http import parse_header_parameters

from ..database.anchors import keep_open
from .rejections import too_large

METHODS = ("GET", "HEAD", "POST")
# The only charsets accepted: some of Python's codecs do not decode to text at all.
CHARACTER_SETS = ("utf-8", "utf8")


class PlainRequest(WSGIRequest):
    """A request read as UTF-8 whatever charset it declares, so that a bad one still reaches RequestMiddleware."""

    def _set_content_type_params(self, meta):
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Handler(WSGIHandler):
    """Django's WSGI handler with PlainRequest, whose construction cannot fail on a declared charset."""

    request_class = PlainRequest

    def __init__(self):
        super().__init__()
        if connection.vendor == "sqlite":
            keep_open(connection.settings_dict["NAME"])


class RequestMiddleware:
    """Answers other methods with 405, other charsets or NUL in cookies with 400, and too much with 413."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in METHODS:
            return not_allowed(request)
        character_set = (request.content_params or {}).get("charset", CHARACTER_SETS[0])
        if character_set.lower() not in CHARACTER_SETS or any("\0" in value for value in request.COOKIES.values()):
            return render(request, "400.html", status=400)
        # The front has refused it earlier; runserver has none.
        if (size := int(request.META.get("CONTENT_LENGTH") or 0)) > settings.BODY_LIMIT:
            return render(request, "rejected.html", {"rejection": too_large(size, settings.BODY_LIMIT)}, status=413)
        response = self.get_response(request)
        if response.status_code == 405:
            return not_allowed(request, response.get("Allow"))
        return response


def not_allowed(request, allowed=None):
    """The 405 page, with the allowed methods in its `Allow` header."""
    response = render(request, "405.html", status=405)
    response["Allow"] = allowed or ", ".join(METHODS)
    return response
