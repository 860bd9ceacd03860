"""Reauthentication before sensitive actions, such as showing a masked number or exporting everything."""

from functools import wraps

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from .authentication import confirmed_recently

TYPED_REASON = "typed_reason"


def recently_confirmed(view):
    """Decorates a view to ask for the password or a one-time code where none was given recently.

    Afterwards the requested page opens; of a form that was sent the reason is kept, and has to be sent again.
    """

    @wraps(view)
    def confirmed(request, *args, **kwargs):
        if confirmed_recently(request):
            return view(request, *args, **kwargs)
        if request.method == "POST":
            request.session[TYPED_REASON] = request.POST.get("reason", "")[:100]
            messages.info(request, "为确认是您本人操作，请先验证身份，然后重新提交。")
        return HttpResponseRedirect(
            f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"
        )

    return confirmed


def typed_reason(request):
    """Returns the reason that was typed before the user had to confirm who it is; once."""
    return request.session.pop(TYPED_REASON, "")
