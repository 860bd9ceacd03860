"""The second factor: who must set it up, which acts ask for it, and one-time codes that are valid once."""

import time
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from ..access import ACCESS, PUBLIC, SECOND_FACTOR_ACTS

CODES, RECOVERY_CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
LAST_STEP = "last_step"
# The secret of all accounts of a demonstration, where nobody needs a phone: manage.py demo_code prints its codes.
DEMO_SECRET = "GAOBEIDIANYOUTHLEAGUEDEMOSECRET2"
# URL names open to users who have yet to set up their second factor: what everybody may open, and what it takes.
SET_UP_PAGES = frozenset(name for name, allowed in ACCESS.items() if allowed == PUBLIC).union(
    "logout password_change account_reauthenticate mfa_reauthenticate mfa_index mfa_activate_totp".split()
)


class SecondFactorMiddleware:
    """Redirects to the set-up of one-time codes, or to the question for one, where a role or an act requires it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Returns the redirect where the second factor is still to be set up or to be given, else None.

        What a script fetches gets 403 instead until the factor is set up.
        """
        name = request.resolver_match.url_name
        if name in SET_UP_PAGES:
            return None
        if owes_second_factor(request.user):
            if not request.accepts("text/html"):
                return HttpResponseForbidden()
            messages.info(request, "您的角色须启用动态口令后才能使用系统，请按以下步骤设置。")
            return redirect(f"{reverse('mfa_activate_totp')}?{urlencode({'next': asked_page(request)})}")
        if name in SECOND_FACTOR_ACTS and request.user.is_authenticated and not gave_second_factor(request):
            return ask_second_factor(request)
        return None


def gave_second_factor(request):
    """Whether a one-time or recovery code was given in this session; removing the codes ends all sessions."""
    return any(given["method"] == "mfa" for given in get_authentication_records(request, request.user))


def note_second_factor(request, authenticator):
    """Notes in the session that the code of an authenticator just set up was given."""
    record_authentication(request, request.user, "mfa", id=authenticator.pk, type=authenticator.type)


def ask_second_factor(request):
    """Redirects to the question for a code, or to the set-up of codes, from where it goes on to the requested page."""
    again = "" if request.method == "GET" else "刚才提交的内容没有办理，完成后请重新提交。"
    if has_second_factor(request.user):
        messages.info(request, f"这项工作须先核对动态口令，核对后自动回到刚才的页面。{again}")
        address = reverse("mfa_reauthenticate")
    else:
        messages.info(
            request,
            "导出完整名单和台账、打印个人信息、签发、审批个案授权、导入，须先启用动态口令。只需设置一次，完成后自动回到刚才的页面；"
            f"其他工作不受影响。{again}",
        )
        address = reverse("mfa_activate_totp")
    return redirect(f"{address}?{urlencode({'next': asked_page(request)})}")


def asked_page(request):
    """Returns the address of the requested page; of a form that was sent, that of the page it stood on."""
    if request.method == "GET":
        return request.get_full_path()
    sent_from = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(sent_from, {request.get_host()}, require_https=request.is_secure()):
        return reverse("home")
    parts = urlsplit(sent_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


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
