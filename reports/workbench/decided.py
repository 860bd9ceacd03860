"""What was decided of late about what a user asked for."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from assistance.models import CaseGrant, CaseGrantRound
from members.models import Proposal

from .counted_lines import CountedLine, numbers_of

# How long a decision stays on the 工作台.
TOLD_FOR = timedelta(days=30)
MOST_TOLD = 5


@dataclass(frozen=True)
class Decision:
    """One decision: about what, its outcome in words, by whom, the note, when, and the page of the request."""

    at: datetime
    subject: str
    outcome: str
    decider: str
    note: str
    address: str


def decided_of(user, now):
    """The latest decisions about the user's proposals and requests for grants, latest first."""
    since = now - TOLD_FOR
    # Of days alone, which stay the same for many looks; most of these have none.
    numbers = numbers_of((PROPOSALS, GRANTS, ROUNDS), user, timezone.localdate(since))
    found = [*(about_proposals(user, since) if numbers[PROPOSALS] else ())]
    found += about_grants(user, since) if numbers[GRANTS] else ()
    found += about_rounds(user, since) if numbers[ROUNDS] else ()
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST_TOLD]


def beginning_of(day):
    """The first moment of a day."""
    return timezone.make_aware(datetime.combine(day, time.min))


PROPOSALS = CountedLine(
    "proposal_detail",
    lambda user, day: Proposal.objects.visible_to(user).of_proposer_decided_since(user, beginning_of(day)),
)
GRANTS = CountedLine(
    "case_grant_detail",
    lambda user, day: CaseGrant.objects.held_by(user).filter(decided_at__gte=beginning_of(day), grant_round=None),
)
ROUNDS = CountedLine(
    "case_grant_round_detail",
    lambda user, day: CaseGrantRound.objects.held_by(user).filter(decided_at__gte=beginning_of(day)),
)


def about_proposals(user, since):
    """Decisions about the user's proposals."""
    proposals = Proposal.objects.visible_to(user).of_proposer_decided_since(user, since)
    for each in proposals.select_related("member__person", "to_branch", "decided_by")[:MOST_TOLD]:
        subject = f"{each.member}{'转到' + each.to_branch.name if each.to_branch else '离开'}"
        address = each.get_absolute_url()
        yield Decision(each.decided_at, subject, each.outcome, str(each.decided_by), each.decision_note, address)


def about_grants(user, since):
    """Decisions about the user's requests to open case files."""
    grants = CaseGrant.objects.held_by(user).filter(decided_at__gte=since, grant_round=None)
    for each in grants.select_related("decided_by")[:MOST_TOLD]:
        subject = f"打开 {each.shown_name} 个案的申请"
        outcome = "已批准" if each.is_approved else "未批准"
        address = each.get_absolute_url()
        yield Decision(each.decided_at, subject, outcome, str(each.decided_by), each.decision_note, address)


def about_rounds(user, since):
    """Decisions about the user's requests for many grants."""
    rounds = CaseGrantRound.objects.held_by(user).filter(decided_at__gte=since)
    for each in rounds.select_related("organisation", "decided_by")[:MOST_TOLD]:
        subject = f"{each.organisation}{each.get_kind_display()}的申请"
        outcome = "已批准" if each.is_approved else "未批准"
        yield Decision(
            each.decided_at, subject, outcome, str(each.decided_by), each.decision_note, each.get_absolute_url()
        )
