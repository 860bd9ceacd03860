"""Reauthentication before sensitive actions, such as showing a masked number or exporting everything."""

from functools import wraps

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from .authentication import confirmed_recently


def recently_confirmed(view):
    """Decorates a view to ask for the password or a one-time code where none was given recently.

    Afterwards the requested page opens; submitted form data are not kept and have to be sent again.
    """

    @wraps(view)
    def confirmed(request, *args, **kwargs):
        if confirmed_recently(request):
            return view(request, *args, **kwargs)
        if request.method == "POST":
            messages.info(request, "为确认是您本人操作，请先验证身份，然后重新提交。")
        return HttpResponseRedirect(
            f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"
        )

    return confirmed
