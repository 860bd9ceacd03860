"""Figures that say 名 count each person once, on the page, in its list and in its file."""

from datetime import date

import pytest
from django.urls import reverse

from members.actions import transfer
from orgs.models import Organisation
from reports.editions.drift import drift_of
from reports.figures.counting import results
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope, scope_query
from reports.models import CountedFigure
from tests.factories import (
    make_assisted_youth,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_scholarship,
    make_user,
)
from tests.pages import browser_of
from tests.reports.test_list_exports import text_rows
from yl_district.packing import packed
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def root():
    return make_organisation("清河地区团工委", category="working_committee", domain="office")


@pytest.fixture
def links(root):
    """秦朗 linked by two cadres, 白露 by one of them."""
    first, second = (make_post(name, make_organisation(parent=root)).person for name in ("陆远", "顾清"))
    shared = make_link(first, "秦朗")
    return [shared, make_link(second, youth=shared.youth), make_link(second, "白露")]


def year_of(organisation):
    return Scope(Organisation.objects.get(pk=organisation.pk), Period.of_year(2017))


def value(organisation, key):
    return results(year_of(organisation))[key].value


def test_a_youth_linked_by_two_cadres_is_one(root, links):
    assert value(root, "linked_youths") == 2
    client, query = browser_of(make_user("林知秋", root)), scope_query(year_of(root))
    table = client.get(f"{reverse('figure_detail', args=['linked_youths'])}?{query}").context["table"]
    listed = [(row.get_cell("name"), row.get_cell("standing_links")) for row in table.rows]
    assert [(str(name).count("秦朗"), number) for name, number in listed] == [(1, 2), (0, 1)]
    file = client.get(f"{reverse('figure_export', args=['linked_youths'])}?{query}&format=csv").content
    assert len(text_rows(file)[1:]) == 2


def test_each_organisation_counts_the_youths_of_its_own_cadres(root, links):
    branches = [link.cadre.posts.get().organisation for link in links[:2]]
    assert [value(branch, "linked_youths") for branch in branches] == [1, 2]


def test_a_branch_cadre_is_listed_the_youths_of_his_own_links_alone(root, links):
    branch = links[1].cadre.posts.get().organisation
    user = make_user("陆远", branch, "cadre")
    make_post("陆远", branch, person=make_person("陆远", user=user))
    make_link(user.person, youth=links[2].youth)
    query = scope_query(year_of(branch))
    table = browser_of(user).get(f"{reverse('figure_detail', args=['linked_youths'])}?{query}").context["table"]
    assert [row.record for row in table.rows] == [links[2].youth]


def test_an_edition_keeps_the_links_that_it_counted_and_tells_the_youths_counted_twice(root, links):
    figure, scope = all_figures()["linked_youths"], year_of(root)
    records = packed([(link.pk, 1, "counted") for link in links])
    told = {"label": figure.label, "unit": figure.unit, "definition": "期末仍在联系的青年"}
    kept = CountedFigure(key="linked_youths", value=3, quality="counted", records=records, **told)
    drift = drift_of(kept, figure, scope, {})
    assert (drift.signed.value, drift.present.value, drift.difference) == (3, 2, "-1")
    (move,) = drift.moves
    assert (move.label, move.key, move.former, move.present) == ("数字变动", links[0].youth_id, "2", "1")
    links[2].delete()
    drift = drift_of(kept, figure, scope, {})
    assert [move.label for move in drift.moves] == ["数字变动", "不再计入"]


def test_a_student_granted_twice_in_a_year_is_one(root):
    student = make_assisted_youth(root).person
    for year, day in ((2016, date(2017, 1, 9)), (2017, date(2017, 12, 4))):
        make_scholarship(student=student, year=year, status="granted", approved_on=day)
    assert value(root, "scholarships_granted") == 1


def test_a_member_who_moves_within_the_year_has_joined_once(root):
    here, there = (make_organisation(parent=root, domain="enterprise") for _ in range(2))
    transfer(make_member("章程", here), there, date(2017, 9, 1))
    for key in ("members_joined", "nonpublic_members_joined"):
        assert [value(place, key) for place in (root, here, there)] == [1, 1, 1]
