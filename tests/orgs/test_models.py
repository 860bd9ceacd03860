"""Organisations and units by day and by year."""

from datetime import date

import pytest

from orgs.models import Organisation, Supply, Unit, UnitContact
from tests.boundaries import DAY, NEXT_DAY, YEAR, flow, open_stock, stock
from tests.factories import make_organisation, make_post, make_supply, make_unit, make_unit_contact

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@stock
def test_organisation_stands(begin, end, stands):
    make_organisation(founded_on=begin, dissolved_on=end)
    assert Organisation.objects.as_of(DAY).exists() is stands


@open_stock
def test_organisation_without_founding_day_stands(end, stands):
    make_organisation(dissolved_on=end)
    assert Organisation.objects.as_of(DAY).exists() is stands


@pytest.mark.parametrize(
    ("domain", "counts"),
    [("village", True), ("community", True), ("office", False), ("enterprise", False), ("school", False)],
)
def test_villages_and_communities(domain, counts):
    make_organisation(domain=domain)
    assert Organisation.objects.communities_on(date(2017, 12, 31)).exists() is counts


@stock
def test_organisation_has_a_cadre(begin, end, stands):
    make_post(organisation=make_organisation(), started_on=begin, ended_on=end)
    assert Organisation.objects.with_cadre_on(DAY).exists() is stands


def test_organisation_without_posts_has_no_cadre_and_one_with_two_counts_once():
    root = make_organisation()
    assert not Organisation.objects.with_cadre_on(DAY).exists()
    make_post(organisation=root)
    make_post(organisation=root)
    # A post below says nothing about the organisation above.
    make_organisation(parent=root)
    assert list(Organisation.objects.with_cadre_on(DAY)) == [root]


def test_organisation_holds_itself_and_all_below_it_alone():
    root = make_organisation()
    middle, sibling = make_organisation(parent=root), make_organisation(parent=root)
    leaf = make_organisation(parent=middle)
    assert list(Organisation.objects.within(middle)) == [middle, leaf]
    assert list(Organisation.objects.within(sibling)) == [sibling]
    assert list(Organisation.objects.within(root)) == [root, middle, leaf, sibling]


@pytest.mark.parametrize(
    ("status", "status_on", "retired"),
    [
        ("moved", date(2017, 3, 1), True),
        ("moved", DAY, True),
        ("moved", NEXT_DAY, False),
        ("deregistered", DAY, True),
        ("deregistered", NEXT_DAY, False),
        ("deregistered", None, True),
        ("unreachable", date(2017, 3, 1), False),
        ("normal", date(2017, 3, 1), False),
        ("normal", None, False),
    ],
)
def test_unit_is_retired_by_the_day(status, status_on, retired):
    make_unit(status=status, status_on=status_on)
    assert Unit.objects.retired_on(DAY).exists() is retired
    assert Unit.objects.not_retired_on(DAY).exists() is not retired


@flow
def test_unit_is_retired_within_the_year(day, counts):
    make_unit(status="moved", status_on=day)
    make_unit(status="unreachable", status_on=day)
    assert Unit.objects.retired_during(YEAR).count() == counts


@flow
def test_unit_got_its_league_body_within_the_year(day, counts):
    make_unit(league_founded_on=day)
    make_unit()
    assert Unit.objects.founded_during(YEAR).count() == counts


@pytest.mark.parametrize(("task_year", "counts"), [(2017, True), (2016, False), (2018, False), (None, False)])
def test_unit_counts_toward_the_task_of_its_year(task_year, counts):
    make_unit(task_year=task_year)
    assert Unit.objects.toward_task_of(2017).exists() is counts


def test_unit_without_a_branch_belongs_to_the_root():
    root = make_organisation()
    branch = make_organisation(parent=root)
    own, stray = make_unit(branch=branch), make_unit()
    for unit in (own, stray):
        make_unit_contact(unit)
    assert set(Unit.objects.within(root)) == {own, stray}
    assert set(Unit.objects.within(branch)) == {own}
    assert UnitContact.objects.within(root).count() == 2
    assert UnitContact.objects.within(branch).get().unit == own


@flow
def test_contacts_and_supplies_within_the_year(day, counts):
    make_unit_contact(make_unit(), held_on=day)
    make_supply(make_organisation(), issued_on=day)
    assert UnitContact.objects.held_during(YEAR).exists() is counts
    assert Supply.objects.issued_during(YEAR).exists() is counts
