"""Changes that touch an activity and its sign-in rows together."""

from django.db import transaction
from django.db.models import Count

from .models import Activity, SignIn


@transaction.atomic
def add_sign_in(activity, person, capacity):
    """Signs a person in; the activity's person-times become the number of its sign-in rows."""
    sign_in = SignIn(activity=activity, person=person, capacity=capacity)
    sign_in.full_clean()
    sign_in.save()
    recount_sign_ins([activity.pk])
    return sign_in


@transaction.atomic
def remove_sign_in(sign_in):
    """Takes a sign-in row away; without any row left the person-times are unrecorded."""
    activity = sign_in.activity
    sign_in.delete()
    recount_sign_ins([activity.pk])


@transaction.atomic
def recount_sign_ins(activity_ids):
    """Sets head count, person-times and basis of activities from their sign-in rows, one update each."""
    # Of two people signed in at once, each would count without the other's row; their rows' own locks pass NO KEY.
    list(Activity.objects.select_for_update(no_key=True).filter(pk__in=activity_ids).order_by("pk").values_list("pk"))
    counts = dict(
        SignIn.objects.filter(activity__in=activity_ids).values_list("activity").annotate(Count("pk")).order_by()
    )
    for activity_id in activity_ids:
        count = counts.get(activity_id, 0)
        basis = Activity.Basis.EXACT if count else Activity.Basis.UNRECORDED
        Activity.objects.filter(pk=activity_id).update(sign_in_count=count, attendance=count or None, basis=basis)
