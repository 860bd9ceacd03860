"""A youth has one fixed volunteer at a time."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from assistance.actions import fix_volunteer
from assistance.models import AssistedYouth
from tests.factories import make_assisted_youth, make_organisation, make_volunteer

pytestmark = pytest.mark.both


@pytest.fixture
def youth(db):
    return make_assisted_youth(make_organisation())


def test_new_volunteer_follows_the_old_one_without_gap_or_overlap(youth):
    old, new = make_volunteer(name="顾清"), make_volunteer(name="章程")
    fix_volunteer(youth, old, date(2017, 1, 10))
    fix_volunteer(youth, new, date(2017, 7, 1))
    days = (date(2017, 1, 9), date(2017, 1, 10), date(2017, 6, 30), date(2017, 7, 1))
    standing = [youth.pairing_on(day) for day in days]
    assert [pairing and pairing.volunteer for pairing in standing] == [None, old, old, new]
    assert all(AssistedYouth.objects.paired_on(day).exists() for day in days[1:])


def test_pairing_does_not_outlast_the_volunteers_service(youth):
    volunteer = make_volunteer()
    fix_volunteer(youth, volunteer, date(2017, 1, 10))
    volunteer.leave(date(2017, 7, 1))
    paired = [AssistedYouth.objects.paired_on(day).exists() for day in (date(2017, 6, 30), date(2017, 7, 1))]
    assert (paired, youth.pairings.get().last_end) == ([True, False], date(2017, 7, 1))
    fix_volunteer(youth, make_volunteer(name="章程"), date(2017, 9, 1))
    assert [str(youth.pairing_on(day)) for day in (date(2017, 8, 1), date(2017, 9, 1))] == ["None", "白* ↔ 章程"]


def test_volunteer_who_has_left_is_not_paired(youth):
    volunteer = make_volunteer(left_on=date(2017, 7, 1))
    with pytest.raises(ValidationError, match="结对时在册的志愿者（顾清已于 2017-07-01 退出）"):
        fix_volunteer(youth, volunteer, date(2017, 7, 1))
    assert fix_volunteer(youth, volunteer, date(2017, 6, 30)).volunteer == volunteer


def test_refused_pairing_leaves_the_old_one_standing(youth):
    old = make_volunteer(name="顾清")
    pairing = fix_volunteer(youth, old, date(2017, 1, 10))
    for volunteer, day in ((old, date(2017, 7, 1)), (make_volunteer(name="章程"), date(2017, 1, 9))):
        with pytest.raises(ValidationError):
            fix_volunteer(youth, volunteer, day)
        assert youth.pairings.get() == pairing
        assert youth.pairings.get().ended_on is None
