"""Grants that are given by one decision: whom they are for on its day, giving them, ending them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from members.models import Person
from orgs.models import Organisation
from yl_district.audit.access_log import Action, record, subject_of
from yl_district.database.actors import whole_case_files
from yl_district.privacy.masking import masked_name
from yl_district.validators import problem

from .actions import grants_by_place, keeps_files_of, log_grant, refuse_one_hand
from .case_drafts import drop_drafts_under
from .models import RENEWED_WITHIN, AssistedYouth, CaseGrant, CaseGrantRound
from .retention import NAMELESS


@dataclass(frozen=True)
class RoundLine:
    """A youth whose file a request asks for, where, and the asker's own grants in force for it, longest first."""

    person: Person
    organisation: Organisation
    standing: tuple[CaseGrant, ...]

    @property
    def shown_name(self):
        """The youth's name, masked."""
        return masked_name(self.person.name)

    def is_kept_until(self, day):
        """Whether a grant in force lasts until `day` at least, so that none is given beside it."""
        return bool(self.standing) and self.standing[0].expires_on >= day


@whole_case_files()
def round_lines(grant_round, day):
    """Returns a RoundLine for each youth whom a decision on `day` is about, in the order of the tree and of rows."""
    places = asked_files(grant_round, day)
    standing = defaultdict(list)
    own = CaseGrant.objects.open_on(day).of_files_kept_by(grant_round.user).filter(person__in=list(places))
    for grant in own.order_by("-expires_on", "-pk"):
        standing[grant.person_id].append(grant)
    return [RoundLine(person, place, tuple(standing[person.pk])) for person, place in places.items()]


def asked_files(grant_round, day):
    """Returns {person: organisation} of the files that a request asks for on `day`."""
    if grant_round.kind == CaseGrantRound.Kind.REGISTER:
        youths = AssistedYouth.objects.within(grant_round.organisation).as_of(day).with_person()
        return {youth.person: youth.organisation for youth in youths.order_by("organisation__path", "pk")}
    grants = grant_round.renewed.select_related("organisation").prefetch_related("person")
    # What was the asker's own and has been ended since is renewed no more; what somebody left behind had to end.
    anew = [grant for grant in grants.order_by("pk") if not (grant.ended_on and grant.user_id == grant_round.user_id)]
    return {grant.person: grant.organisation for grant in anew if grant.name != NAMELESS}


def youth_digest(grant_round, user, person):
    """The digest by which a page on a request tells of a youth, keyed by its reader, so that it reveals nothing."""
    said = f"{user.pk} {grant_round.pk} {person.pk}"
    return salted_hmac("assistance.grant_rounds", said, algorithm="sha256").hexdigest()[:16]


def register_changes(grant_round, user, shown, lines):
    """Returns in words how the youths differ from those whose digests `shown` the user was shown, or nothing.

    Who was merged into somebody else meanwhile cannot be named any more.
    """
    now = {youth_digest(grant_round, user, line.person): line.shown_name for line in lines}
    added = [name for digest, name in now.items() if digest not in shown]
    gone = set(shown) - set(now)
    people = sorted(once_asked(grant_round), key=lambda person: person.pk)
    known = {youth_digest(grant_round, user, person): masked_name(person.name) for person in people}
    lost = [name for digest, name in known.items() if digest in gone]
    if unknown := len(gone) - len(lost):
        lost.append(f"{unknown} 名已合并的人")
    said = [f"新增：{'、'.join(added)}"] if added else []
    return "；".join([*said, *([f"不再有：{'、'.join(lost)}"] if lost else [])])


def once_asked(grant_round):
    """Returns the people whose files a request asks for, or would have asked for on another day."""
    if grant_round.kind == CaseGrantRound.Kind.REGISTER:
        return {youth.person for youth in AssistedYouth.objects.within(grant_round.organisation).with_person()}
    return {grant.person for grant in grant_round.renewed.prefetch_related("person")}


@whole_case_files()
@transaction.atomic
def decide_round(grant_round, *, is_approved, days, decision_note, shown, request):
    """Decides on another user's request for many grants; `shown` are the digests of the youths told to the decider.

    Approval gives one grant for each of them, all until the same day; of several for one file the longest stays. Raises
    ValidationError where the request has been decided or withdrawn, where the asker or one hand may not, where nobody
    is in the register, and where others are in it than was shown.
    """
    grant_round = CaseGrantRound.objects.select_for_update(no_key=True, of=("self",)).get(pk=grant_round.pk)
    if grant_round.is_approved is not None or grant_round.ended_on:
        raise ValidationError(problem("尚未审批的申请", "这一申请刚刚已由他人审批或已撤回，请返回列表查看"))
    refuse_one_hand(grant_round.user, request.user)
    now = timezone.now()
    grant_round.is_approved, grant_round.decision_note = is_approved, decision_note
    grant_round.decided_by, grant_round.decided_at, grant_round.days = request.user, now, days
    grant_round.full_clean()
    grant_round.save()
    record(
        Action.GRANT,
        subject_of(grant_round),
        request=request,
        detail=f"{'批准' if is_approved else '不批准'}：{grant_round.user}",
    )
    if is_approved:
        give_grants(grant_round, timezone.localdate(now), shown, request)


def give_grants(grant_round, day, shown, request):
    """Gives the grants of a request that has been approved on `day`."""
    if not (grant_round.user.is_active and keeps_files_of(grant_round.user, grant_round)):
        raise ValidationError(problem("仍在这一组织管理个案的申请人", "申请人的角色已变更，请不批准这一申请"))
    lines = round_lines(grant_round, day)
    if not lines:
        raise ValidationError(problem("至少一名帮扶对象", "目前没有可授权的个案，请不批准这一申请，需要时逐一申请"))
    if changed := register_changes(grant_round, request.user, shown, lines):
        raise ValidationError(problem("与打开本页时相同的名单", f"名单刚刚有变（{changed}），请看过新的名单再审批"))
    until = day + timedelta(days=grant_round.days)
    for line in lines:
        if line.is_kept_until(until):
            continue
        for shorter in line.standing:
            shorter.end(day)
            log_grant(shorter, f"由批量授权 {grant_round.pk} 接替", request)
        log_grant(grant_from(grant_round, line, until), f"批准（批量授权 {grant_round.pk}）", request)


def grant_from(grant_round, line, until):
    """Returns the grant that a request gives for one youth until a day."""
    grant = CaseGrant(
        user=grant_round.user,
        name=line.person.name,
        birth_date=line.person.birth_date,
        organisation=line.organisation,
        person=line.person,
        reason=grant_round.reason,
        days=grant_round.days,
        is_approved=True,
        decided_by=grant_round.decided_by,
        decided_at=grant_round.decided_at,
        decision_note=grant_round.decision_note,
        expires_on=until,
        grant_round=grant_round,
    )
    grant.save()
    return grant


@whole_case_files()
@transaction.atomic
def end_round(grant_round, *, request):
    """Withdraws a request, or ends all grants that came of it and are still open."""
    grant_round = CaseGrantRound.objects.select_for_update(no_key=True, of=("self",)).get(pk=grant_round.pk)
    if grant_round.ended_on is not None:
        return
    day = timezone.localdate()
    grant_round.end(day)
    record(Action.GRANT, subject_of(grant_round), request=request, detail=f"终止：{grant_round.user}")
    ended = list(grant_round.grants.filter(ended_on=None).select_for_update(no_key=True, of=("self",)))
    for grant in ended:
        grant.end(day)
        log_grant(grant, f"终止（批量授权 {grant_round.pk}）", request)
    drop_drafts_under(ended)


def renewable_choices(user, day):
    """Returns the user's grants that can be renewed together, as {key: (words, organisation, grants)}.

    They are those that end within RENEWED_WITHIN, and those of each earlier decision, both by the organisation whose
    files the user keeps.
    """
    found = {}
    own = CaseGrant.objects.open_on(day).of_files_kept_by(user).select_related("organisation")
    for place, grants in grants_by_place(user, own.order_by("expires_on", "pk")).items():
        where = f"（{place}）" if len(user.case_organisations) > 1 else ""
        soon = [grant for grant in grants if grant.expires_on <= day + RENEWED_WITHIN]
        if soon:
            words = f"{RENEWED_WITHIN.days} 天内到期的全部授权{where}，{len(soon)} 份"
            found[f"{place.pk}-soon"] = words, place, soon
        of_rounds = defaultdict(list)
        for grant in grants:
            if grant.grant_round_id:
                of_rounds[grant.grant_round_id].append(grant)
        for key, several in sorted(of_rounds.items()):
            given_on = timezone.localdate(several[0].decided_at)
            words = f"{given_on} 批准的批量授权 {key}{where}，{len(several)} 份"
            found[f"{place.pk}-{key}"] = words, place, several
    return found
