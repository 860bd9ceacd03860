"""What the sample district did in the app alone, of which no sheet tells: results, pledges, receipts, verification."""

from datetime import date

from assistance.models import Assistance, AssistedYouth, Pairing
from assistance.receipts import sign_for
from members.models import Verification, VerificationRound
from orgs.models import Organisation

from ..models import Assessment

ASSESSED_ON = date(2017, 12, 22)
ASSESSED_BY = "区预防青少年违法犯罪工作组"
# The first day and the last of each round.
SPRING, WINTER = (date(2017, 5, 8), date(2017, 6, 9)), (date(2017, 11, 20), date(2017, 12, 20))


def conclude_sample_assessment(staff, leader):
    """Takes the year's assessment from the self-rating, which the sheet has, to its result."""
    assessment = Assessment.objects.get()
    assessment.hand_in(staff)
    assessment.finish_review(leader, accept_rest=True)
    points = sum(item.reviewed_points for item in assessment.items.standing())
    assessment.conclude(leader, ASSESSED_ON, Assessment.Grade.PASSED, points, ASSESSED_BY)


def pledge_sample_pairings(day):
    """Notes of each pairing in force on `day` that the volunteer signed the pledge at its start, and comes monthly."""
    for pairing in Pairing.objects.in_register_on(day):
        pairing.pledged_on = pairing.started_on
        pairing.visit_every, pairing.visit_rhythm = 1, Pairing.Rhythm.MONTHS
        pairing.save()


def sign_sample_receipts():
    """Notes that the guardians signed for the sportswear on the day on which it was given."""
    given = Assistance.objects.get(goods="运动服")
    sign_for(given, youths=AssistedYouth.objects.reached_by(given), received_on=given.held_on, receiver="guardian")


def verify_sample_rosters(staff):
    """Has the branches verify their members in spring, which is over, and in winter, which one branch has begun with.

    Nobody could reach the last member of all.
    """
    spring = open_sample_round(staff, "2017年上半年团员核实", SPRING)
    members = list(spring.roll(SPRING[1]).order_by("branch__path", "pk"))
    for member in members[:-1]:
        spring.answer(member, Verification.Result.RIGHT, staff, SPRING[1])
    spring.answer(members[-1], Verification.Result.UNREACHABLE, staff, SPRING[1], "电话停机")
    spring.close(staff, SPRING[1])
    winter = open_sample_round(staff, "2017年下半年团员核实", WINTER)
    first = winter.roll(WINTER[0]).order_by("branch__path", "pk").first()
    winter.answer(first, Verification.Result.RIGHT, staff, WINTER[0])


def open_sample_round(staff, name, days):
    """A round of the whole district, saved."""
    root = Organisation.objects.get(depth=1)
    begun = VerificationRound(organisation=root, name=name, opened_on=days[0], due_on=days[1], opened_by=staff)
    begun.full_clean()
    begun.save()
    return begun
