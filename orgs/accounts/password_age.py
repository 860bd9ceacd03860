"""A password in use for too long has to be changed before anything else opens."""

from django.contrib import messages
from django.shortcuts import redirect

from .password_validators import is_too_old

CHANGE_PAGES = frozenset(["login", "logout", "password_change"])


class PasswordAgeMiddleware:
    """Leads whoever has a password that is too old to its change, whatever page was asked for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Answers instead of the view where the password is too old."""
        if request.resolver_match.url_name in CHANGE_PAGES or not is_too_old(request.user):
            return None
        messages.warning(request, "密码使用时间已超过规定期限，请先修改密码。")
        return redirect("password_change")
