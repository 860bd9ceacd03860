"""Actions that change an activity together with its sign-in rows."""

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Subquery

from yl_district.history.tracking import note_changed
from yl_district.history.watching import about_to_change

from .models import Activity, SignIn

COUNT_FIELDS = ("sign_in_count", "attendance", "basis", "stated_attendance", "stated_basis")


@transaction.atomic
def add_sign_in(activity, person, capacity, **attendance):
    """Signs a person in and returns the row; the activity's person-times become the number of people who came.

    `attendance` can hold `presence`, `arrived` and `departed`.
    """
    sign_in = SignIn(activity=activity, person=person, capacity=capacity, **attendance)
    sign_in.full_clean()
    sign_in.save()
    recount_sign_ins([activity.pk])
    return sign_in


@transaction.atomic
def add_sign_ins(activity, people, capacities):
    """Signs several people in, each in the capacity that `capacities` has for their key; returns how many are new.

    Whoever is signed in already stays as they are.
    """
    recount_sign_ins([activity.pk])  # locks the activity before its rows are looked at
    signed = set(activity.sign_ins.values_list("person", flat=True))
    added = [
        SignIn(activity=activity, person=one, capacity=capacities[one.pk]) for one in people if one.pk not in signed
    ]
    for sign_in in added:
        sign_in.full_clean()
        sign_in.save()
    recount_sign_ins([activity.pk])
    return len(added)


@transaction.atomic
def remove_sign_in(sign_in):
    """Deletes a sign-in row; when nobody is left who came, the activity's person-times are those entered by hand."""
    activity = sign_in.activity
    sign_in.delete()
    recount_sign_ins([activity.pk])


@transaction.atomic
def recount_sign_ins(activity_ids):
    """Sets `sign_in_count`, `attendance` and `basis` of activities from the sign-in rows of people who came.

    The values entered by hand before the first row are set aside, and restored when no row is left.
    """
    activities = Activity.objects.filter(pk__in=activity_ids)
    # Without the lock, of two concurrent sign-ins each would miss the other's row; NO KEY is compatible with the
    # foreign key locks of inserted rows.
    before = {one.pk: one for one in activities.select_for_update(no_key=True).order_by("pk")}
    about_to_change(list(before.values()), ["attendance", "basis"])
    activities.filter(sign_in_count=0).update(stated_attendance=F("attendance"), stated_basis=F("basis"))
    rows = SignIn.objects.present().filter(activity=OuterRef("pk")).order_by()
    count = Subquery(rows.values("activity").annotate(count=Count("pk")).values("count"))
    activities.filter(Exists(rows)).update(sign_in_count=count, attendance=count, basis=Activity.Basis.EXACT)
    nothing_aside = {"stated_attendance": None, "stated_basis": ""}
    activities.exclude(Exists(rows)).update(
        sign_in_count=0, attendance=F("stated_attendance"), basis=F("stated_basis"), **nothing_aside
    )
    note_changed(
        [one for one in activities if any(getattr(one, name) != getattr(before[one.pk], name) for name in COUNT_FIELDS)]
    )
