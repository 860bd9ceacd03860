"""Requests that no browser sends are turned away before anything reads them."""

from django.shortcuts import render

METHODS = ("GET", "HEAD", "POST")
# What forms and addresses are written in; Python knows character sets that decode to no text at all.
CHARACTER_SETS = ("utf-8", "utf8")


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
