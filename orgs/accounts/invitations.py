"""One-time links by which somebody sets the password of an account: signed, valid for a time, spent by being used."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from ..models import User


class LinkTokens(PasswordResetTokenGenerator):
    """Tokens that end with a new password, a sign-in, or whatever ends an account's sessions."""

    key_salt = "orgs.invitations"

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}:{user.session_stamp}:{user.is_active}"


tokens = LinkTokens()


def link_path(user):
    """The path of a link for the user, good until it is used; what ends the user's sessions ends it too."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("invitation_accept", args=[uid, tokens.make_token(user)])


def invited_account(uid, token):
    """The account for which a link stands, None where it is used, over, or none of ours."""
    try:
        key = int(force_str(urlsafe_base64_decode(uid)))
    except (ValueError, OverflowError):
        return None
    user = User.objects.active().filter(pk=key).first() if 0 < key < 2**63 else None
    return user if user and tokens.check_token(user, token) else None
