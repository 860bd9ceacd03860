"""Merges of people with random histories leave figures and records as they were, once they are taken back."""

from datetime import date
from random import Random

import pytest
from django.db import transaction

from activities.actions import add_sign_in
from members.merge_actions import merge_people, take_back_merge
from members.merging import clashes
from members.models import Person, SchoolSpan
from reports.ledger.kinds import KINDS
from reports.models import PlatformEntry
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_contact,
    make_hub,
    make_link,
    make_member,
    make_person,
    make_post,
    make_scholarship,
    make_volunteer,
)
from tests.members.merged_records import everything, request_of
from tests.pages import two_branches
from tests.reports.test_closed_years import all_results
from tests.workbooks import workbook
from yl_district.importing.findings import take_in_rows
from yl_district.importing.steps import begin_undo

pytestmark = pytest.mark.django_db
YEARS = (2016, 2017, 2018)


@pytest.fixture
def place():
    found = two_branches()
    found.branches = [found.here, found.there]
    found.hubs = [make_hub(found.here), make_hub(found.there)]
    found.activities = [make_activity(branch, held_on=date(year, 4, 8)) for branch in found.branches for year in YEARS]
    found.cadres = [make_post(name, found.here).person for name in ("陆远", "程川")]
    found.volunteer = make_volunteer(found.hubs[0])
    return found


def span(lot):
    """A first day and a last one or none, at random."""
    days = sorted(date(lot.choice((2015, *YEARS)), lot.randint(1, 12), lot.randint(1, 28)) for _ in range(2))
    return days[0], lot.choice([None, days[1]]) if days[0] < days[1] else None


def some(lot, *ways):
    """Some of the ways, by lot."""
    return [way for way in ways if lot.random() < 0.7]


def live(place, person, lot):
    """Gives somebody a random history in every capacity."""
    be_on_the_roll(place, person, lot)
    for branch in some(lot, *place.branches):
        begin, end = (day and day.replace(day=1) for day in span(lot))
        make_post(organisation=branch, person=person, started_on=begin, ended_on=end)
    for hub in some(lot, lot.choice(place.hubs)):
        begin, end = span(lot)
        volunteer = make_volunteer(hub, person=person, joined_on=lot.choice([None, begin]), left_on=end)
        make_assistance(held_on=date(2017, 3, 1)).volunteers.add(volunteer)
    for activity in some(lot, *place.activities):
        add_sign_in(activity, person, "other", presence=lot.choice(["present", "absent"]))
    for platform in some(lot, "志愿北京", "青春助跑"):
        subject, day = lot.choice(["member", "volunteer"]), date(2017, 5, lot.randint(1, 28))
        PlatformEntry.objects.create(platform=platform, subject=subject, person=person, entered_on=day)
    be_linked(place, person, lot)
    be_assisted(place, person, lot)


def be_on_the_roll(place, person, lot):
    """A membership, perhaps with an earlier time in school."""
    begin, end = span(lot)
    member = make_member(
        branch=lot.choice(place.branches),
        person=person,
        intake_on=begin,
        left_on=end,
        status="resigned" if end else "normal",
        employer=lot.choice(["", "春晖小学"]),
        remark=lot.choice(["", "党校学员", "团校学员"]),
    )
    for month in some(lot, lot.randint(1, 12)):
        SchoolSpan.objects.create(member=member, started_on=date(2014, month, 1), ended_on=date(2016, 7, 1))


def be_linked(place, person, lot):
    """Links as a youth and as a cadre, the first person's perhaps to the second, with contacts."""
    for cadre in some(lot, *place.cadres):
        begin, end = span(lot)
        make_contact(cadre, [make_link(cadre, youth=person, started_on=begin, ended_on=end)], held_on=begin)
    others = [one for one in (place.volunteer.person, place.twins[1]) if one != person]
    links = [make_link(person, youth=lot.choice(others), started_on=date(2016, 5, lot.randint(1, 28)))]
    make_contact(person, some(lot, *links), with_everyone=lot.random() < 0.5)


def be_assisted(place, person, lot):
    """Scholarships, and perhaps a case file with plans and a volunteer."""
    for year in some(lot, *YEARS):
        make_scholarship(student=person, year=year, status="granted", approved_on=date(year, 9, 1))
    for branch in some(lot, lot.choice(place.branches)):
        begin, end = span(lot)
        youth = make_assisted_youth(branch, person=person, registered_on=begin, removed_on=end)
        youth.pairings.create(volunteer=place.volunteer, started_on=begin)
        for year in some(lot, *YEARS):
            youth.plans.create(year=year, signed_on=date(year, 1, 9), goals=f"目标{lot.random()}")
        make_assistance([youth], held_on=begin)


def tried(place, seed, look):
    """What `look` finds before two people with a history were merged and after that was taken back."""
    lot = Random(seed)
    place.twins = [make_person("章程", gender="F"), make_person("章程", mobile="13800138000")]
    for person in place.twins:
        live(place, person, lot)
    before = look()
    request = request_of(place.staff)
    dropped = {(row._meta.label, row.pk) for row, _ in clashes(*place.twins)}
    values = {"mobile": "13800138000"}
    merge = merge_people(*place.twins, request=request, reason="重复", values=values, dropped=dropped)
    merged = look()
    take_back_merge(merge, request=request, reason="并错")
    return before, merged, look()


@pytest.mark.both
@pytest.mark.cpu(8)
def test_records_are_as_before(place):
    for seed in range(6):
        with transaction.atomic():
            before, merged, after = tried(place, seed, everything)
            assert (seed, merged != before) == (seed, True)
            assert (seed, after) == (seed, before)
            transaction.set_rollback(True)


@pytest.mark.full
@pytest.mark.both
@pytest.mark.cpu(600)
def test_figures_and_records_are_as_before(place):
    for seed in range(100, 140):
        with transaction.atomic():
            before, _, after = tried(place, seed, lambda: (everything(), all_results(place, YEARS)))
            assert (seed, after) == (seed, before)
            transaction.set_rollback(True)


@pytest.mark.cpu(8)
def test_figures_are_as_before(place):
    before, merged, after = tried(place, 7, lambda: all_results(place, YEARS))
    assert merged != before
    assert after == before


def test_the_import_that_brought_the_second_record_can_be_taken_back_before_and_after(place):
    """What the merge has changed stays, since others may rely on it; once that is taken back, all goes."""
    row = {
        "姓名": "章程",
        "性别": "女",
        "手机号码": "13800138000",
        "所在团支部": place.there.name,
        "在册起始日期": "2017-03-01",
    }
    batch = take_in_rows(KINDS["members"], workbook({"团员": [row]}), "名册.xlsx", user=place.staff).batch
    lost, kept = Person.objects.get(name="章程"), make_member("章程", place.here).person
    request, dropped = request_of(place.staff), {("members.Member", lost.memberships.get().pk)}
    merge = merge_people(kept, lost, request=request, reason="重复", values={}, dropped=dropped)
    with transaction.atomic():
        assert begin_undo(batch, place.staff)
        take_back_merge(merge, request=request, reason="并错")
        assert Person.objects.filter(pk=lost.pk).exists()
        transaction.set_rollback(True)
    take_back_merge(merge, request=request, reason="并错")
    assert begin_undo(batch, place.staff)
    assert list(Person.objects.filter(name="章程")) == [kept]
