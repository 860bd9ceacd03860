"""Merges of people with random histories leave figures and records as they were, once they are taken back.

What others write meanwhile stays, and what of it keeps a write of the merge from being taken back is named.
"""

import json
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from activities.actions import add_sign_in
from members.actions import transfer
from members.merge_actions import merge_people, take_back_merge
from members.merge_traces import left_behind, to_be_left
from members.merging import clashes
from members.models import Person, PersonMerge, SchoolSpan
from reports.ledger.kinds import KINDS
from reports.models import PlatformEntry
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_contact,
    make_grant,
    make_hub,
    make_link,
    make_member,
    make_person,
    make_post,
    make_scholarship,
    make_user,
    make_volunteer,
)
from tests.members.merged_records import request_of
from tests.pages import two_branches
from tests.reports.test_closed_years import all_results
from tests.rosters import in_trial, records
from tests.workbooks import workbook
from yl_district.importing.findings import take_in_rows
from yl_district.importing.steps import begin_undo

pytestmark = pytest.mark.django_db
YEARS = (2016, 2017, 2018)
DAYS = st.dates(date(2015, 1, 1), date(2018, 12, 28))
MONTHS = DAYS.map(lambda day: day.replace(day=1))
# What follows from other columns, and is not taken back by itself.
DERIVED = {"roll_begin", "name_sort", "search_text", "mobile_index"}


@pytest.fixture
def place():
    found = two_branches()
    found.branches = [found.here, found.there]
    found.hubs = [make_hub(found.here), make_hub(found.there)]
    found.activities = [make_activity(branch, held_on=date(year, 4, 8)) for branch in found.branches for year in YEARS]
    found.cadres = [make_post(name, found.here).person for name in ("陆远", "程川")]
    found.volunteer = make_volunteer(found.hubs[0])
    found.caseworker = make_user("个案专员", found.root, "caseworker")
    return found


class Lot:
    """What is drawn for one example."""

    def __init__(self, data):
        self.one_of = lambda *ways: data.draw(st.sampled_from(ways))
        self.draw = data.draw

    def some(self, *ways):
        """Some of the ways, at least half of them."""
        return self.draw(st.lists(st.sampled_from(ways), min_size=len(ways) // 2, max_size=len(ways), unique_by=id))

    def maybe(self):
        return self.draw(st.booleans())

    def span(self, days=DAYS):
        """A first day and a later one or none."""
        first, last = sorted(self.draw(st.tuples(days, days)))
        return first, last if first < last and self.maybe() else None


def live(place, person, lot):
    """Gives somebody a random history in every capacity."""
    be_on_the_roll(place, person, lot)
    for branch in lot.some(*place.branches):
        begin, end = lot.span(MONTHS)
        make_post(organisation=branch, person=person, started_on=begin, ended_on=end)
    if lot.maybe():
        begin, end = lot.span()
        joined_on = lot.one_of(None, begin)
        volunteer = make_volunteer(lot.one_of(*place.hubs), person=person, joined_on=joined_on, left_on=end)
        make_assistance(held_on=date(2017, 3, 1)).volunteers.add(volunteer)
    for activity in lot.some(*place.activities):
        add_sign_in(activity, person, "other", presence=lot.one_of("present", "absent"))
    for platform in lot.some("志愿北京", "青春助跑"):
        subject, day = lot.one_of("member", "volunteer"), lot.draw(DAYS)
        PlatformEntry.objects.create(platform=platform, subject=subject, person=person, entered_on=day)
    be_linked(place, person, lot)
    be_assisted(place, person, lot)


def be_on_the_roll(place, person, lot):
    """A membership, perhaps with an earlier time in school and a transfer."""
    (begin, end), branch = lot.span(), lot.one_of(*place.branches)
    member = make_member(
        branch=branch,
        person=person,
        intake_on=begin,
        left_on=end,
        status="resigned" if end else "normal",
        employer=lot.one_of("", "春晖小学"),
        remark=lot.one_of("", "党校学员", "团校学员"),
    )
    for month in lot.some(5, 9):
        SchoolSpan.objects.create(member=member, started_on=date(2014, month, 1), ended_on=date(2016, 7, 1))
    if not end and lot.maybe():
        other = next(one for one in place.branches if one != branch)
        transfer(member, other, begin + timedelta(days=lot.draw(st.integers(1, 900))))


def be_linked(place, person, lot):
    """Links as a youth and as a cadre, the first person's perhaps to the second, with contacts."""
    for cadre in lot.some(*place.cadres):
        begin, end = lot.span()
        make_contact(cadre, [make_link(cadre, youth=person, started_on=begin, ended_on=end)], held_on=begin)
    others = [one for one in (place.volunteer.person, place.twins[1]) if one != person]
    links = [make_link(person, youth=lot.one_of(*others), started_on=lot.draw(DAYS))]
    make_contact(person, lot.some(*links), with_everyone=lot.maybe())


def be_assisted(place, person, lot):
    """Scholarships, and perhaps a case file with plans and a volunteer, open to somebody."""
    for year in lot.some(*YEARS):
        make_scholarship(student=person, year=year, status="granted", approved_on=date(year, 9, 1))
    if lot.maybe():
        begin, end = lot.span()
        youth = make_assisted_youth(lot.one_of(*place.branches), person=person, registered_on=begin, removed_on=end)
        youth.pairings.create(volunteer=place.volunteer, started_on=begin)
        for number, year in enumerate(lot.some(*YEARS)):
            youth.plans.create(year=year, signed_on=date(year, 1, 9), goals=f"{person.mobile}目标{number}")
        make_assistance([youth], held_on=begin)
        make_grant(place.caseworker, person)


def stored():
    """Every record but of merges, by (model, key), with the values of all its columns."""
    return {place: one for place, one in records().items() if place[0] != PersonMerge._meta.label}


def merged(place, lot, look=stored):
    """The merge of two people with random histories, and what `look` finds before."""
    place.twins = [make_person("章程", gender="F"), make_person("章程", mobile="13800138000")]
    for person in place.twins:
        live(place, person, lot)
    before = look()
    dropped = {(row._meta.label, row.pk) for row, _ in clashes(*place.twins)}
    values = {"mobile": "13800138000"}
    request = request_of(place.staff)
    return merge_people(*place.twins, request=request, reason="重复", values=values, dropped=dropped), before


def taken_back(place, merge):
    return take_back_merge(merge, request=request_of(place.staff), reason="并错")


# What others do between a merge and its taking back.


def change_the_mobile(place, person, lot):
    person.mobile, person.gender = "13700137000", lot.one_of("F", "M")
    person.save()


def take_a_post(place, person, lot):
    make_post(organisation=place.there, person=person, title="宣传委员", started_on=lot.draw(MONTHS))


def come_to_an_activity(place, person, lot):
    add_sign_in(make_activity(place.here, held_on=date(2018, 9, 1)), person, "other")


def be_transferred(place, person, lot):
    for member in person.memberships.filter(left_on=None):
        transfer(member, next(one for one in place.branches if one != member.branch), timezone.localdate())


def change_employers(place, person, lot):
    for row in [*person.memberships.all(), *type(place.volunteer).objects.filter(person=person)]:
        row.employer = "天翌物业"
        row.save()


def be_linked_to_another(place, person, lot):
    make_link(make_post("乔予", place.there).person, youth=person, started_on=lot.draw(DAYS))


def end_posts_and_links(place, person, lot):
    for row in [*person.posts.filter(ended_on=None), *person.links_as_youth.filter(ended_on=None)]:
        row.ended_on = timezone.localdate()
        row.save()


def begin_as_a_volunteer(place, person, lot):
    if not type(place.volunteer).objects.filter(person=person).exists():
        make_volunteer(lot.one_of(*place.hubs), person=person)


ACTS = [
    change_the_mobile,
    take_a_post,
    come_to_an_activity,
    be_transferred,
    change_employers,
    be_linked_to_another,
    end_posts_and_links,
    begin_as_a_volunteer,
]


def columns_that_differ(one, other):
    """{(model, key): columns} by which rows that are in both differ."""
    pairs = {at: (one[at], other[at]) for at in one.keys() & other.keys()}
    found = {at: {name for name in first if first[name] != second[name]} for at, (first, second) in pairs.items()}
    return {at: names for at, names in found.items() if names}


def tried(place, lot, seen):
    """Merges two people, lets others go on working, takes the merge back, and looks at each column."""
    merge, before = merged(place, lot)
    after = stored()
    assert after != before
    acts = lot.draw(st.lists(st.sampled_from(ACTS), unique=True, max_size=4))
    for act in acts:
        act(place, Person.objects.get(pk=place.twins[0].pk), lot)
    going = stored()
    edited, changed = columns_that_differ(after, going), columns_that_differ(before, after)
    new = going.keys() - after.keys()
    announced = Counter((row._meta.label, row.pk, words) for row, _, words in to_be_left(merge, place.staff))
    taken_back(place, merge)
    merge.refresh_from_db()
    expected = before | {at: going[at] for at in new}
    for at, names in edited.items():
        expected[at] = expected.get(at, going[at]) | {name: going[at][name] for name in names}
    assert (acts, stored()) == (acts, expected)
    done, stands = json.loads(merge.journal), edited.keys() & changed.keys()
    left = {(label, key): set(names) for label, key, names in done["left"]}
    kept = {at: names for at in stands if (names := edited[at] & changed[at] - DERIVED)}
    assert (acts, left) == (acts, kept)
    stayed = {(relation_model(name), key) for name, keys in done["stayed"].items() for key in keys}
    assert (acts, stayed) == (acts, {at for at in new if hangs_on(place.twins[0], going[at])})
    assert Counter((row._meta.label, row.pk, words) for row, _, words in left_behind(merge, place.staff)) == announced
    seen.update([*(act.__name__ for act in acts), *(["left"] if left else []), *(["stayed"] if stayed else [])])


def relation_model(name):
    return Person._meta.get_field(name).related_model._meta.label


def hangs_on(person, columns):
    """Whether a row belongs to a person in some capacity."""
    return person.pk in {columns.get(name) for name in ("person_id", "youth_id", "cadre_id", "student_id")}


def drawn(trial, share):
    """Runs a trial with what is drawn for each of some examples, a `share` of those of the profile."""

    @settings(
        max_examples=settings.default.max_examples // share,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.data())
    def example(data):
        in_trial(lambda: trial(Lot(data)))

    example()


@pytest.mark.in_turn
@pytest.mark.cpu(8)
def test_records_are_as_before_but_for_what_went_on_meanwhile_which_is_named(place):
    seen = set()
    drawn(lambda lot: tried(place, lot, seen), 8)
    assert {"left", "stayed"} <= seen


@pytest.mark.cpu(8)
def test_figures_are_as_before(place):
    def trial(lot):
        merge, before = merged(place, lot, lambda: all_results(place, YEARS))
        assert all_results(place, YEARS) != before
        taken_back(place, merge)
        assert all_results(place, YEARS) == before

    drawn(trial, 25)


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
