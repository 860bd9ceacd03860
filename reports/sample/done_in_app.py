"""What the sample district did in the app alone, of which no sheet tells: results, pledges, receipts, verification."""

from datetime import date

from assistance.models import Assistance, AssistedYouth, Pairing
from assistance.receipts import sign_for
from members.models import Verification, VerificationRound
from orgs.models import Organisation
from yl_district.spreadsheets.workbooks import Sheet

from ..models import Assessment, PlatformLayout
from ..platforms.actions import enter, take_out
from ..platforms.reconciling import reconcile
from ..platforms.states import EntryState, column_texts, entry_states, records_to_enter

ASSESSED_ON = date(2017, 12, 22)
ASSESSED_BY = "区预防青少年违法犯罪工作组"
# The first day and the last of each round.
SPRING, WINTER = (date(2017, 5, 8), date(2017, 6, 9)), (date(2017, 11, 20), date(2017, 12, 20))
ENTERED_ANEW_ON = date(2017, 12, 20)
# What the platform's list still says of some members, and who is in it alone.
OUT_OF_DATE = [("手机号码", "13000000000"), ("文化程度", "初中"), ("所在团支部", "原团支部")]
STRANGER = {"姓名": "程外远", "性别": "男", "手机号码": "13000000001"}


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


def enter_sample_platforms(staff, day):
    """Notes what a platform was told of organisations, and compares another one's list of members."""
    organisations = PlatformLayout.objects.get(platform="智慧团建", subject="organisation")
    enter(take_out(organisations, entered_records(organisations, staff, day), staff), ENTERED_ANEW_ON)
    members = PlatformLayout.objects.get(platform="共青云", subject="member")
    sheet = Sheet("团员名单", sample_list(members, entered_records(members, staff, day)))
    reconciliation = reconcile(members, [sheet], "共青云团员名单.xlsx", staff, day)
    enter(reconciliation.batch, ENTERED_ANEW_ON)


def entered_records(layout, staff, day):
    """The records whose entry the sheet has."""
    states = entry_states(layout, records_to_enter(layout, staff, day), staff)
    return [one for one in states if one.state is not EntryState.MISSING]


def sample_list(layout, states):
    """The rows of a platform's list, in which some records are out of date and one is nobody's here."""
    headings, labels = zip(*layout.listed_columns, strict=True)
    rows = [list(column_texts(layout, labels, one.record).values()) for one in states]
    for place, (label, text) in enumerate(OUT_OF_DATE, 2):
        rows[place][labels.index(label)] = text
    stranger = ["" for _ in labels]
    for label, text in STRANGER.items():
        stranger[labels.index(label)] = text
    return [["共青云团员名单"], list(headings), *rows, stranger]
