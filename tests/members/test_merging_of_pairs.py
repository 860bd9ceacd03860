"""Which of two rows of merged people goes before the other, and what goes with the one that is dropped."""

import json
from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from activities.actions import add_sign_in
from activities.models import SignIn
from assistance.models import Pairing
from members.journal import plain_values
from members.merge_actions import take_back_merge
from members.models import Member, Person, PersonMerge, SchoolSpan
from outreach.models import Link
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_contact,
    make_link,
    make_member,
    make_post,
    make_volunteer,
)
from tests.members.merged_records import everything
from tests.members.test_merging import merged, place
from yl_district.importing.models import ImportBatch
from yl_district.sheets.models import AwaitedCell

pytestmark = pytest.mark.django_db

__all__ = ["place"]


def waiting(record):
    """A cell that waits to be completed, kept with a record."""
    batch = ImportBatch.objects.create(kind="members", file_name="名册.xlsx")
    kind = ContentType.objects.get_for_model(record)
    return AwaitedCell.objects.create(batch=batch, content_type=kind, object_id=record.pk, heading="备注")


def test_what_is_kept_with_a_dropped_row_comes_back_with_it(place):
    make_member(branch=place.here, person=place.kept)
    wrong = make_member(branch=place.there, person=place.lost)
    SchoolSpan.objects.create(member=wrong, started_on=date(2014, 9, 1), ended_on=date(2016, 7, 1))
    cell = waiting(wrong)
    before, told = everything(), plain_values(cell)
    merge = merged(place, dropped={("members.Member", wrong.pk)})
    assert (AwaitedCell.objects.count(), SchoolSpan.objects.count()) == (0, 0)
    take_back_merge(merge, request=place.request, reason="并错了")
    assert everything() == before
    assert [plain_values(one) for one in AwaitedCell.objects.all()] == [told]


def test_a_row_that_contradicts_several_is_dropped_once(place):
    """Among the membership that is dropped, and each of those that it contradicts."""
    days = [(date(2016, 1, 1), date(2016, 6, 1)), (date(2017, 1, 1), None)]
    for begin, end in days:
        status = "resigned" if end else "normal"
        make_member(branch=place.here, person=place.kept, intake_on=begin, left_on=end, status=status)
    wrong = make_member(branch=place.there, person=place.lost, intake_on=date(2015, 1, 1))
    before = everything()
    merge = merged(place, dropped={("members.Member", wrong.pk)})
    assert list(Member.objects.values_list("person", flat=True)) == [place.kept.pk] * 2
    take_back_merge(merge, request=place.request, reason="并错了")
    assert everything() == before


@pytest.mark.parametrize("came", ["kept", "lost"])
def test_of_two_sign_ins_the_one_of_somebody_who_came_goes_before_a_fuller_one(place, came):
    activity = make_activity(place.here)
    rows = {}
    for name in ("kept", "lost"):
        told = (
            {"presence": "present"} if name == came else {"presence": "absent", "arrived": "9:00", "departed": "9:30"}
        )
        person = getattr(place, name)
        rows[name] = SignIn.objects.create(activity=activity, person=person, capacity="other", **told)
    merged(place)
    assert [(one.pk, one.presence) for one in SignIn.objects.all()] == [(rows[came].pk, "present")]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ({"in_school": False}, (False, None, None)),
        ({}, (True, date(2015, 9, 1), date(2018, 7, 1))),
    ],
)
def test_what_is_said_of_school_is_taken_together_or_not_at_all(place, first, expected):
    school = {"in_school": True, "enrolled_on": date(2015, 9, 1), "graduated_on": date(2018, 7, 1)}
    kept = make_member(branch=place.here, person=place.kept, **first)
    other = make_member(branch=place.here, person=place.lost, **school)
    merged(place, bases={("members.Member", kept.pk, other.pk): kept.pk})
    member = Member.objects.get()
    assert (member.in_school, member.enrolled_on, member.graduated_on) == expected


@pytest.mark.parametrize("begun", [date(2017, 1, 5), None])
def test_of_two_volunteers_of_one_youth_since_the_same_day_one_ends_today(place, begun):
    for person in (place.kept, place.lost):
        youth = make_assisted_youth(place.here, person=person)
        Pairing.objects.create(youth=youth, volunteer=make_volunteer(), started_on=begun)
    merged(place)
    assert list(Pairing.objects.order_by("pk").values_list("started_on", "ended_on")) == [
        (begun, timezone.localdate()),
        (begun, None),
    ]


def test_of_two_volunteers_of_one_youth_the_one_without_a_first_day_ends(place):
    for person, begun in ((place.kept, date(2017, 1, 5)), (place.lost, None)):
        youth = make_assisted_youth(place.here, person=person)
        Pairing.objects.create(youth=youth, volunteer=make_volunteer(), started_on=begun)
    merged(place)
    assert list(Pairing.objects.order_by("pk").values_list("started_on", "ended_on")) == [
        (date(2017, 1, 5), None),
        (None, date(2017, 1, 5)),
    ]


def test_what_names_the_row_that_goes_names_the_other_one(place):
    cadre = make_post("陆远", place.there).person
    links = [make_link(cadre, youth=one) for one in (place.kept, place.lost)]
    contacts = [make_contact(cadre, [link]) for link in links]
    before = everything()
    merge = merged(place)
    link = Link.objects.get()
    assert [list(one.links.all()) for one in contacts] == [[link], [link]]
    take_back_merge(merge, request=place.request, reason="并错了")
    assert everything() == before


def test_what_has_gone_since_is_neither_restored_nor_in_the_way(place):
    activity = make_activity(place.here)
    signed = [add_sign_in(activity, one, "other") for one in (place.kept, place.lost)]
    post = make_post(organisation=place.here, person=place.lost)
    merge = merged(place)
    stays = SignIn.objects.get()
    goes = next(one for one in signed if one != stays)
    for row in (stays, activity, post):
        row.delete()
    take_back_merge(merge, request=place.request, reason="并错了")
    assert (SignIn.objects.count(), Person.objects.get(pk=place.lost.pk).mobile) == (0, "13800138000")
    done = json.loads(PersonMerge.objects.get().journal)
    assert (done["left"], done["stayed"]["posts"]) == ([["activities.SignIn", goes.pk, []]], [])
