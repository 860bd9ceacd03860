"""Members, posts and volunteers by day, and members who joined or left within a year."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.models import Member, Person, Post, Volunteer
from members.models.members import LEAVING_STATUSES
from tests.boundaries import DAY, NEXT_DAY, YEAR, by_the_day, flow, open_stock, stock
from tests.factories import make_hub, make_member, make_organisation, make_person, make_post, make_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.both]

LONG_AGO = date(2010, 5, 1)


@stock
def test_member_is_on_the_roll(begin, end, stands):
    make_member(branch=make_organisation(), intake_on=begin, left_on=end)
    assert Member.objects.as_of(DAY).exists() is stands


@stock
def test_member_without_intake_day_is_on_the_roll_since_joining_the_league(begin, end, stands):
    make_member(branch=make_organisation(), intake_on=None, joined_league_on=begin, left_on=end)
    assert Member.objects.as_of(DAY).exists() is stands


@open_stock
def test_member_without_any_beginning_is_on_the_roll(end, stands):
    make_member(branch=make_organisation(), intake_on=None, left_on=end)
    assert Member.objects.as_of(DAY).exists() is stands


def test_member_who_came_from_elsewhere_is_on_the_roll_since_the_intake():
    make_member(branch=make_organisation(), intake_on=NEXT_DAY, joined_league_on=LONG_AGO)
    assert not Member.objects.as_of(DAY).exists()
    assert Member.objects.as_of(NEXT_DAY).exists()


@stock
def test_member_who_was_listed_is_on_the_roll_since_that_day_whatever_else_is_known(begin, end, stands):
    make_member(branch=make_organisation(), listed_on=begin, intake_on=LONG_AGO, left_on=end)
    assert Member.objects.as_of(DAY).exists() is stands


def test_begin_on_the_roll_is_stored_and_follows_what_it_is_derived_from():
    member = make_member(branch=make_organisation(), intake_on=NEXT_DAY, joined_league_on=LONG_AGO)
    member.listed_on = DAY
    assert member.roll_begin == DAY
    for listed_on, intake_on, begin in [(DAY, NEXT_DAY, DAY), (None, NEXT_DAY, NEXT_DAY), (None, None, LONG_AGO)]:
        member.listed_on, member.intake_on = listed_on, intake_on
        member.save()
        assert Member.objects.filter(roll_begin=begin).exists()


@pytest.mark.parametrize("wrong", [{"roll_begin": None}, {"roll_begin": NEXT_DAY}, {"listed_on": None}])
def test_database_refuses_another_begin_than_the_first_known_day(wrong):
    make_member(branch=make_organisation(), listed_on=DAY, intake_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.update(**wrong)


def test_members_begin_by_guess_without_a_day_of_listing_or_intake():
    branch = make_organisation()
    guessed = make_member(branch=branch, intake_on=None, joined_league_on=LONG_AGO)
    known = [make_member(branch=branch), make_member(branch=branch, listed_on=DAY, intake_on=None)]
    assert list(Member.objects.with_guessed_begin()) == [guessed]
    assert list(Member.objects.with_known_begin()) == known


def test_member_who_was_only_listed_did_not_join_within_any_year():
    make_member(branch=make_organisation(), intake_on=None, listed_on=date(2017, 5, 1))
    assert not Member.objects.joined_during(YEAR).exists()


@flow
def test_member_joined_within_the_year(day, counts):
    make_member(branch=make_organisation(), intake_on=day)
    assert Member.objects.joined_during(YEAR).exists() is counts


def test_member_without_intake_day_did_not_join_within_any_year():
    make_member(branch=make_organisation(), intake_on=None, joined_league_on=date(2017, 5, 1))
    assert not Member.objects.joined_during(YEAR).exists()


@flow
def test_member_left_within_the_year(day, counts):
    make_member(branch=make_organisation(), intake_on=LONG_AGO, left_on=day, status="resigned")
    assert Member.objects.left_during(YEAR).exists() is counts


@pytest.mark.parametrize(("in_school", "counts"), [(True, False), (False, True), (None, True)])
def test_only_those_marked_so_are_in_school(in_school, counts):
    make_member(branch=make_organisation(), in_school=in_school)
    assert Member.objects.not_in_school_on(date(2017, 12, 31)).exists() is counts


@pytest.mark.parametrize(
    ("started", "ended", "serves"),
    [
        pytest.param(date(2017, 12, 1), None, True, id="began this month"),
        pytest.param(date(2018, 1, 1), None, False, id="begins next month"),
        pytest.param(LONG_AGO, date(2017, 12, 1), False, id="ended this month"),
        pytest.param(LONG_AGO, date(2018, 1, 1), True, id="ends next month"),
        pytest.param(date(2017, 12, 1), date(2017, 12, 1), False, id="began and ended this month"),
    ],
)
@pytest.mark.parametrize("day", [date(2017, 12, 1), DAY])
def test_month_of_a_post_means_its_first_day(started, ended, serves, day):
    post = make_post(organisation=make_organisation(), started_on=started, ended_on=ended)
    assert Post.objects.as_of(day).exists() is serves
    assert Person.objects.serving_on(day).filter(pk=post.person_id).exists() is serves


def test_post_that_ends_in_a_month_is_held_to_the_end_of_the_month_before():
    post = make_post(organisation=make_organisation())
    post.end(date(2017, 6, 20))
    assert Post.objects.as_of(date(2017, 5, 31)).exists()
    assert not Post.objects.as_of(date(2017, 6, 1)).exists()


def test_person_in_two_posts_serves_once_and_within_each_organisation():
    root = make_organisation()
    here, there = make_organisation(parent=root), make_organisation(parent=root)
    person = make_person("陆远")
    make_post(organisation=here, person=person)
    make_post(organisation=there, person=person, ended_on=date(2017, 5, 1))
    make_post(organisation=root, person=person)
    assert list(Person.objects.serving_on(DAY)) == [person]
    assert list(Person.objects.serving_on(DAY, here)) == [person]
    assert not Person.objects.serving_on(DAY, there).exists()


def test_post_at_an_organisation_is_not_one_below_it():
    root = make_organisation()
    own = make_post(organisation=root, title="委员")
    make_post(organisation=root, title="副书记")
    make_post(organisation=make_organisation(parent=root), title="委员")
    assert list(Post.objects.at(root).titled(Post.COMMITTEE_MEMBER)) == [own]


@stock
def test_volunteer_stands(begin, end, stands):
    make_volunteer(joined_on=begin, left_on=end)
    assert Volunteer.objects.as_of(DAY).exists() is stands


@open_stock
def test_volunteer_without_joining_day_stands(end, stands):
    make_volunteer(joined_on=None, left_on=end)
    assert Volunteer.objects.as_of(DAY).exists() is stands


def test_volunteer_does_not_leave_before_joining():
    volunteer = make_volunteer(joined_on=DAY)
    with pytest.raises(ValidationError, match="不早于加入日期（2017-12-31）的日期"):
        volunteer.leave(date(2017, 12, 30))
    volunteer.leave(NEXT_DAY)
    assert (Volunteer.objects.as_of(DAY).count(), Volunteer.objects.left_by(NEXT_DAY).count()) == (1, 1)


@by_the_day
def test_volunteer_is_bound(day, counts):
    make_volunteer(bound_on=day)
    assert Volunteer.objects.bound_by(DAY).exists() is counts


def test_volunteer_belongs_to_the_organisation_of_the_team_else_to_the_root():
    root = make_organisation()
    branch = make_organisation(parent=root)
    own, stray = make_volunteer(make_hub(branch)), make_volunteer()
    assert set(Volunteer.objects.within(root)) == {own, stray}
    assert set(Volunteer.objects.within(branch)) == {own}


def test_volunteer_belongs_to_the_latest_team_but_is_counted_where_the_team_of_the_day_was():
    root = make_organisation()
    former, present = make_organisation(parent=root), make_organisation(parent=root)
    volunteer = make_volunteer(make_hub(former), name="顾清")
    volunteer.places.update(ended_on=NEXT_DAY)
    assert list(Volunteer.objects.within(former)) == [volunteer]
    volunteer.places.create(hub=make_hub(present), started_on=NEXT_DAY)
    assert (list(Volunteer.objects.within(former)), list(Volunteer.objects.within(present))) == ([], [volunteer])
    for day, (counted, other) in {DAY: (former, present), NEXT_DAY: (present, former)}.items():
        assert list(Volunteer.objects.placed_on(day, counted)) == [volunteer]
        assert list(Volunteer.objects.placed_on(day, other)) == []
        assert list(Volunteer.objects.placed_on(day, root)) == [volunteer]


def wrong(**facts):
    """The fields of which a membership of somebody born in 1998 is refused."""
    member = make_member(branch=make_organisation(), **facts)
    try:
        member.clean()
    except ValidationError as error:
        return sorted(error.error_dict)
    return []


@pytest.mark.parametrize(("year", "fields"), [(2009, ["joined_league_on"]), (2010, []), (2011, [])])
def test_a_member_joined_the_league_in_the_year_of_the_twelfth_birthday_at_the_earliest(year, fields):
    assert wrong(joined_league_on=date(year, 12, 1), intake_on=date(2017, 3, 1)) == fields
    assert wrong(joined_league_on=date(year, 1, 1), intake_on=date(2017, 3, 1)) == fields


@pytest.mark.parametrize(
    ("joined", "number", "fields"),
    [
        (2016, "1", []),
        (2016, "201601010001", []),
        (2017, "1", ["development_no"]),
        (2017, "20170101000", ["development_no"]),
        (2017, "2017010100011", ["development_no"]),
        (2017, "20170101000X", ["development_no"]),
        (2017, "201601010001", []),
        (2018, "201901010001", []),
        (2019, "201801010001", ["development_no"]),
        (2019, "202001010001", ["development_no"]),
        (2019, "201901010001", []),
        (2019, None, []),
    ],
)
def test_a_development_number_is_asked_for_as_the_year_of_joining_has_it(joined, number, fields):
    assert wrong(joined_league_on=date(joined, 5, 1), development_no=number) == fields


@pytest.mark.parametrize(
    ("status", "left_on", "fields"),
    [
        ("normal", None, []),
        ("normal", date(2017, 6, 1), ["status"]),
        *[(status, None, ["left_on"]) for status in LEAVING_STATUSES],
        *[(status, date(2017, 6, 1), []) for status in LEAVING_STATUSES],
        ("resigned", date(2017, 3, 1), []),
        ("resigned", date(2017, 2, 28), ["left_on"]),
    ],
)
def test_who_has_left_has_a_day_of_leaving_not_before_the_roll_began(status, left_on, fields):
    assert wrong(status=status, left_on=left_on) == fields


@pytest.mark.parametrize(
    ("facts", "quota"),
    [
        ({}, 10),
        ({"nature": "full_time"}, 100),
        ({"link_quota": 3}, 3),
        ({"link_quota": 0}, 0),
        ({"nature": "full_time", "link_quota": 0}, 0),
    ],
)
def test_a_post_has_its_own_quota_else_that_of_its_nature(facts, quota):
    assert Post(**facts).quota == quota
