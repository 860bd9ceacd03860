"""Actions that change an activity together with its sign-in rows and what follows from them, or prove a campaign."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Subquery, Sum
from django.utils import timezone

from yl_district.database.actors import whole_case_files
from yl_district.history.tracking import note_changed
from yl_district.history.watching import about_to_change
from yl_district.validators import problem

from .arrivals import lock_activity
from .effects import EFFECTS, settle_effects
from .models import Activity, Arrival, CampaignProof, Partner, SignIn

COUNT_FIELDS = ("sign_in_count", "attendance", "basis", "service_hours", "stated_attendance", "stated_basis")


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
def add_sign_ins(activity, sign_ins):
    """Adds unsaved rows of several people; returns those added, and the rows of people who were on the list already.

    Whoever is on the list already stays as they are.
    """
    lock_activity(activity.pk)
    wanted = [sign_in.person_id for sign_in in sign_ins]
    known = {row.person_id: row for row in activity.sign_ins.filter(person__in=wanted).select_related("person")}
    added = [sign_in for sign_in in sign_ins if sign_in.person_id not in known]
    for sign_in in added:
        sign_in.full_clean()
        sign_in.save()
    recount_sign_ins([activity.pk])
    return added, list(known.values())


@transaction.atomic
def hold_as_planned(activity):
    """Registers a planned activity as held on its day, in as many sessions as planned; of one that is held, nothing."""
    lock_activity(activity.pk)
    activity.refresh_from_db()
    if activity.is_planned:
        activity.hold(activity.held_on, activity.session_count, None, "")


@transaction.atomic
def change_sign_in(sign_in):
    """Saves a changed row; the activity's person-times become the number of people who came."""
    sign_in.save()
    recount_sign_ins([sign_in.activity_id])


@transaction.atomic
def remove_sign_in(sign_in):
    """Deletes a sign-in row; when nobody is left who came, the activity's person-times are those entered by hand."""
    activity = sign_in.activity
    sign_in.delete()
    recount_sign_ins([activity.pk])


def delete_activity(activity):
    """Deletes an activity with its code; raises ValidationError while visitors wait to be confirmed."""
    if activity.arrivals.pending().exists():
        raise ValidationError("还有待认的扫码签到，请先逐条办理。")
    activity.delete()


@transaction.atomic
def delete_partner(partner):
    """Deletes a partner; raises ValidationError while activities or other records name it."""
    # Whoever links it to a record meanwhile waits for that, or is waited for.
    Partner.objects.select_for_update().filter(pk=partner.pk).first()
    if partner.activities.exists():
        raise ValidationError("还有活动以它为协办单位，请先在活动中改正。")
    # Records of other apps, which not everybody may see, are told of without saying which they are.
    with whole_case_files():
        relations = [one for one in Partner._meta.related_objects if one.many_to_many]
        if any(getattr(partner, one.get_accessor_name()).exists() for one in relations):
            raise ValidationError("还有其他记录以它为协办单位，暂不能删除。")
    partner.delete()


@transaction.atomic
def confirm_arrivals(activity, decisions, capacities, by):
    """Does with what came in by code as decided, {key of an arrival: Person, perhaps a new one, or a state}.

    People come in the capacity that `capacities` has for their key, somebody new in that of others. Returns how many
    rows got which state. Whatever somebody else has decided on meanwhile stays; numbers that have served are erased.
    """
    lock_activity(activity.pk)
    waiting = activity.arrivals.pending().select_for_update(no_key=True).order_by("pk")
    found, now = {}, timezone.now()
    for arrival in waiting.filter(pk__in=decisions):
        decision = decisions[arrival.pk]
        state = decision if decision in Arrival.State else Arrival.State.CONFIRMED
        outcome = {"state": state, "decided_by": by, "decided_at": now}
        row = Arrival.objects.filter(pk=arrival.pk)
        if state == Arrival.State.CONFIRMED:
            register_new(decision)
            row.erase(name="", sign_in=present(activity, decision, capacities.get(decision.pk)), **outcome)
        elif state == Arrival.State.GUEST:
            row.erase(**outcome)
        else:
            row.erase_wholly(**outcome)
        found[state] = found.get(state, 0) + 1
    if Arrival.State.CONFIRMED in found:
        recount_sign_ins([activity.pk])
    return found


def present(activity, person, capacity):
    """Returns the sign-in by which a person came; one of before says so from now on, if it was an absence."""
    sign_in = activity.sign_ins.filter(person=person).first()
    if sign_in is None:
        sign_in = SignIn(activity=activity, person=person, capacity=capacity or SignIn.Capacity.OTHER)
    elif sign_in.is_present:
        return sign_in
    sign_in.presence = SignIn.Presence.PRESENT
    sign_in.full_clean()
    sign_in.save()
    return sign_in


def register_new(person):
    """Registers a person who is not, of whom little more than a name is known, as the sign-in form does."""
    if person.pk is None:
        person.full_clean()
        person.save()


def follow_activities(activity_ids):
    """Settles anew what follows from the lists of activities that have changed themselves, where they are confirmed."""
    confirmed = Activity.objects.filter(pk__in=activity_ids, list_confirmed_on__isnull=False)
    recount_sign_ins(list(confirmed.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def recount_sign_ins(activity_ids):
    """Sets `sign_in_count`, `attendance` and `basis` of activities from the sign-in rows of people who came.

    The values entered by hand before the first row are set aside, and restored when no row is left. What follows from
    lists that are confirmed is settled anew.
    """
    activities = Activity.objects.filter(pk__in=activity_ids)
    # Without the lock, of two concurrent sign-ins each would miss the other's row; NO KEY is compatible with the
    # foreign key locks of inserted rows.
    before = {one.pk: one for one in activities.select_for_update(no_key=True).order_by("pk")}
    settle_effects([one.pk for one in before.values() if one.is_confirmed])
    about_to_change(list(before.values()), ["attendance", "basis", "service_hours"])
    activities.filter(sign_in_count=0).update(stated_attendance=F("attendance"), stated_basis=F("basis"))
    rows = SignIn.objects.present().filter(activity=OuterRef("pk")).order_by()
    count = Subquery(rows.values("activity").annotate(count=Count("pk")).values("count"))
    hours = Subquery(rows.values("activity").annotate(hours=Sum("service_hours")).values("hours"))
    activities.filter(Exists(rows)).update(
        sign_in_count=count, attendance=count, basis=Activity.Basis.EXACT, service_hours=hours
    )
    nothing_aside = {"stated_attendance": None, "stated_basis": "", "service_hours": None}
    activities.exclude(Exists(rows)).update(
        sign_in_count=0, attendance=F("stated_attendance"), basis=F("stated_basis"), **nothing_aside
    )
    note_changed(
        [one for one in activities if any(getattr(one, name) != getattr(before[one.pk], name) for name in COUNT_FIELDS)]
    )


@transaction.atomic
def confirm_list(activity, user, day, **chosen):
    """Confirms the list of who came on `day`, with the effects that the user chose; those of a confirmed one change.

    Raises ValidationError where nobody came.
    """
    lock_activity(activity.pk)  # so that nobody else changes or confirms its list meanwhile
    activity.refresh_from_db()
    if not activity.is_measured:
        raise problem("至少一名到场的人", "名单上还没有到场的人，请先登记谁来了")
    if not activity.is_confirmed:
        activity.list_confirmed_on = day
        activity.save()
    for effect in EFFECTS:
        effect.confirm(activity, user, chosen)
    recount_sign_ins([activity.pk])


@transaction.atomic
def confirm_as_proposed(activities, day):
    """Confirms lists on which somebody came, with the effects that are proposed to somebody who sees everything."""
    for key in sorted(one.pk for one in activities):
        lock_activity(key)
    for activity in activities:
        activity.refresh_from_db()
        activity.list_confirmed_on = day
        activity.save()
        for effect in EFFECTS:
            effect.confirm_as_proposed(activity)
    recount_sign_ins([one.pk for one in activities])


@transaction.atomic
def reopen_list(activity, user):
    """Opens a confirmed list again, and takes back all that followed from it, as far as the user may.

    What was chosen is kept for next time.
    """
    lock_activity(activity.pk)
    activity.refresh_from_db()
    activity.list_confirmed_on = None
    activity.save()
    for effect in EFFECTS:
        effect.reopen(activity, user)
    settle_effects([activity.pk])
    recount_sign_ins([activity.pk])


@transaction.atomic
def add_proofs(campaign, people, **fields):
    """Adds the same proof for several people; returns how many are new. Whoever has one already keeps it.

    `fields` are `proved_on`, `kind` and `note`.
    """
    known = set(campaign.proofs.values_list("person", flat=True))
    added = [CampaignProof(campaign=campaign, person=one, **fields) for one in people if one.pk not in known]
    for proof in added:
        proof.full_clean()
        proof.save()
    return len(added)
