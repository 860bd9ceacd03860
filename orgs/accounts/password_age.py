"""Password expiry: an expired password has to be changed before any other page opens."""

from django.contrib import messages
from django.shortcuts import redirect

from .password_validators import is_too_old

CHANGE_PAGES = frozenset(["login", "logout", "session_state", "session_resume", "password_change"])


class PasswordAgeMiddleware:
    """Redirects users with an expired password to the password change."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Returns the redirect where the password has expired, else None."""
        if request.resolver_match.url_name in CHANGE_PAGES or not is_too_old(request.user):
            return None
        messages.warning(request, "密码使用时间已超过规定期限，请先修改密码。")
        return redirect("password_change")
