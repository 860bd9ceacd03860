"""The register by day, the youths an assistance reached, and the applications granted."""

from datetime import date

import pytest

from assistance.models import Assistance, AssistedYouth, Pairing, Scholarship
from orgs.models import Role
from tests.boundaries import DAY, NEXT_DAY, YEAR, by_the_day, flow, open_stock, stock
from tests.factories import (
    make_assistance,
    make_assisted_youth,
    make_grant,
    make_organisation,
    make_person,
    make_scholarship,
    make_user,
    make_volunteer,
)
from tests.pages import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@stock
def test_youth_is_in_the_register(begin, end, stands):
    make_assisted_youth(make_organisation(), registered_on=begin, removed_on=end)
    assert AssistedYouth.objects.as_of(DAY).exists() is stands


@by_the_day
def test_youth_is_bound(day, counts):
    make_assisted_youth(make_organisation(), bound_on=day)
    assert AssistedYouth.objects.bound_by(DAY).exists() is counts


@stock
def test_youth_has_a_fixed_volunteer(begin, end, stands):
    youth = make_assisted_youth(make_organisation())
    Pairing.objects.create(youth=youth, volunteer=make_volunteer(), started_on=begin, ended_on=end)
    assert AssistedYouth.objects.paired_on(DAY).exists() is stands


@open_stock
def test_pairing_without_beginning_stands(end, stands):
    youth = make_assisted_youth(make_organisation())
    Pairing.objects.create(youth=youth, volunteer=make_volunteer(), ended_on=end)
    assert AssistedYouth.objects.paired_on(DAY).exists() is stands


@stock
def test_assistance_to_all_reaches_the_register_of_that_day(begin, end, stands):
    organisation = make_organisation()
    youth = make_assisted_youth(organisation, registered_on=begin, removed_on=end)
    assistance = make_assistance(held_on=DAY, with_everyone=True)
    assert Assistance.objects.with_youths_reached(organisation).get().youths_reached == stands
    assert AssistedYouth.objects.with_assistances_during(YEAR).get().assistances_received == stands
    assert list(Assistance.objects.received_by(youth)) == [assistance] * stands


@pytest.fixture
def holder():
    """A caseworker of a branch that is not the root."""
    return make_user("姜禾", make_organisation(parent=make_organisation()), Role.Kind.CASEWORKER)


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@stock
def test_assistance_to_all_is_seen_by_grant_for_a_youth_in_the_register_that_day(holder, begin, end, stands):
    (branch,) = holder.case_organisations
    youth = make_assisted_youth(branch, registered_on=begin, removed_on=end)
    make_assisted_youth(branch)
    make_grant(holder, youth.person)
    assistance = make_assistance(held_on=DAY, with_everyone=True)
    assert list(Assistance.objects.visible_to(holder)) == [assistance] * stands
    assert browser_of(holder).get(assistance.get_absolute_url()).status_code == (404, 200)[stands]
    reasons = Assistance.objects.filter(pk=assistance.pk).own_reasons(holder)
    assert [user for user, _, _ in reasons] == [holder.pk] * stands


@stock
def test_assistance_to_all_belongs_to_the_organisations_with_a_youth_in_the_register_that_day(begin, end, stands):
    branch = make_organisation(parent=make_organisation())
    make_assisted_youth(branch, registered_on=begin, removed_on=end)
    assistance = make_assistance(held_on=DAY, with_everyone=True)
    assert list(Assistance.objects.within(branch)) == [assistance] * stands


@pytest.mark.sampled(3)
@stock
def test_assistance_to_all_is_open_as_a_whole_without_a_closed_youth_in_the_register_that_day(
    holder, begin, end, stands
):
    (branch,) = holder.case_organisations
    make_grant(holder, make_assisted_youth(branch).person)
    closed = make_assisted_youth(branch, registered_on=begin, removed_on=end)
    assistance = make_assistance(held_on=DAY, with_everyone=True)
    assert assistance.is_open_as_a_whole_to(holder) is not stands
    assert AssistedYouth.objects.are_open_to(holder, DAY) is not stands
    make_grant(holder, closed.person)
    assert assistance.is_open_as_a_whole_to(holder)
    assert AssistedYouth.objects.are_open_to(holder, DAY)


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@stock
def test_assistance_that_names_a_youth_is_told_by_that_youth_whatever_the_day(holder, begin, end, stands):
    (branch,) = holder.case_organisations
    own, other = (make_assisted_youth(branch, registered_on=begin, removed_on=end) for _ in range(2))
    make_grant(holder, own.person)
    named, shared, foreign = (make_assistance(youths, held_on=DAY) for youths in ([own], [own, other], [other]))
    assert set(Assistance.objects.visible_to(holder)) == {named, shared}
    assert set(Assistance.objects.within(branch)) == {named, shared, foreign}
    assert [one.is_open_as_a_whole_to(holder) for one in (named, shared, foreign)] == [True, False, False]
    assert [list(one.youths.all()) for one in Assistance.objects.visible_to(holder)] == [[own], [own]]
    assert [user for user, _, _ in Assistance.objects.filter(pk=foreign.pk).own_reasons(holder)] == []


@flow
def test_assistance_within_the_year(day, counts):
    youth = make_assisted_youth(make_organisation(), registered_on=date(2010, 1, 1))
    make_assistance([youth], held_on=day)
    make_assistance(held_on=day, with_everyone=True)
    assert Assistance.objects.held_during(YEAR).count() == 2 * counts
    assert AssistedYouth.objects.with_assistances_during(YEAR).get().assistances_received == 2 * counts


def test_assistance_counts_once_for_each_youth_of_the_organisation():
    root = make_organisation()
    here, there = make_organisation(parent=root), make_organisation(parent=root)
    youths = [make_assisted_youth(here), make_assisted_youth(here), make_assisted_youth(there)]
    some, everybody = make_assistance(youths[1:]), make_assistance(with_everyone=True)
    elsewhere = make_assistance(youths[2:])

    def reached(organisation):
        rows = Assistance.objects.within(organisation).with_youths_reached(organisation)
        return {row: row.youths_reached for row in rows}

    assert reached(root) == {some: 2, everybody: 3, elsewhere: 1}
    assert reached(here) == {some: 1, everybody: 2}
    assert reached(there) == {some: 1, everybody: 1, elsewhere: 1}


@flow
def test_scholarship_granted_within_the_year(day, counts):
    make_scholarship(status="granted", approved_on=day)
    make_scholarship(status="paid", approved_on=day)
    for status in ("applied", "forwarded", "refused"):
        make_scholarship(status=status, approved_on=day)
    assert Scholarship.objects.granted_during(YEAR).count() == 2 * counts


def test_scholarship_belongs_to_the_organisation_of_the_students_case_else_to_the_root():
    root = make_organisation()
    branch = make_organisation(parent=root)
    student = make_person("白露")
    make_assisted_youth(branch, person=student, removed_on=date(2017, 2, 1))
    make_assisted_youth(branch, person=student, registered_on=NEXT_DAY)
    own, stray = make_scholarship(student=student), make_scholarship()
    assert set(Scholarship.objects.within(root)) == {own, stray}
    assert list(Scholarship.objects.within(branch)) == [own]
