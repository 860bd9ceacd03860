"""Actions on several case records, and on grants that open case files."""

from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from members.models import Person
from yl_district.audit.access_log import Action, record, subject_of
from yl_district.database.actors import whole_case_files
from yl_district.validators import problem

from .case_drafts import drop_drafts_under
from .models import Assistance, AssistedYouth, CaseGrant, CaseGrantRound, Pairing, ProjectApplication


@transaction.atomic
def fix_volunteer(youth, volunteer, day):
    """Makes `volunteer` the youth's fixed volunteer from `day`; returns the pairing.

    A previous pairing ends on that day. Raises ValidationError where the volunteer is paired with the youth already, or
    `day` precedes the previous pairing.
    """
    AssistedYouth.objects.select_for_update(no_key=True).get(pk=youth.pk)
    standing = youth.pairings.filter(ended_on__isnull=True).first()
    if standing and standing.volunteer_id == volunteer.pk:
        raise ValidationError({"volunteer": problem("另一名志愿者", f"{volunteer}已是固定志愿者，不必重复结对")})
    if standing and standing.started_on and day < standing.started_on:
        expected = f"不早于现有结对日期（{standing.started_on}）的日期"
        raise ValidationError({"day": problem(expected, "请核对结对日期，或先结束现有结对")})
    if standing:
        standing.end(day)
    pairing = Pairing(youth=youth, volunteer=volunteer, started_on=day)
    pairing.full_clean()
    pairing.save()
    return pairing


@transaction.atomic
def close_case(youth, day, removal_reason, removal_note="", kept_until=None):
    """Removes a youth from the register on `day` for a reason; the pairing in force ends on that day as well.

    Raises ValidationError where the youth cannot have left then.
    """
    youth.remove(day, removal_reason, removal_note, kept_until)
    for pairing in youth.pairings.filter(Q(ended_on=None) | Q(ended_on__gt=day)):
        pairing.end(max(day, pairing.started_on or day))


@transaction.atomic
def decide_grant(grant, *, is_approved, person, days, decision_note, request):
    """Decides on another user's request; approval opens the file of `person`, or of a new person if None.

    Raises ValidationError where it has been decided or withdrawn meanwhile, or where one person may control both
    accounts.
    """
    grant = CaseGrant.objects.select_for_update(no_key=True, of=("self",)).get(pk=grant.pk)
    if grant.is_approved is not None or grant.ended_on:
        raise ValidationError(problem("尚未审批的申请", "这一申请刚刚已由他人审批或已撤回，请返回列表查看"))
    refuse_one_hand(grant.user, request.user)
    now = timezone.now()
    grant.is_approved, grant.decision_note = is_approved, decision_note
    grant.decided_by, grant.decided_at = request.user, now
    if is_approved:
        grant.days = days
        grant.person = person or Person.objects.create(name=grant.name, birth_date=grant.birth_date)
        grant.expires_on = timezone.localdate(now) + timedelta(days=days)
    grant.full_clean()
    grant.save()
    log_grant(grant, "批准" if is_approved else "不批准", request)


def refuse_one_hand(asking, deciding):
    """Raises ValidationError where one person may recently have had access to both accounts by one-time links."""
    if asking.entrusted_by_id == deciding.pk:
        raise ValidationError("申请人的账号由您开立、重置或变更角色，请由另一位审批人审批。")
    since = timezone.now() - timedelta(days=settings.GRANT_DECIDER_DAYS)
    is_lately = deciding.entrusted_at is not None and deciding.entrusted_at > since
    if is_lately and deciding.entrusted_by_id in (asking.pk, asking.entrusted_by_id):
        raise ValidationError(
            f"您和申请人的账号由同一人经办，您的账号在开立、重置或变更角色后满 {settings.GRANT_DECIDER_DAYS} 天"
            "才能审批这一申请。请由另一位审批人审批，或届时再审批。"
        )


@transaction.atomic
def end_grant(grant, *, request):
    """Ends a grant or withdraws a request today."""
    grant = CaseGrant.objects.select_for_update(no_key=True, of=("self",)).get(pk=grant.pk)
    if grant.ended_on is None:
        grant.end(timezone.localdate())
        drop_drafts_under([grant])
        log_grant(grant, "终止", request)


def grants_ended_by_merging(kept, lost):
    """Yields the open grants for two people, ended but not saved: each was given for the file of one of them.

    Whoever may open both files in one organisation keeps the one that expires first.
    """
    today = timezone.localdate()
    grants = list(CaseGrant.objects.open_on(today).filter(person__in=[kept, lost]).order_by("expires_on", "pk"))
    opened, keeping = defaultdict(set), set()
    for grant in grants:
        opened[grant.user_id, grant.organisation_id].add(grant.person_id)
    for grant in grants:
        place = grant.user_id, grant.organisation_id
        if len(opened[place]) == 2 and place not in keeping:
            keeping.add(place)
            continue
        grant.ended_on = today
        yield grant


def end_after_unmerging(grant, since):
    """Returns the fields by which a grant stays ended that a merge ended at the time `since`; none if it stands again.

    It stays ended where the holder could not be given it today, or the account was reset or got other roles meanwhile.
    """
    user = grant.user
    is_entrusted = user.entrusted_at is not None and user.entrusted_at > since
    return () if user.is_active and keeps_files_of(user, grant) and not is_entrusted else ("ended_on",)


def log_grant(grant, act, request):
    """Adds an access log entry about a grant."""
    record(Action.GRANT, subject_of(grant), request=request, detail=f"{act}：{grant.user}")


@whole_case_files()
def close_grants(user):
    """Ends every grant and request of a user, who must then ask anew."""
    close_open_grants(CaseGrant.objects.held_by(user), timezone.localdate())
    withdraw_rounds(CaseGrantRound.objects.held_by(user), timezone.localdate())


@whole_case_files()
def close_grants_out_of_reach(user):
    """Ends the user's grants and requests outside the organisations whose case files their current roles keep."""
    kept = CaseGrant.objects.of_files_kept_by(user).values("pk")
    close_open_grants(CaseGrant.objects.held_by(user).exclude(pk__in=kept), timezone.localdate())
    kept = CaseGrantRound.objects.of_files_kept_by(user).values("pk")
    withdraw_rounds(CaseGrantRound.objects.held_by(user).exclude(pk__in=kept), timezone.localdate())


def close_open_grants(grants, day):
    """Ends on `day` the grants still open, locking them against concurrent decisions; returns them."""
    ended = list(grants.filter(ended_on__isnull=True).select_for_update(no_key=True, of=("self",)))
    for grant in ended:
        grant.end(day)
    drop_drafts_under(ended)
    return ended


def withdraw_rounds(rounds, day):
    """Withdraws on `day` the requests for many grants on which nobody has decided, locking them likewise."""
    for asked in rounds.undecided().select_for_update(no_key=True, of=("self",)):
        asked.end(day)


@whole_case_files()
def end_grants(user, successor, day, by):
    """Ends every grant of a user who leaves; requests those in force anew for a successor who keeps files there.

    Those that one decision had given are requested together.
    """
    ended = close_open_grants(CaseGrant.objects.held_by(user).select_related("organisation"), day)
    withdraw_rounds(CaseGrantRound.objects.held_by(user), day)
    open_ones = [grant for grant in ended if grant.is_approved and grant.expires_on >= day]
    if successor:
        hand_over_grants(user, successor, [grant for grant in open_ones if keeps_files_of(successor, grant)])


def hand_over_grants(user, successor, grants):
    """Requests these grants of a user who leaves anew for the successor."""
    for place, several in grants_by_place(successor, [grant for grant in grants if grant.grant_round_id]).items():
        asked = CaseGrantRound.objects.create(
            user=successor,
            kind=CaseGrantRound.Kind.RENEWAL,
            organisation=place,
            days=max(grant.days for grant in several),
            reason=f"接替{user}（离岗）：{several[0].reason}"[:300],
        )
        asked.renewed.set(several)
    for grant in grants:
        if not grant.grant_round_id:
            CaseGrant.objects.create(
                user=successor,
                name=grant.name,
                birth_date=grant.birth_date,
                organisation=grant.organisation,
                days=grant.days,
                reason=f"接替{user}（离岗）：{grant.reason}"[:300],
            )


def grants_by_place(user, grants):
    """Returns the grants by the organisation whose case files the user keeps, as {organisation: grants}."""
    found = defaultdict(list)
    for grant in grants:
        place = next((own for own in user.case_organisations if grant.organisation.path.startswith(own.path)), None)
        if place:
            found[place].append(grant)
    return found


def keeps_files_of(user, grant):
    """Whether the user keeps case files where the grant was given."""
    return any(grant.organisation.path.startswith(own.path) for own in user.case_organisations)


def parted_youths(assistance, user):
    """Returns two lists of the youths an assistance names: whose files the user may open, and the others.

    Asks anew, since the youths prefetched for a page are the first alone.
    """
    named = AssistedYouth.objects.filter(assistances=assistance)
    seen = AssistedYouth.objects.visible_to(user).values("pk")
    return list(named.filter(pk__in=seen)), list(named.exclude(pk__in=seen))


@whole_case_files()
@transaction.atomic
def delete_assistance(assistance, user):
    """Deletes an assistance, or only removes the youths whose files the user may open, if it names others."""
    open_ones, closed = parted_youths(assistance, user)
    Assistance.objects.select_for_update(no_key=True, of=("self",)).filter(pk=assistance.pk).first()
    receipts = assistance.receipts.signed_by(open_ones) if closed else assistance.receipts.all()
    if receipts.exists():
        raise ValidationError(problem("没有领取签收的帮扶记录", "已有人签收这次帮扶，请先逐一撤销签收"))
    if closed:
        assistance.youths.remove(*open_ones)
    else:
        assistance.delete()


@whole_case_files()
@transaction.atomic
def give_by_project(application, *, given_on, kind, form, given, amount):
    """Registers what a project gave a youth, and writes it as an assistance, or corrects the one written before.

    An assistance that reaches others as well stays as it is. Raises ValidationError where the application is not
    approved.
    """
    application = ProjectApplication.objects.select_for_update(no_key=True, of=("self",)).get(pk=application.pk)
    if not application.may_be_given:
        raise ValidationError(problem("已批准的申请", "请先修改申请，登记答复和答复日期"))
    application.given_on, application.given, application.amount = given_on, given, amount
    own = application.assistance_given or Assistance()
    youths = set(own.youths.all()) if own.pk else set()
    if not own.with_everyone and youths <= {application.youth}:
        own.held_on, own.kind, own.form, own.content, own.amount = given_on, kind, form, given, amount
        own.full_clean()
        own.save()
        own.youths.set([application.youth])
    application.assistance = own
    application.full_clean()
    application.save()
