"""What a request gets whose session has ended: nothing that was typed is lost, and only its own account reads it.

A form of a browser without scripts is kept in a page that asks for the password. What scripts ask for gets status 401;
they hide the page and ask there (`session.js`).
"""

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core import signing
from django.http import JsonResponse
from django.shortcuts import render

from yl_district.web.kept_forms import kept_form, seal_kept_form

from ..models import User

OWNER_COOKIE = "session_owner"
ENDED = "登录已超时或已退出，请重新输入密码；您填写的内容没有丢失。"


def account_mark(user):
    """Returns the signed key of an account, by which a page says whose it is; "" for nobody."""
    return mark_signer().sign(user.pk) if user.is_authenticated else ""


def marked_account(mark):
    """Returns the account of a mark; None for a forged one and for an account that was closed."""
    try:
        key = mark_signer().unsign(mark)
    except signing.BadSignature:
        return None
    return User.objects.active().filter(pk=key).first()


def mark_signer():
    """Returns the signer of marks."""
    return signing.Signer(salt="orgs.ended_sessions")


def remember_owner(response, user):
    """Sets the cookie that tells, after the session's end, whose form a page holds; it gives access to nothing."""
    response.set_cookie(
        OWNER_COOKIE, account_mark(user), httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )


def is_by_script(request):
    """Whether a script asks, whose page stays as it is: htmx, or one that wants JSON."""
    return bool(request.htmx) or request.headers.get("Accept") == "application/json"


class SignInMiddleware(LoginRequiredMiddleware):
    """Leads whoever is not signed in to the sign-in, and keeps what was sent."""

    def handle_no_permission(self, request, view_func):
        """Returns status 401 to a script, a page that keeps the form to whoever sent one, else the redirect."""
        if is_by_script(request):
            response = JsonResponse({"problem": ENDED}, status=401)
            response["WWW-Authenticate"] = "Form"
            return response
        owner = marked_account(request.COOKIES.get(OWNER_COOKIE, ""))
        form = kept_form(request) if owner else None
        if form is None or not (form.values and form.is_whole):
            return super().handle_no_permission(request, view_func)
        return ask_password(request, owner, seal_kept_form(form, owner.pk), status=401)


def ask_password(request, owner, kept, status=200, **more):
    """Returns the page that asks the owner of a kept form for the password, or for a code."""
    context = {"owner": owner, "mark": account_mark(owner), "kept": kept, "problem": "", "asks_code": False}
    response = render(request, "account/session_resume.html", context | more, status=status)
    if status == 401:
        response["WWW-Authenticate"] = "Form"
    return response
