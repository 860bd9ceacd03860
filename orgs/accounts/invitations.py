"""One-time links for setting an account's password: signed, time-limited and single-use."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from ..models import User


class LinkTokens(PasswordResetTokenGenerator):
    """Tokens that a new password, a sign-in or the end of the account's sessions invalidates."""

    key_salt = "orgs.invitations"

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}:{user.session_stamp}:{user.is_active}"


tokens = LinkTokens()


def link_path(user):
    """Returns the path of a one-time link for the user; ending the user's sessions invalidates it."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("invitation_accept", args=[uid, tokens.make_token(user)])


def invited_account(uid, token):
    """Returns the active account that a link belongs to, or None if the link is used, expired or invalid."""
    try:
        key = int(force_str(urlsafe_base64_decode(uid)))
    except (ValueError, OverflowError):
        return None
    user = User.objects.active().filter(pk=key).first() if 0 < key < 2**63 else None
    return user if user and tokens.check_token(user, token) else None
