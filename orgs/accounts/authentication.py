"""Authentication by mobile number or user name, for django-axes and django-allauth."""

import unicodedata

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yl_district.audit.access_log import Action, record
from yl_district.privacy import authenticators

from ..models import User, present_level, product_name
from . import login_attempts
from .devices import device_of, remember_device
from .ended_sessions import remember_owner
from .guess_budgets import GUESSED_CODE, SecretGuess, guesser
from .sessions import list_as_remembered, remember_if_asked

PROVED_FOR = "proved_for"
WRONG_CREDENTIALS = "手机号码、用户名或密码不正确，请重新输入（区分大小写）。"


def find_account(text):
    """Returns the account with this mobile number or user name, or None."""
    text = unicodedata.normalize("NFKC", text or "").strip()
    return User.objects.with_mobile(text).first() or User.objects.filter(username=text).first()


def password_guess(request, text):
    """Returns the try at the password of an account, the same for mobile number and user name.

    Text that matches no account is counted by its digest and not stored, as it may be a password typed into the wrong
    box.
    """
    user = find_account(text)
    if user:
        return SecretGuess(guesser(request), user.username, device_of(request, user))
    digest = salted_hmac("orgs.authentication", text or "", algorithm="sha256").hexdigest()
    return SecretGuess(guesser(request), f"unknown:{digest}")


def code_guess(request, user):
    """Returns the try at a one-time code of the user."""
    return SecretGuess(guesser(request), user.username, device_of(request, user), GUESSED_CODE)


def note_spent_budget(request, refusal):
    """Notes in the access log, once, that a budget of guesses is used up; a line each would cost more than refusing."""
    if refusal.is_first:
        until = f"{timezone.localtime(refusal.until):%H:%M}"
        record(Action.SIGN_IN_FAILED, request=request, detail=f"核对次数已达上限，至 {until} 不再核对")


class GuardBackend(AxesStandaloneBackend):
    """Refuses to authenticate when no login attempts are left; the first backend."""

    def authenticate(self, request, username=None, password=None, **credentials):
        return super().authenticate(request or HttpRequest(), username=username, password=password, **credentials)


class AccountBackend(ModelBackend):
    """Authenticates by mobile number or user name; an unknown account takes as long as a wrong password."""

    def authenticate(self, request, username=None, password=None, **credentials):
        if username is None or password is None:
            return None
        user = find_account(username)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


class AttemptHandler(AxesDatabaseHandler):
    """Counts each login attempt before the password is checked; django-axes would check first and count afterwards."""

    def is_allowed(self, request, credentials=None):
        guess = password_guess(request, credentials["username"])
        if guess.use():
            return True
        request.refusal = guess.refusal()
        return False

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        if request is not None:
            request.axes_credentials = credentials

    def user_logged_in(self, sender, request, user, **kwargs):
        """Does nothing: the adapter resets the counter once every sign-in step is complete."""

    def user_logged_out(self, sender, request, user, **kwargs):
        """Does nothing: the access log records the sign-out."""


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in rules: no registration, no e-mail, and an access log entry for each step."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": "密码不正确，请重新输入（区分大小写）。",
        "username_password_mismatch": WRONG_CREDENTIALS,
    }

    def is_open_for_signup(self, request):
        return False

    def is_ajax(self, request):
        return False

    def get_client_ip(self, request):
        return request.META.get("REMOTE_ADDR") or login_attempts.ANY_ADDRESS

    def respond_user_inactive(self, request, user):
        return redirect("login")

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user:
            guess = password_guess(request, credentials["username"])
            guess.was_right()
            login_attempts.give_back(*guess.counter)
        return user

    def authentication_failed(self, request, **credentials):
        refusal = getattr(request, "refusal", None)
        if refusal and refusal.is_of_budget:
            note_spent_budget(request, refusal)
            return
        detail = "已锁定，未核对密码" if refusal else "密码不正确"
        record(Action.SIGN_IN_FAILED, user=find_account(credentials["username"]), request=request, detail=detail)

    def pre_login(self, request, user, **options):
        request.session[PROVED_FOR] = user.get_session_auth_hash()
        return super().pre_login(request, user, **options)

    @transaction.atomic
    def login(self, request, user):
        """Signs in, unless the account was reset or closed between the password and the code."""
        if not user.is_active or request.session.pop(PROVED_FOR, None) != user.get_session_auth_hash():
            raise ImmediateHttpResponse(redirect("login"))
        super().login(request, user)
        login_attempts.reset_attempts(*password_guess(request, user.username).counter)
        is_remembered = remember_if_asked(request, user)
        record(Action.SIGN_IN, user=user, request=request, detail="保持登录 30 天" if is_remembered else "")

    def post_login(self, request, user, **options):
        response = super().post_login(request, user, **options)
        list_as_remembered(request)
        remember_device(request, response, user)
        remember_owner(response, user)
        return response

    def is_reauthentication_required(self, *, app, **options):
        """Whether the user must reauthenticate; a recent sign-in counts as authentication."""
        return not confirmed_recently(self.request)


def confirmed_recently(request):
    """Whether the user authenticated in this session within `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds."""
    given = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(given) and timezone.now().timestamp() - max(given) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


class SecondFactorAdapter(DefaultMFAAdapter):
    """One-time codes with the office's messages; cannot be removed while a role requires them."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "动态口令不正确或已用过，请等待下一个口令后重新输入。",
        "cannot_delete_authenticator": "您的角色必须使用动态口令，不能停用。需要更换手机时，请联系系统管理员重置。",
        "cannot_generate_recovery_codes": "请先启用动态口令，再生成备用口令。",
    }

    def get_totp_label(self, user):
        return user.username

    def get_totp_issuer(self):
        return product_name(present_level())

    def encrypt(self, text):
        return authenticators.seal(text)

    def decrypt(self, encrypted_text):
        return authenticators.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator):
        return not authenticator.user.needs_second_factor
