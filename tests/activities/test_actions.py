"""An activity's person-times stay equal to its sign-in rows."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from activities.actions import add_sign_in, recount_sign_ins, remove_sign_in
from activities.models import SignIn
from tests.factories import make_activity, make_person
from tests.races import HANGING, beside

pytestmark = pytest.mark.both


def numbers(activity):
    activity.refresh_from_db()
    return activity.sign_in_count, activity.attendance, activity.basis, activity.sign_ins.count()


def test_adding_and_removing_settle_the_person_times(db):
    activity = make_activity(attendance=40, basis="rounded")
    rows = [add_sign_in(activity, make_person(name), "member") for name in ("秦朗", "白露", "顾清")]
    assert numbers(activity) == (3, 3, "exact", 3)
    remove_sign_in(rows[1])
    assert numbers(activity) == (2, 2, "exact", 2)
    for row in (rows[0], rows[2]):
        remove_sign_in(row)
    assert numbers(activity) == (0, 40, "rounded", 0)


def test_without_person_times_typed_none_are_left_behind(db):
    activity = make_activity()
    remove_sign_in(add_sign_in(activity, make_person(), "member"))
    assert numbers(activity) == (0, None, "unrecorded", 0)


def test_nobody_signs_in_twice(db):
    activity, person = make_activity(), make_person()
    add_sign_in(activity, person, "member")
    with pytest.raises(ValidationError, match="此人在这次活动已签到"):
        add_sign_in(activity, person, "volunteer")
    assert numbers(activity) == (1, 1, "exact", 1)


def test_recount_leaves_other_activities_alone(db):
    signed, other = make_activity(), make_activity(attendance=12, basis="exact")
    SignIn.objects.create(activity=signed, person=make_person())
    recount_sign_ins([signed.pk])
    assert numbers(signed) == (1, 1, "exact", 1)
    assert numbers(other) == (0, 12, "exact", 0)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_people_signed_in_at_once_are_all_counted():
    activity, first, second = make_activity(), make_person("秦朗"), make_person("白露")
    add_sign_in(activity, make_person("顾清"), "member")
    with transaction.atomic():
        add_sign_in(activity, first, "member")
        waiting = beside(lambda: add_sign_in(activity, second, "member"))
        assert not waiting.done()
    waiting.result(timeout=HANGING)
    assert numbers(activity) == (3, 3, "exact", 3)
