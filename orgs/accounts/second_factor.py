"""The second factor: who must set it up, and one-time codes that are valid once."""

import time

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect

CODES, RECOVERY_CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
LAST_STEP = "last_step"
# URL names open to users who have yet to set up their second factor.
SET_UP_PAGES = frozenset(
    "login logout password_change account_reauthenticate mfa_reauthenticate mfa_index mfa_activate_totp".split()
)


class SecondFactorMiddleware:
    """Redirects users who must set up a second factor to its set-up page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Returns the redirect where the second factor is still to be set up, else None."""
        if request.resolver_match.url_name in SET_UP_PAGES or not owes_second_factor(request.user):
            return None
        messages.info(request, "您的角色须启用动态口令后才能使用系统，请按以下步骤设置。")
        return redirect("mfa_activate_totp")


def owes_second_factor(user):
    """Whether a role of the user requires one-time codes that are not set up yet."""
    return user.is_authenticated and user.needs_second_factor and not has_second_factor(user)


def has_second_factor(user):
    """Whether one-time codes are set up."""
    return Authenticator.objects.filter(user=user, type=CODES).exists()


def remove_second_factor(user):
    """Removes the user's one-time codes and recovery codes."""
    Authenticator.objects.filter(user=user).delete()


@transaction.atomic
def spend_code(user, code):
    """Returns the authenticator that accepts `code`, or None; the code is then spent.

    The rows are locked, so that of two requests with the same code only one succeeds.
    """
    authenticators = Authenticator.objects.select_for_update().filter(user=user, type__in=[CODES, RECOVERY_CODES])
    return next((each for each in list(authenticators) if spend_of(each, code)), None)


def spend_of(authenticator, code):
    """Whether the authenticator accepts the code, which is then spent."""
    if authenticator.type == RECOVERY_CODES:
        return authenticator.wrap().validate_code(code)
    step = step_of(decrypt(authenticator.data["secret"]), code)
    if step is None or step <= authenticator.data.get(LAST_STEP, -1):
        return False
    authenticator.data[LAST_STEP] = step
    authenticator.save(update_fields=["data"])
    return True


def step_of(secret, code):
    """Returns the time step to which the code belongs, at most one away from the current, or None."""
    now = current_step()
    near = (now, now - 1, now + 1)
    return next((step for step in near if compare_user_code(actual=code, expected=code_at(secret, step))), None)


def current_step():
    """Returns the number of the current time step (RFC 6238; 30 seconds by default)."""
    return int(time.time()) // app_settings.TOTP_PERIOD


def code_at(secret, step):
    """Returns the one-time code of a time step."""
    return format_hotp_value(hotp_value(secret, step))
