"""Changes that touch several case records together, and those that open or close case files."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.models import Person
from yl_district.access_log import Action, record
from yl_district.validators import problem

from .models import AssistedYouth, CaseGrant, Pairing


@transaction.atomic
def fix_volunteer(youth, volunteer, day):
    """Makes `volunteer` the youth's fixed volunteer from `day`; a standing pairing with somebody else ends that day."""
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
def decide_grant(grant, *, is_approved, person, days, decision_note, request):
    """Decides on a request as somebody else than who asked; `person` is whose file opens, None for a new person.

    Raises ValidationError where it has been decided or taken back meanwhile.
    """
    grant = CaseGrant.objects.select_for_update(no_key=True, of=("self",)).get(pk=grant.pk)
    if grant.is_approved is not None or grant.ended_on:
        raise ValidationError(problem("尚未审批的申请", "这一申请刚刚已由他人审批或已撤回，请返回列表查看"))
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


@transaction.atomic
def end_grant(grant, *, request):
    """Ends a grant, or takes a request back, today."""
    grant = CaseGrant.objects.select_for_update(no_key=True, of=("self",)).get(pk=grant.pk)
    if grant.ended_on is None:
        grant.end(timezone.localdate())
        log_grant(grant, "终止", request)


def log_grant(grant, act, request):
    """Notes in the access log what became of a grant."""
    record(Action.GRANT, f"assistance.casegrant:{grant.pk}", request=request, detail=f"{act}：{grant.user}")


def end_grants(user, successor, day, by):
    """Ends every grant of a user who leaves; a successor asks for those in force anew, to be decided on as ever."""
    for grant in CaseGrant.objects.filter(user=user, ended_on__isnull=True):
        grant.end(day)
        if successor and grant.is_approved and grant.expires_on >= day:
            CaseGrant.objects.create(
                user=successor,
                name=grant.name,
                birth_date=grant.birth_date,
                organisation=grant.organisation,
                days=grant.days,
                reason=f"接替{user}（离岗）：{grant.reason}"[:300],
            )


@transaction.atomic
def delete_assistance(assistance, user):
    """Deletes an assistance; of one that also names youths whose files are closed to the user, takes out the others."""
    youths = AssistedYouth.objects.visible_to(user)
    if assistance.youths.exclude(pk__in=youths.values("pk")).exists():
        assistance.youths.remove(*assistance.youths.filter(pk__in=youths.values("pk")))
    else:
        assistance.delete()
