"""Pages for signing in, the second factor and the user's own account."""

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from yl_district.audit.access_log import Action, record, subject_of

from ..models import Invitation
from . import login_attempts
from .actions import accept_invitation, change_own_password
from .authentication import note_spent_budget
from .devices import remember_device
from .guess_budgets import GUESSED_LINK, SecretGuess, guesser
from .invitations import invitation_of
from .second_factor import LAST_STEP, note_second_factor
from .sessions import end_sessions, stop_remembering
from .sign_in_forms import CredentialsForm, FirstPasswordForm, OwnPasswordForm


@login_not_required
def login(request):
    """The sign-in page."""
    return LoginView.as_view(form_class=CredentialsForm, template_name="account/login.html")(request)


def locked(request, response, credentials):
    """The page shown when no login attempt is left, with the time of the next; called by django-axes."""
    refusal = request.refusal
    context = {
        "limit": login_attempts.LIMIT,
        "when": login_attempts.when_again(refusal.until),
        "is_of_budget": refusal.is_of_budget,
    }
    if hasattr(request, "resumption"):
        # Whoever has been asked on the page with what was typed stays there.
        answer = request.resumption.ask(problem=f"核对次数已达上限，已暂停核对。{context['when']}", status=429)
        answer["Retry-After"] = refusal.seconds
        return answer
    answer = render(request, "account/locked.html", context, status=429)
    answer["Retry-After"] = refusal.seconds
    return answer


@require_POST
def logout(request):
    """Signs out."""
    record(Action.SIGN_OUT, request=request)
    end_session(request)
    return redirect("login")


@sensitive_post_parameters()
def password_change(request):
    """Changes the user's own password; all other sessions of the account end."""
    form = OwnPasswordForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                update_session_auth_hash(request, change_own_password(form, request))
                stop_remembering(request)
                UserSession.objects.create_from_request(request)
        except ValidationError as error:
            form.add_error(None, error)
    if form.is_bound and form.is_valid():
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect("home")
    context = {"title": "修改密码", "form": form, "back": reverse("home")}
    return render(request, "account/password_change.html", context)


@login_not_required
@sensitive_post_parameters()
def invitation_accept(request, uid, token):
    """Sets the password of the account that a one-time link belongs to."""
    invitation, guess = invitation_of(uid, token), SecretGuess(guesser(request), "", kind=GUESSED_LINK)
    # Of a right link only what is sent is counted, since each new password is compared with the former ones.
    if (invitation is None or request.method == "POST") and not guess.use():
        request.refusal = guess.refusal()
        note_spent_budget(request, request.refusal)
        return locked(request, None, None)
    state = invitation and invitation.state_at(timezone.now())
    if state != Invitation.State.UNUSED or not invitation.user.is_active:
        return spent_link(request, invitation, state)
    user = invitation.user
    form = FirstPasswordForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        end_session(request)
        try:
            accept_invitation(form, token, request)
        except ValidationError:
            invitation.refresh_from_db()
            return spent_link(request, invitation, invitation.state_at(timezone.now()))
        guess.was_right()
        messages.success(request, "密码已设置，请登录。")
        # The first sign-in is then kept out by nobody's guesses.
        response = redirect("login")
        remember_device(request, response, user)
        return response
    return render(request, "account/invitation_accept.html", {"form": form, "account": user})


def spent_link(request, invitation, state):
    """The page of a link that sets no password: what has become of it, and what to do."""
    is_known = invitation is not None and invitation.user.is_active
    context = {"invitation": invitation if is_known else None, "state": state if is_known else None}
    return render(request, "account/invitation_expired.html", context, status=410)


class SecondFactorView(ActivateTOTPView):
    """Sets up one-time codes; the code entered for it cannot be used again."""

    def get_context_data(self, **context):
        return super().get_context_data(afterwards=get_next_redirect_url(self.request), **context)

    def get_success_url(self):
        """The page of recovery codes, which leads on to where a code was asked for, or that page itself."""
        address, afterwards = super().get_success_url(), get_next_redirect_url(self.request)
        if not afterwards:
            return address
        return f"{address}?{urlencode({'next': afterwards})}" if self.did_generate_recovery_codes else afterwards

    def form_valid(self, form):
        response = super().form_valid(form)
        user = self.request.user
        for authenticator in Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP):
            authenticator.data[LAST_STEP] = form.step
            authenticator.save(update_fields=["data"])
            note_second_factor(self.request, authenticator)
        record(Action.ACCOUNT, subject_of(user), request=self.request, detail="本人启用动态口令")
        return response


class RecoveryCodesView(ViewRecoveryCodesView):
    """Shows the recovery codes, and leads on to where a code was asked for."""

    def get_context_data(self, **context):
        return super().get_context_data(afterwards=get_next_redirect_url(self.request), **context)


class SecondFactorRemovalView(DeactivateTOTPView):
    """Removes one-time codes and ends all sessions, in some of which a code was given."""

    def form_valid(self, form):
        user = self.authenticator.user
        with transaction.atomic():
            super().form_valid(form)
            end_sessions(user)
            record(Action.ACCOUNT, subject_of(user), request=self.request, detail="本人停用动态口令")
        end_session(self.request)
        messages.success(self.request, "已停用动态口令，各处登录均已退出，请重新登录。")
        return redirect("login")


@require_POST
def user_session_end(request, pk):
    """Ends one of the user's own sessions."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    is_current = session.session_key == request.session.session_key
    record(Action.SIGN_OUT, request=request, detail=f"结束登录 {session.ip}")
    session.end()
    if is_current:
        end_session(request)
        return redirect("login")
    messages.success(request, "已结束这次登录。")
    return redirect("usersessions_list")
