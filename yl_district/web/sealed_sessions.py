"""Sessions of which the database knows neither the cookie's value nor the contents: the setting SESSION_ENGINE.

The cookie holds a random secret. The row is found by its `session_key`, a keyed digest of that secret, which is all
that the rest of the code, allauth's list of sessions included, ever sees. The contents, among them secrets of second
factors that are being set up, are encrypted and bound to the row.
"""

import base64
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.utils.crypto import get_random_string

from ..privacy.keys import derived_key

SECRET_LENGTH = 43
NONCE_LENGTH = 12


def key_of_row(secret):
    """The key of the row that belongs to a cookie's secret, as long as Django's column."""
    return hmac.digest(derived_key("session key"), secret.encode("utf-8", "replace"), "sha256").hex()[:40]


class SessionStore(db.SessionStore):
    """A session; `secret` is what its cookie holds."""

    secret = ""

    def _get_new_session_key(self):
        self.secret = get_random_string(SECRET_LENGTH)
        return key_of_row(self.secret)

    def encode(self, session_dict):
        """The contents encrypted for this row."""
        nonce, plain = os.urandom(NONCE_LENGTH), self.serializer().dumps(session_dict)
        return base64.b64encode(nonce + cipher().encrypt(nonce, plain, self.session_key.encode())).decode()

    def decode(self, session_data):
        """The contents; empty, as those of a session that is over, where they are not this row's."""
        try:
            stored = base64.b64decode(session_data, validate=True)
            plain = cipher().decrypt(stored[:NONCE_LENGTH], stored[NONCE_LENGTH:], self.session_key.encode())
        except (ValueError, InvalidTag):
            return {}
        return self.serializer().loads(plain)


def cipher():
    """The cipher of contents."""
    return AESGCM(derived_key("session contents"))


class SecretSessionMiddleware(SessionMiddleware):
    """Django's middleware with the secret instead of the row's key in the cookie."""

    def process_request(self, request):
        secret = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = self.SessionStore(key_of_row(secret) if secret else None)
        request.session.secret = secret

    def process_response(self, request, response):
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            response.cookies[settings.SESSION_COOKIE_NAME] = request.session.secret
        return response
