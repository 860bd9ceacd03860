"""The roll of a branch on either side of the first and the last day of a period."""

from datetime import date

import pytest

from members.models import Member
from reports.figures.membership_roll import roll_by_branch
from reports.figures.scopes import Scope
from tests.factories import make_member, make_organisation
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.both]

EVE, FIRST, LAST, NEXT = date(2016, 12, 31), date(2017, 1, 1), date(2017, 12, 31), date(2018, 1, 1)
LONG_AGO, LEAVES = date(2010, 5, 4), {"status": Member.Status.TRANSFERRED_OUT}


@pytest.mark.parametrize(
    ("begun", "left", "told"),
    [
        (EVE, None, (1, 0, 0, 1)),
        (FIRST, None, (0, 1, 0, 1)),
        (LAST, None, (0, 1, 0, 1)),
        (LONG_AGO, FIRST, (1, 0, 1, 0)),
        (LONG_AGO, LAST, (1, 0, 1, 0)),
        (LONG_AGO, NEXT, (1, 0, 0, 1)),
        (FIRST, LAST, (0, 1, 1, 0)),
        # On the day of leaving nobody stands on the roll any more.
        (LONG_AGO, EVE, None),
        (NEXT, None, None),
    ],
)
def test_whoever_comes_or_goes_counts_on_the_day_itself(begun, left, told):
    branch = make_organisation()
    make_member(branch=branch, intake_on=begun, left_on=left, **LEAVES if left else {})
    branch.refresh_from_db()
    rolls = list(roll_by_branch(Scope(branch, Period.of_year(2017))))
    assert [(each.opening, sum(each.joined), sum(each.left), each.closing) for each in rolls] == [told] * bool(told)
    assert all(each.expected == each.closing for each in rolls)
