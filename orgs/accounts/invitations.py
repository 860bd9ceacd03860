"""One-time links for setting an account's password: random, time-limited and single-use."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from ..models import Invitation


def usual_validity():
    """Returns how long a link is good unless something else is chosen."""
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def link_path(user, by=None, valid_for=None):
    """Returns the path of a new one-time link for the user, which ends the former one; `by` is who gives it out."""
    _, token = Invitation.issue(user, by, usual_validity() if valid_for is None else valid_for)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("invitation_accept", args=[uid, token])


def invitation_of(uid, token):
    """Returns the invitation that a link belongs to, whatever has become of it, or None if there is none."""
    try:
        key = int(force_str(urlsafe_base64_decode(uid)))
    except (ValueError, OverflowError):
        return None
    found = Invitation.objects.of_token(token).select_related("user").first() if 0 < key < 2**63 else None
    return found if found and found.user_id == key else None
