"""Recognises browsers that have signed in to an account before, by a signed cookie.

The cookie gives no access, only its own counter of login attempts.
"""

from django.conf import settings
from django.core import signing
from django.utils.crypto import get_random_string

COOKIE = "known_browser"
SALT = "orgs.devices"
AGE = 365 * 24 * 3600


def device_of(request, user):
    """Returns the browser's identifier if it has signed in to the user's account before, else ""."""
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
    except signing.BadSignature:
        return ""
    return known.get(str(user.pk), "") if user else ""


def remember_device(request, response, user):
    """Sets the browser's cookie, or adds the account to the one it has; keeps the last five accounts."""
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
    except signing.BadSignature:
        known = {}
    known.setdefault(str(user.pk), get_random_string(22))
    response.set_cookie(
        COOKIE,
        signing.dumps(dict(list(known.items())[-5:]), salt=SALT),
        max_age=AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
