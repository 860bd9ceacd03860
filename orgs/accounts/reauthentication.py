"""Acts that ask once more who somebody is, such as showing a masked number or taking everything out."""

from functools import wraps

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from .authentication import confirmed_recently


def recently_confirmed(view):
    """Asks for the password or a one-time code where none was given within the last minutes.

    Afterwards the page asked for is opened; what was sent by a form is not kept and has to be sent again.
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
