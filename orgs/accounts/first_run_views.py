"""The page that sets an empty installation up, and is gone afterwards."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from yl_district.audit.access_log import Action, record

from .authentication import note_spent_budget
from .devices import remember_device
from .first_run import ALREADY_SET_UP, awaits_first_run, found_committee
from .first_run_forms import FirstRunForm
from .guess_budgets import SecretGuess, guesser
from .sign_in_views import locked

GUESSED_SETUP_CODE = "setup code"
# Signed into the form, so that whoever filled it in while somebody else was faster is told so, and nobody else.
OPENED, OPENED_SALT, TOLD_WITHIN = "opened", "orgs.first_run", 3600


@login_not_required
@sensitive_post_parameters()
def first_run(request):
    """Makes the committee at the root and the first administrator, by the code that the start has shown."""
    is_sent = request.method == "POST"
    if not awaits_first_run():
        if is_sent and was_opened(request.POST.get(OPENED, "")):
            return told_too_late(request)
        raise Http404
    guess = SecretGuess(guesser(request), "", kind=GUESSED_SETUP_CODE)
    if is_sent and not guess.use():
        request.refusal = guess.refusal()
        note_spent_budget(request, request.refusal)
        return locked(request, None, None)

    def check_code(is_right):
        if is_right:
            guess.was_right()
        elif awaits_first_run():
            record(Action.SIGN_IN_FAILED, request=request, detail="首次设置的一次性代码不正确")
        return is_right

    form = FirstRunForm(request.POST if is_sent else None, check_code=check_code)
    if not form.is_valid():
        return form_of_first_run(request, form) if awaits_first_run() else told_too_late(request)
    given = {key: value for key, value in form.cleaned_data.items() if key not in ("code", "password_again")}
    try:
        with transaction.atomic():
            user = found_committee(**given, request=request)
    except ValidationError as error:
        if ALREADY_SET_UP in error.messages:
            return told_too_late(request)
        form.add_error(None, error)
        return form_of_first_run(request, form)
    messages.success(request, f"已建立{given['committee']}。请用刚才设置的用户名和密码登录，按“起步”继续。")
    response = redirect("login")
    remember_device(request, response, user)
    return response


def told_too_late(request):
    """The page for whoever was slower than somebody else."""
    return render(request, "orgs/first_run_over.html", {"words": ALREADY_SET_UP}, status=409)


def form_of_first_run(request, form):
    """The page of the form."""
    context = {"form": form, "opened": signing.dumps(True, salt=OPENED_SALT)}
    return render(request, "orgs/first_run.html", context, status=422 if form.is_bound else 200)


def was_opened(token):
    """Whether a form was opened while the installation waited to be set up, no longer than an hour ago."""
    try:
        return signing.loads(token, salt=OPENED_SALT, max_age=TOLD_WITHIN)
    except signing.BadSignature:
        return False
