"""Requests that no browser sends are turned away before anything reads them."""

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.shortcuts import render
from django.utils.http import parse_header_parameters

METHODS = ("GET", "HEAD", "POST")
# What forms and addresses are written in; Python knows character sets that decode to no text at all.
CHARACTER_SETS = ("utf-8", "utf8")


class PlainRequest(WSGIRequest):
    """A request that is read as UTF-8 whatever it says of itself, so that it lives to be refused."""

    def _set_content_type_params(self, meta):
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Handler(WSGIHandler):
    """Django's own handler, with requests that cannot fail before there is anybody to answer."""

    request_class = PlainRequest


class RequestMiddleware:
    """Answers other methods, other character sets and NUL in cookies with a page that says so."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in METHODS:
            return not_allowed(request)
        character_set = (request.content_params or {}).get("charset", CHARACTER_SETS[0])
        if character_set.lower() not in CHARACTER_SETS or any("\0" in value for value in request.COOKIES.values()):
            return render(request, "400.html", status=400)
        response = self.get_response(request)
        if response.status_code == 405:
            return not_allowed(request, response.get("Allow"))
        return response


def not_allowed(request, allowed=None):
    """The page for a method that an address does not take."""
    response = render(request, "405.html", status=405)
    response["Allow"] = allowed or ", ".join(METHODS)
    return response
