"""The migration that stores since when members stand, on existing rows."""

from datetime import date

import pytest

from members.models import Member
from tests.migrating import migrate

pytestmark = [pytest.mark.both, pytest.mark.full, pytest.mark.cpu(8)]

BEFORE = [("members", "0009_school_over_time")]
INTAKE, JOINED = date(2017, 5, 4), date(2012, 5, 1)


@pytest.mark.django_db(transaction=True)
def test_members_stand_since_the_day_that_was_worked_out_before():
    try:
        former = migrate(BEFORE)
        person = former.get_model("members", "Person").objects.create(name="章程")
        root = former.get_model("orgs", "Organisation").objects.create(
            name="清河地区团工委", category="working_committee", domain="office", path="0001", depth=1
        )
        for intake_on, joined_on in [(INTAKE, JOINED), (None, JOINED), (None, None)]:
            former.get_model("members", "Member").objects.create(
                person=person, branch=root, intake_on=intake_on, joined_league_on=joined_on
            )
    finally:
        migrate()
    begins = Member.objects.order_by("pk").values_list("listed_on", "roll_begin")
    assert list(begins) == [(None, INTAKE), (None, JOINED), (None, None)]
