"""The public pages on which visitors sign in by an activity's code; they tell nothing of anybody."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from orgs.accounts.guess_budgets import guesser

from .arrival_forms import VisitorForm
from .arrivals import TooManyScans, leave_arrival, scanned_for
from .models import ARRIVALS_KEPT, SignInCode


@login_not_required
@sensitive_post_parameters()
def arrival_create(request, token):
    """Takes name and mobile number of somebody who has scanned the code of an activity."""
    code = SignInCode.objects.open_at(timezone.now()).of_token(token).select_related("activity").first()
    if code is None:
        # Closed, cancelled and never there look the same.
        return render(request, "activities/arrival_over.html", status=410)
    form = VisitorForm(request.POST if request.method == "POST" else None, asks_number=bool(code.number))
    again = None
    if form.is_valid():
        try:
            leave_arrival(code, form.said, form.cleaned_data.get("number", ""), guesser(request))
        except ValidationError as error:
            form.add_error(None, error)
        except TooManyScans as refusal:
            again = refusal.until
        else:
            return redirect("arrival_done")
    context = {
        "form": form,
        "activity": code.activity,
        "act": scanned_for(code.activity),
        "again": again,
        "kept_days": ARRIVALS_KEPT.days,
    }
    answer = render(request, "activities/arrival_create.html", context, status=429 if again else 200)
    if again:
        answer["Retry-After"] = max(1, round((again - timezone.now()).total_seconds()))
    return answer


@login_not_required
def arrival_done(request):
    """Says that what was sent has come in: the same to everybody."""
    return render(request, "activities/arrival_done.html")
