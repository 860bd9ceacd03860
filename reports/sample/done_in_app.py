"""What the sample district did in the app alone, of which no sheet tells: results, pledges and receipts."""

from datetime import date

from assistance.models import Assistance, AssistedYouth, Pairing
from assistance.receipts import sign_for

from ..models import Assessment

ASSESSED_ON = date(2017, 12, 22)
ASSESSED_BY = "区预防青少年违法犯罪工作组"


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
