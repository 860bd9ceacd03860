"""Has Django's test client keep the secret of a session in its cookie, as SecretSessionMiddleware does."""

from django.conf import settings
from django.test import Client

from yl_district.web.sealed_sessions import SessionStore, key_of_row


def use_secrets():
    """Changes the client for good."""
    Client.session = property(session_of)
    Client._set_login_cookies = set_cookie


def session_of(client):
    """The client's session; a new one where it has none."""
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    if cookie:
        session = SessionStore(key_of_row(cookie.value))
        session.secret = cookie.value
        return session
    session = SessionStore()
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.secret
    return session


def set_cookie(client, request, plain=Client._set_login_cookies):
    """The cookie of whoever has been signed in without a form."""
    plain(client, request)
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.secret
