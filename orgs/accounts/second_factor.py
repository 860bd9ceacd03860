"""The second factor: who owes one, and one-time codes that count once."""

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
# What somebody who still owes the second factor may open.
SET_UP_PAGES = frozenset(
    "login logout password_change account_reauthenticate mfa_reauthenticate mfa_index mfa_activate_totp".split()
)


class SecondFactorMiddleware:
    """Leads whoever owes a second factor to its set-up, whatever page was asked for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Answers instead of the view where the second factor is still owed."""
        if request.resolver_match.url_name in SET_UP_PAGES or not owes_second_factor(request.user):
            return None
        messages.info(request, "您的角色须启用动态口令后才能使用系统，请按以下步骤设置。")
        return redirect("mfa_activate_totp")


def owes_second_factor(user):
    """Whether a role demands one-time codes that are not set up yet."""
    return user.is_authenticated and user.needs_second_factor and not has_second_factor(user)


def has_second_factor(user):
    """Whether one-time codes are set up."""
    return Authenticator.objects.filter(user=user, type=CODES).exists()


def remove_second_factor(user):
    """Takes the one-time codes and recovery codes away."""
    Authenticator.objects.filter(user=user).delete()


@transaction.atomic
def spend(user, code):
    """The authenticator to which `code` belongs, or None; once spent it belongs to none.

    The rows are locked, so that of two requests with the same code only one finds it unspent.
    """
    authenticators = Authenticator.objects.select_for_update().filter(user=user, type__in=[CODES, RECOVERY_CODES])
    return next((each for each in list(authenticators) if spend_of(each, code)), None)


def spend_of(authenticator, code):
    """Whether the code is an unspent one of this authenticator; it is spent by asking."""
    if authenticator.type == RECOVERY_CODES:
        return authenticator.wrap().validate_code(code)
    step = step_of(decrypt(authenticator.data["secret"]), code)
    if step is None or step <= authenticator.data.get(LAST_STEP, -1):
        return False
    authenticator.data[LAST_STEP] = step
    authenticator.save(update_fields=["data"])
    return True


def step_of(secret, code):
    """The half minute, one back or ahead at most, whose code this is; None where there is none."""
    now = current_step()
    near = (now, now - 1, now + 1)
    return next((step for step in near if compare_user_code(actual=code, expected=code_at(secret, step))), None)


def current_step():
    """The number of the half minute that it is now."""
    return int(time.time()) // app_settings.TOTP_PERIOD


def code_at(secret, step):
    """The one-time code of a half minute."""
    return format_hotp_value(hotp_value(secret, step))
