"""Pages of organisations, two-new organisations, supplies, and signing in."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRefresh

from .forms import OwnPasswordForm, SignInForm


@login_not_required
def login(request):
    """Signing in; a fragment asked for after the session's end becomes a whole page again."""
    if request.htmx:
        return HttpResponseClientRefresh()
    return LoginView.as_view(authentication_form=SignInForm, redirect_authenticated_user=True)(request)


@sensitive_post_parameters()
def password_change(request):
    """A new password for the user's own account."""
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, "密码已修改。")
        return redirect("home")
    return render(request, "registration/password_change.html", {"title": "修改密码", "form": form, "back": "/"})
